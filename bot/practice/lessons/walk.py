"""Somebody's way through a lesson, as a value: what happened moves it on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.practice.lessons.advice import Wanted
from bot.practice.lessons.checks import Sight
from bot.practice.lessons.deeds import Deed
from bot.practice.lessons.lesson import CoAct, Lesson, Step
from bot.practice.lessons.scene import Scene
from bot.practice.lessons.verdict import Done, NotYet, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a person stands in a lesson.

    `since` is the place in the stream of deeds from which on they count for what is awaited now; `acted` how many
    colleagues have done their part; `round` how often a step was prepared; `past` what the finished steps led to.
    """

    lesson: Lesson
    scene: Scene
    at: int = 0
    since: int = 0
    acted: int = 0
    round: int = 0
    kept: Mapping[str, str] = field(default_factory=dict[str, str])
    past: tuple[str, ...] = ()
    verdict: Verdict = field(default_factory=NotYet)

    @property
    def is_finished(self) -> bool:
        """All steps are done."""
        return self.at >= len(self.lesson.plans)

    @property
    def step(self) -> Step | None:
        """What is to be done now; nothing after the end, or while colleagues still prepare it."""
        if self.is_finished or self.awaited is not None:
            return None
        return self.lesson.plans[self.at].make(self.scene, self.kept)

    @property
    def awaited(self) -> CoAct | None:
        """The colleague whose turn it is before the step can begin."""
        if self.is_finished:
            return None
        acts = self.lesson.plans[self.at].before(self.scene, self.kept, self.round)
        return acts[self.acted] if self.acted < len(acts) else None


def begin(lesson: Lesson, scene: Scene, *, at: int, now: int) -> Walk:
    """At a step, or before it where that step rests on documents that this book does not have."""
    return _from(Walk(lesson=lesson, scene=scene), at, now)


def again(walk: Walk, *, now: int) -> Walk:
    """The present step anew, prepared anew."""
    plan = walk.lesson.plans[min(walk.at, len(walk.lesson.plans) - 1)]
    kept = {name: number for name, number in walk.kept.items() if name not in plan.uses}
    return _from(replace(walk, kept=kept), walk.at, now)


def heed(walk: Walk, deeds: Sequence[Deed], *, now: int) -> Walk:
    """The way after these deeds, which are all since `walk.since`; `now` is the place after the last of them."""
    if walk.is_finished:
        return walk
    if (act := walk.awaited) is not None:
        verdict = act.judge(deeds, Sight(company=walk.scene.company, me=walk.scene.me, wanted=Wanted(say="")))
        if not isinstance(verdict, Done):
            return replace(walk, verdict=verdict)
        kept = {**walk.kept, **verdict.keeps}
        return replace(walk, kept=kept, acted=walk.acted + 1, since=now, verdict=NotYet())
    step = walk.step
    verdict = step.check.judge(deeds) if step else NotYet()
    if not isinstance(verdict, Done):
        return replace(walk, verdict=verdict)
    moved = replace(walk, kept={**walk.kept, **verdict.keeps}, past=(*walk.past, verdict.said))
    return _from(moved, walk.at + 1, now)


def _from(walk: Walk, at: int, now: int) -> Walk:
    """Stand at the beginning of a step, or of the nearest one before it from which it can be reached."""
    plans = walk.lesson.plans
    while 0 < at < len(plans) and any(name not in walk.kept for name in plans[at].uses):
        at -= 1
    past = walk.past[:at] if len(walk.past) > at else walk.past
    return replace(walk, at=at, since=now, acted=0, round=walk.round + 1, past=past, verdict=NotYet())
