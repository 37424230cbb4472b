"""A small company that talks to the robot as DingTalk would bring it: frames in, answers out of the outbox.

await chat.says("李强", "申购 42.5水泥 200包")      the answer in that chat, "" where the robot keeps silent
await chat.presses("张伟", "approve")               on the newest card that offers it
chat.told("张丽")                                   what reached a person in private since the last act
"""

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import text as sql

from bot.cards import CardFace
from bot.corridor import Corridor
from bot.dingtalk.errors import DingTalkError, Refused
from bot.dingtalk.frames import Received, read_frame
from bot.intake import Intake
from bot.nursery import Nursery
from bot.usage import UsageMeter
from domain import opening
from domain.company import Company
from domain.company_file import read_company_file
from domain.operation import Asker
from domain.values import Quantity
from handlers.talk import Catalogues
from storage.database import Database
from storage.unit import Answer, End, Units
from storage.verify import verify

GROUP: Final = "cid-cuihu"
OTHER_GROUP: Final = "cid-binjiang"
UNBOUND_GROUP: Final = "cid-nowhere"
PRIVATE: Final = "private"
SETTLED_SECONDS_MAX: Final = 30

COMPANY: Final[dict[str, Any]] = {
    "company": {"name": "江城建工"},
    "units": [{"name": "包", "aliases": ["袋"]}, *({"name": n} for n in ("吨", "千克", "块", "桶", "台"))],
    "materials": [
        {
            "code": "CEM-42",
            "name": "普通硅酸盐水泥",
            "spec": "P.O42.5",
            "base_unit": "包",
            "units": [{"unit": "吨", "per_base": "0.05"}, {"unit": "千克", "per_base": "50"}],
            "aliases": ["42.5水泥", "水泥"],
        },
        {
            "code": "CEM-32",
            "name": "复合硅酸盐水泥",
            "spec": "P.C32.5",
            "base_unit": "包",
            "units": [{"unit": "吨", "per_base": "0.05"}],
            "aliases": ["32.5水泥", "水泥"],
        },
        {"code": "BRK", "name": "红砖", "base_unit": "块"},
        {"code": "WPF", "name": "防水涂料", "base_unit": "桶", "tracked": "lot", "shelf_life_days": 180},
        {"code": "LCK", "name": "智能门锁", "base_unit": "台", "tracked": "serial"},
    ],
    "projects": [
        {
            "code": "P01",
            "name": "翠湖花园",
            "aliases": ["翠湖"],
            "stages": ["桩基", "主体结构", "装饰装修"],
            "manager": "u-zhang",
            "budget": "1000000",
        },
        {"code": "P02", "name": "滨江泵站", "aliases": ["泵站"], "manager": "u-wanglei"},
    ],
    "people": [
        {"id": "u-zhaozong", "name": "赵云飞", "roles": ["老板"]},
        {"id": "u-zhang", "name": "张伟", "roles": [], "superior": "u-zhaozong"},
        {"id": "u-wanglei", "name": "王磊", "roles": [], "superior": "u-zhaozong"},
        {"id": "u-zhangli", "name": "张丽", "roles": ["采购"], "superior": "u-zhaozong"},
        {"id": "u-limin", "name": "李敏", "roles": ["财务"], "superior": "u-zhaozong"},
        {"id": "u-zhangjg", "name": "张建国", "roles": [{"role": "材料员", "project": "P01"}], "superior": "u-zhang"},
        {"id": "u-wangjj", "name": "王建军", "roles": [{"role": "材料员", "project": "P02"}], "superior": "u-wanglei"},
        {
            "id": "u-liqiang",
            "name": "李强",
            "roles": [{"role": "班组长", "project": "P01"}],
            "superior": "u-zhang",
            "team": "瓦工班",
        },
        {"id": "u-liuyang", "name": "刘洋", "roles": [{"role": "施工员", "project": "P01"}], "superior": "u-zhang"},
        {"id": "u-lina", "name": "李娜", "roles": [{"role": "项目管家", "project": "P01"}]},
        {"id": "u-heping", "name": "何平", "roles": ["管理员"]},
    ],
    "teams": [{"name": "瓦工班", "leader": "u-liqiang", "project": "P01"}, "钢筋班"],
    "suppliers": [
        {"code": "S01", "name": "海螺水泥销售有限公司", "aliases": ["海螺"]},
        {"code": "S02", "name": "宏达建材有限公司", "aliases": ["宏达"]},
    ],
    "warehouses": [
        {"code": "W01", "name": "中心仓库", "project": None},
        {"code": "W02", "name": "翠湖现场库", "project": "P01", "keeper": "u-zhangjg"},
        {"code": "W03", "name": "泵站材料棚", "project": "P02"},
    ],
    "groups": [
        {"conversation_id": GROUP, "name": "翠湖群", "project": "P01"},
        {"conversation_id": OTHER_GROUP, "name": "泵站群", "project": "P02"},
    ],
    "prices": [{"material": "CEM-42", "supplier": "S01", "unit_price": "27", "date": "2026-11-01"}],
    "settings": {"requisition_finance_from": "50000", "receipt_over_tolerance": "0.02", "undo_minutes": 30},
}


