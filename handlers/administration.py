"""绑定项目 登记 未登记 额度 死信 别名 忘掉 误读: words for those who run the robot. They are exact, not read."""

import re
from typing import Final

from domain import housekeeping, membership, misreading, naming
from domain.company import Company
from domain.operation import Asker, Operation
from handlers.messages import ChatKind, ChatMessage

_BIND: Final = re.compile(r"绑定(?:项目)?\s*[:：]?\s*(\S{1,64})")
_FORGET: Final = re.compile(r"(?:忘掉|忘记|删除别名|删掉别名|去掉别名|删除叫法)\s*[:：]?\s*(\S.{0,60})")
_REGISTER: Final = re.compile(r"登记\s+(\S{1,64})\s+([^\s@＠]{1,8})(?:(?:\s*[@＠]\s*|\s+)(\S{1,64}))?")


def operation_for(message: ChatMessage, text: str, by: Asker, company: Company) -> Operation | None:
    """The operation that an administrative word asks for, None when the text is none."""
    if text in {"额度", "配额"}:
        return housekeeping.quota(by=by)
    if text in {"死信", "发送失败"}:
        return housekeeping.dead_letters(by=by)
    if text in {"未登记", "陌生人", "未登记人员"}:
        return membership.strangers(by=by)
    if text in {"别名", "叫法", "记住的叫法", "记住的别名"}:
        return naming.names(by=by)
    if text in {"误读", "读错的", "误读列表"}:
        return misreading.listing(by=by)
    if found := _FORGET.fullmatch(text):
        return naming.forget(found[1].strip('“”"「」 '), by=by)
    if found := _BIND.fullmatch(text):
        in_group = message.chat.kind is ChatKind.GROUP
        code = _project_code(found[1], company)
        return membership.bind(code, by=by, in_group=in_group, title=message.chat.title)
    if found := _REGISTER.fullmatch(text):
        code = _project_code(found[3], company) if found[3] else None
        return membership.register(found[1], found[2], code, by=by)
    return None


def _project_code(said: str, company: Company) -> str:
    """The code of a project named by code, name or alias; what was said where nothing fits."""
    for project in company.projects.values():
        if said.upper() == project.code.upper() or said in {project.name, *project.aliases}:
            return project.code
    return said
