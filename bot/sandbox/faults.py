"""What goes wrong on purpose: a plan of faults with their chances, drawn from a seed. Off until somebody asks for it.

A push or a call meets at most one of them. What DingTalk documents is told by its own codes; where its pages are
silent, as about lost pushes and late updates, these are assumptions: the worst that others have reported.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bot.sandbox.body import Json, as_record
from bot.sandbox.refusals import PageRefusal

PER_MILLE_MAX: Final = 1_000
WAIT_MS: Final = 3_000
WAIT_MS_MAX: Final = 60_000
SEED_MAX: Final = 2**63 - 1


class Fault(Enum):
    """Everything that can go wrong, by the word that plans use and by what people read."""

    # On the way to the robot.
    PUSH_LOST = "push_lost", "推送丢失"
    PUSH_TWICE = "push_twice", "推送重复"
    PUSH_TWICE_RENAMED = "push_twice_renamed", "推送重复，推送编号不同"
    PUSH_OVERTAKEN = "push_overtaken", "推送被后面的超过"
    PUSH_LATE = "push_late", "推送迟到"
    PUSH_AGAIN = "push_again", "确认之后又推送一次"
    LINK_SILENT = "link_silent", "连接半开：看着连着，什么也送不到"
    LINK_MOVED = "link_moved", "通知机器人换连接"
    LINK_CUT = "link_cut", "连接突然断开"
    # On the way from the robot, at any call.
    THROTTLED = "throttled", "限流"
    TOO_MANY_REQUESTS = "too_many_requests", "中间网关限流（429）"
    SYSTEM_ERROR = "system_error", "钉钉系统错误"
    BAD_GATEWAY = "bad_gateway", "网关错误页（502）"
    UNAVAILABLE = "unavailable", "服务不可用（503）"
    RESET_BEFORE = "reset_before", "请求没有执行，连接断开"
    RESET_AFTER = "reset_after", "请求已经执行，连接断开"
    STALLED_AFTER = "stalled_after", "请求已经执行，迟迟不应答"
    TOKEN_LAPSED = "token_lapsed", "access_token 失效"
    # At certain calls only.
    WEBHOOK_EXPIRED = "webhook_expired", "会话 webhook 过期"
    ROBOT_REMOVED = "robot_removed", "机器人已被移出群"
    PERSON_LEFT = "person_left", "收信人已离职"
    CONTENT_REFUSED = "content_refused", "内容没有通过审核"
    CARD_NOT_DELIVERED = "card_not_delivered", "卡片建了，没有投放出来"
    CARD_REPEATED_SILENTLY = "card_repeated_silently", "卡片重复创建时答成功，内容不变"
    CARD_UPDATE_LATE = "card_update_late", "卡片更新没有应答，过后才生效"

    def __init__(self, word: str, label: str) -> None:
        self.word, self.label = word, label


PUSHES: Final = (
    Fault.PUSH_LOST,
    Fault.PUSH_TWICE,
    Fault.PUSH_TWICE_RENAMED,
    Fault.PUSH_OVERTAKEN,
    Fault.PUSH_LATE,
    Fault.LINK_SILENT,
    Fault.LINK_MOVED,
    Fault.LINK_CUT,
)
CALLS: Final = (
    Fault.THROTTLED,
    Fault.TOO_MANY_REQUESTS,
    Fault.SYSTEM_ERROR,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE,
    Fault.RESET_BEFORE,
    Fault.RESET_AFTER,
    Fault.STALLED_AFTER,
)
BY_WORD: Final[Mapping[str, Fault]] = {fault.word: fault for fault in Fault}


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The chance of each fault in thousandths; what is not named never happens.

    `wait_ms` is how long a late push is held back and a stalled call goes unanswered.
    """

    per_mille: Mapping[Fault, int] = field(default_factory=dict[Fault, int])
    seed: int = 0
    wait_ms: int = WAIT_MS

    def __post_init__(self) -> None:
        for fault, chance in self.per_mille.items():
            if not 0 <= chance <= PER_MILLE_MAX:
                raise PageRefusal(f"“{fault.label}”的千分比要在 0 到 {PER_MILLE_MAX} 之间，不能是 {chance}。")
        if not 0 <= self.wait_ms <= WAIT_MS_MAX:
            raise PageRefusal(f"wait_ms 要在 0 到 {WAIT_MS_MAX} 毫秒之间。")
        if not 0 <= self.seed <= SEED_MAX:
            raise PageRefusal("seed 要是 0 或正整数。")


NO_FAULTS: Final = FaultPlan()


def read_plan(body: Json) -> FaultPlan:
    """A plan as scripts and the page write it: `{"seed": 7, "faults": {"push_lost": 50}}`. Raises PageRefusal."""
    if unknown := sorted(set(body) - {"seed", "wait_ms", "faults"}):
        raise PageRefusal(f"故障计划里没有“{unknown[0]}”这一项，只有 seed、wait_ms、faults。")
    wanted = as_record(body.get("faults", {}))
    if wanted is None:
        raise PageRefusal('faults 要写成 {"故障名": 千分比}。')
    per_mille = {_fault(word): _whole(f"故障 {word}", chance) for word, chance in wanted.items()}
    return FaultPlan(
        per_mille, seed=_whole("seed", body.get("seed", 0)), wait_ms=_whole("wait_ms", body.get("wait_ms", WAIT_MS))
    )


def _fault(word: str) -> Fault:
    if word not in BY_WORD:
        raise PageRefusal(f"没有名叫“{word}”的故障。有这些：{'、'.join(BY_WORD)}。")
    return BY_WORD[word]


def _whole(what: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PageRefusal(f"{what} 要写成整数。")
    return value


class Faults:
    """Whoever could do something wrong asks here whether to. Counts how often each fault struck."""

    def __init__(self) -> None:
        self._plan, self._random = NO_FAULTS, random.Random(0)  # noqa: S311  # plays bad luck, guards nothing
        self.fired: Counter[Fault] = Counter()

    @property
    def plan(self) -> FaultPlan:
        """What may happen from now on. A new plan draws anew from its seed; the counts go on."""
        return self._plan

    @plan.setter
    def plan(self, plan: FaultPlan) -> None:
        self._plan, self._random = plan, random.Random(plan.seed)  # noqa: S311  # as above

    @property
    def wait_seconds(self) -> float:
        """How long to hold back or to stall, in real time."""
        return self._plan.wait_ms / 1_000

    def meets(self, candidates: Sequence[Fault]) -> Fault | None:
        """Which of these strikes now; mostly none."""
        for fault in candidates:
            chance = self._plan.per_mille.get(fault, 0)
            if chance and self._random.randrange(PER_MILLE_MAX) < chance:
                self.fired[fault] += 1
                return fault
        return None

    def as_json(self) -> dict[str, object]:
        """The plan in force, every fault with its label and its count."""
        listed = [
            {"name": f.word, "label": f.label, "per_mille": self._plan.per_mille.get(f, 0), "fired": self.fired[f]}
            for f in Fault
        ]
        return {"seed": self._plan.seed, "wait_ms": self._plan.wait_ms, "faults": listed}
