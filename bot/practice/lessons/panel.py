"""What the panel shows to one person, as values, and how it is drawn. Templates escape whatever they are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.practice.lessons.lesson import Lesson, Step, Where
from bot.practice.lessons.progress import Learner
from bot.practice.lessons.verdict import NotYet, Wrong
from bot.practice.lessons.walk import Walk
from bot.sandbox.amounts import with_amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A lesson in the list. `step` is how far it was begun, 0 for not; `lacking` why it cannot be held here.

    `person` and `conversation` are who may learn it and where it begins, where that is somebody else.
    """

    lesson: Lesson
    total: int
    step: int = 0
    finished: int = 0
    lacking: str = ""
    person: str = ""
    name: str = ""
    conversation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The lesson that the person is in. `conversation` is where the step is done, `place` what it is called."""

    lesson: Lesson
    no: int
    total: int
    past: tuple[str, ...]
    step: Step | None
    conversation: str
    place: str
    note: str
    mend: str
    is_wrong: bool
    is_lost: bool
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Somebody else's lesson that was answered from this person's window."""

    person: str
    name: str
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The whole of it. `evening` is 今晚 or 明晚, `following` the lesson to go on with after a finished one."""

    me: str
    name: str
    evening: str
    now: Now | None = None
    mine: Sequence[Entry] = ()
    others: Sequence[Entry] = ()
    elsewhere: Elsewhere | None = None
    following: Entry | None = None
    is_kept: bool = True


PRIVATE_NAME: Final = "和料掌柜的私聊"


def now_of(walk: Walk) -> Now:
    """The lesson as it stands."""
    step, verdict = walk.step, walk.verdict
    is_private = step is not None and step.where is Where.PRIVATE
    return Now(
        lesson=walk.lesson,
        no=min(walk.at + 1, len(walk.lesson.plans)),
        total=len(walk.lesson.plans),
        past=walk.past,
        step=step,
        conversation="private" if is_private else walk.scene.group.conversation,
        place=PRIVATE_NAME if is_private else walk.scene.group.name,
        note=_note(walk),
        mend=verdict.mend if isinstance(verdict, NotYet | Wrong) else "",
        is_wrong=isinstance(verdict, Wrong),
        is_lost=isinstance(verdict, Wrong) and verdict.lost,
        is_finished=walk.is_finished,
    )


def _note(walk: Walk) -> str:
    if isinstance(walk.verdict, Wrong):
        return walk.verdict.why
    if (act := walk.awaited) is not None:
        return f"{act.tells}…"
    return walk.verdict.note if isinstance(walk.verdict, NotYet) else ""


def entry_of(lesson: Lesson, learner: Learner, *, lacking: str = "") -> Entry:
    """A lesson of one's own in the list."""
    standing = learner.standing(lesson.id)
    total = len(lesson.plans)
    step = min(standing.step, total - 1)
    return Entry(lesson=lesson, total=total, step=step, finished=standing.finished, lacking=lacking)


def spoken(now: Now | None) -> str:
    """What a screen reader is told of a change: the verdict, and what comes next."""
    if now is None:
        return ""
    if now.is_finished:
        return f"{now.past[-1] if now.past else ''}这一课学完了。{now.lesson.learned}"
    if now.note:
        return now.note
    said = now.past[-1] if now.past else ""
    return f"{said}第 {now.no} 步：{now.step.do}" if now.step else said


class Drawing:
    """Panels as HTML."""

    def __init__(self) -> None:
        environment = Environment(
            loader=PackageLoader("bot.practice.lessons", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        cast(dict[str, object], environment.filters)["amounts"] = with_amounts
        self._template = environment.get_template("panel.html")

    def panel(self, panel: Panel) -> str:
        """The fragment for `#lessons`."""
        return self._template.render(it=panel)