def company_of(changes: Mapping[str, Any] | None = None) -> Company:
    """The small company; a change replaces a key of its file."""
    return read_company_file({**COMPANY, **(changes or {})}, into=Company()).company


class Now(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message in the outbox, as the person at the other end will read it."""

    key: str
    kind: str
    people: tuple[str, ...]
    conversation: str
    title: str
    markdown: str
    card: Mapping[str, Any] | None
    number: str
    event: str

    @property
    def words(self) -> str:
        """A card's title and the text, without the marks that markdown needs."""
        return f"{self.title}\n{self.markdown}".replace("\\", "").replace("**", "").replace("`", "")


@dataclass
class Store:
    """DingTalk's file store at the messaging seam: what a download code stands for, and how fetching it fails."""

    held: dict[str, bytes] = field(default_factory=dict[str, bytes])
    failures: list[DingTalkError] = field(default_factory=list[DingTalkError])
    asked: list[str] = field(default_factory=list[str])

    def keep(self, data: bytes) -> str:
        code = f"dlc-{len(self.held) + 1}"
        self.held[code] = data
        return code

    async def download(self, code: str, *, bytes_max: int) -> bytes:
        self.asked.append(code)
        if self.failures:
            raise self.failures.pop(0)
        data = self.held.get(code)
        if data is None or len(data) > bytes_max:
            raise Refused("local.too_large" if data else "invalidParameter.robotCode.downloadCode", "", 400)
        return data


@dataclass
class Chat:
    """The company's people, each with a thumb on a telephone."""

    database: Database
    units: Units
    clock: Now
    corridor: Corridor
    nursery: Nursery
    usage: UsageMeter
    store: Store
    company: Company = field(default_factory=Company)
    heard: list[Told] = field(default_factory=list[Told])
    ack: dict[str, object] = field(default_factory=dict[str, object])
    _serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _seen: int = 0

    async def load(self, changes: Mapping[str, Any] | None = None) -> None:
        """The company comes into the book; a change replaces a key of its file."""
        self.company = company_of(changes)
        before = await self.units.company()
        operation = opening.take_in(self.company, (), over=before, by=Asker(person=opening.LOADER))
        answer = await self.units.work(f"load:{next(self._serial)}", operation)
        assert answer.end is End.DONE, answer

    async def says(self, who: str, words: str, *, chat: str = GROUP, **frame: Any) -> str:
        """A person writes; returns what the robot answers into that chat."""
        return await self.brings(self.text_frame(who, words, chat=chat, **frame))

    async def photographs(self, who: str, *pictures: bytes, words: str = "", chat: str = GROUP) -> str:
        """A person sends pictures, with words around them as rich text; returns what the robot answers."""
        return await self.brings(self.picture_frame(who, *pictures, words=words, chat=chat))

    async def sends(self, who: str, name: str, data: bytes, *, chat: str = PRIVATE) -> str:
        """A person sends a file; returns what the robot answers."""
        content = {"fileName": name, "downloadCode": self.store.keep(data)}
        return await self.brings(self.frame(who, chat=chat, msgtype="file", content=content))

    def picture_frame(self, who: str, *pictures: bytes, words: str = "", chat: str = GROUP) -> dict[str, Any]:
        codes = [self.store.keep(picture) for picture in pictures]
        if not words and len(codes) == 1:
            return self.frame(who, chat=chat, msgtype="picture", content={"downloadCode": codes[0]})
        segments = [{"text": words}, *({"type": "picture", "downloadCode": code} for code in codes)]
        return self.frame(who, chat=chat, msgtype="richText", content={"richText": segments})

    async def brings(self, frame: Mapping[str, object]) -> str:
        """DingTalk brings a frame; returns the answers into the chat it came from."""
        await self.receives(read_frame(frame))
        return "\n".join(one.words for one in self.heard if one.kind == "reply")

    async def receives(self, received: Received) -> dict[str, object]:
        """Through the corridor, to the end of what it starts; returns the acknowledgement."""
        self.ack = await self.corridor.receive(received)
        await self.settle()
        return self.ack

    async def settle(self) -> None:
        """Wait for what runs, then listen."""
        await self.nursery.drain(SETTLED_SECONDS_MAX)
        self.heard = await self.listen()

    async def presses(self, who: str, action: str, *, subject: str = "", card: str = "", nonce: str = "") -> str:
        """Somebody presses a button, of the newest card that has it unless one is named; returns what they are told."""
        if not card:
            row = await self.card(action, subject)
            card, nonce = row["id"], nonce or row["nonce"]
        await self.receives(read_frame(self.press_frame(who, card, action, nonce)))
        return "\n".join(one.words for one in self.heard if one.people == (self.id_of(who),) and one.card is None)

    async def card(self, action: str = "", subject: str = "") -> dict[str, Any]:
        """The newest card with a button or a subject."""
        cards = await self.rows("SELECT * FROM card ORDER BY shown_at")
        fitting = [c for c in cards if c["subject"].startswith(subject) and (subject or action in c["actions"])]
        assert fitting, f"no card offers {action} on {subject!r}"
        return fitting[-1]

    def told(self, who: str) -> str:
        """What reached a person in private by the last act."""
        return "\n".join(one.words for one in self.heard if self.id_of(who) in one.people and one.kind == "people")

    def posted(self, conversation: str = GROUP) -> str:
        """What was said into a group unasked by the last act."""
        return "\n".join(one.words for one in self.heard if one.conversation == conversation and one.kind == "group")

    async def listen(self) -> list[Told]:
        """What was put into the outbox since the last time."""
        rows = await self.rows("SELECT * FROM outbox WHERE id > :seen ORDER BY id", seen=self._seen)
        self._seen = max([row["id"] for row in rows], default=self._seen)
        return [_told(row) for row in rows]

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """Read back over another connection."""
        async with self.database.read() as connection:
            return [dict(row) for row in (await connection.execute(sql(query), values)).mappings()]

    async def on_hand(self, material: str = "CEM-42", *, place: str = "W02") -> str:
        """What lies there, as `20 包`."""
        query = "SELECT COALESCE(SUM(quantity), 0) AS q FROM balance WHERE material = :m AND warehouse = :w"
        found = (await self.rows(query, m=material, w=place))[0]["q"]
        return str(Quantity(int(found), self.company.materials[material].base_unit))

    async def numbers(self, prefix: str = "") -> list[str]:
        """The documents there are, in their order."""
        found = await self.rows("SELECT number FROM document ORDER BY number")
        return [row["number"] for row in found if row["number"].startswith(prefix)]

    async def state(self, number: str) -> str:
        return str((await self.rows("SELECT state FROM document WHERE number = :n", n=number))[0]["state"])

    async def entries(self) -> int:
        """How much was ever entered in the journal."""
        return int((await self.rows("SELECT seq FROM chain"))[0]["seq"])

    async def verify(self) -> None:
        """Every invariant of the book holds."""
        async with self.database.read() as connection:
            report = await verify(connection)
        assert report.ok, "\n".join(report.lines())

    async def work(self, key: str, operation: Any) -> Answer:
        answer = await self.units.work(key, operation)
        self.heard = await self.listen()
        return answer

    def id_of(self, who: str) -> str:
        """A person's id; somebody the company does not know is their own id."""
        return next((p.id for p in self.company.people.values() if p.name == who), who)

    def text_frame(self, who: str, words: str, *, chat: str = GROUP, **data: Any) -> dict[str, Any]:
        """A message as DingTalk sends it; `data` adds to its body or changes it."""
        return self.frame(who, chat=chat, **{"msgtype": "text", "text": {"content": words}, **data})

    def frame(self, who: str, *, chat: str = GROUP, **data: Any) -> dict[str, Any]:
        moment = int(self.clock.now().timestamp() * 1000)
        serial = next(self._serial)
        private = chat == PRIVATE
        body = {
            "msgId": f"msg{serial}==",
            "createAt": moment,
            "conversationType": "1" if private else "2",
            "conversationId": f"cid-of-{self.id_of(who)}" if private else chat,
            "conversationTitle": "" if private else "群",
            "senderStaffId": self.id_of(who),
            "senderNick": who,
            "isAdmin": False,
            "chatbotCorpId": "corp",
            "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=s1",
            "sessionWebhookExpiredTime": moment + 5_400_000,
            **data,
        }
        headers = {"topic": "/v1.0/im/bot/messages/get", "messageId": f"push{serial}", "time": str(moment)}
        return {"type": "CALLBACK", "headers": headers, "data": json.dumps(body)}

    def press_frame(self, who: str, card: str, action: str, nonce: str) -> dict[str, Any]:
        content = json.dumps({"cardPrivateData": {"actionIds": ["x"], "params": {"id": action, "nonce": nonce}}})
        body = {"outTrackId": card, "corpId": "corp", "userId": self.id_of(who), "userIdType": 1, "content": content}
        headers = {"topic": "/v1.0/card/instances/callback", "messageId": f"push{next(self._serial)}"}
        return {"type": "CALLBACK", "headers": headers, "data": json.dumps(body)}


def _told(row: Mapping[str, Any]) -> Told:
    body, facts = json.loads(row["message"]), row["facts"]
    route = body["route"]
    return Told(
        key=row["key"],
        kind=route["kind"],
        people=tuple(route["people"]),
        conversation=route["conversation"],
        title=body["title"] if body["card"] else "",
        markdown=body["markdown"],
        card=body["card"],
        number=row["number"],
        event=json.loads(facts)["kind"] if facts.endswith("}") else "",
    )


def open_chat(database: Database, units: Units, clock: Now, zone: Any, *, catalogues: Catalogues | None = None) -> Chat:
    """The robot's corridor over a book, without DingTalk."""
    nursery, usage, store = Nursery(), UsageMeter(database, clock, zone), Store()
    corridor = Corridor(
        database,
        units,
        clock=clock,
        catalogues=catalogues or Catalogues(),
        nursery=nursery,
        counter=usage,
        face=CardFace("markdown_button", "robot"),
        intake=Intake(store, pauses=()),
    )
    return Chat(
        database=database, units=units, clock=clock, corridor=corridor, nursery=nursery, usage=usage, store=store
    )


async def until(true: Any, *, seconds: float = 20) -> None:
    """Look again and again, but not for ever."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  # it happens elsewhere: in a task or in a process
            await asyncio.sleep(0.02)
