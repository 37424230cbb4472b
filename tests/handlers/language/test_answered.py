"""A document with something left out, and the answer to the question for it: together they read as the whole."""

import random
from collections.abc import Iterator
from typing import Final

from handlers.language import Context, Reading, Status, read
from tests.handlers.language.test_corpora import catalogue_of
from tests.handlers.language.test_said_anew import THINGS, TODAY

ORDINALS: Final = "一二三"
VERBS: Final = ("收货", "采购", "领", "退料")
JOINTS: Final = ("、", "，", " ", "\n")
# What two things have in common, and how each is told from the other.
COMMON: Final = {
    "12螺纹": ("螺纹", "12的"),
    "16螺纹": ("螺纹", "16的"),
    "42.5水泥": ("水泥", "42.5的"),
    "32.5水泥": ("水泥", "32.5的"),
    "红透水砖": ("透水砖", "红的"),
    "灰透水砖": ("透水砖", "灰的"),
    "重型井盖": ("井盖", "重型的"),
    "树脂井盖": ("井盖", "树脂的"),
    "200球墨管": ("球墨管", "200的"),
    "300球墨管": ("球墨管", "300的"),
}
AMOUNTS: Final = (
    "{count}{unit}",
    "要{count}{unit}",
    "就{count}{unit}吧",
    "{thing}{count}{unit}",
    "{thing}是{count}{unit}",
    "{common}{count}{unit}",
    "第{place}个{count}{unit}",
    "{other}{unit}，不对，{count}{unit}",
    "{other}{unit}，不对，{count}",
    "{other}{unit} 不，{count}{unit}",
    "不是{other}，是{count}{unit}",
)
KINDS: Final = (
    "{kind}",
    "要{kind}",
    "选{kind}",
    "{thing}",
    "是{kind}",
    "{kind}那种",
    "{kind}{common}",
    "{else_kind}，不对，{kind}",
    "{else_kind}，说错了，{kind}",
    "不是{else_kind}，是{kind}",
    "{thing}{count}{unit}",
)


def told(text: str, pending: Reading | None = None) -> Reading:
    context = Context(project="P01", pending=pending)
    return read(text, context=context, catalogue=catalogue_of("site14"), today=TODAY)


def dialogues(seed: int, *, asks_for: str, answers: tuple[str, ...]) -> Iterator[tuple[str, str, Reading, Reading]]:
    """What was said first, the answer, how the answer is read, and how the whole is."""
    rng = random.Random(seed)
    for _ in range(700):
        verb, joint = rng.choice(VERBS), rng.choice(JOINTS)
        lines = [(rng.choice(pair[:2]), rng.randint(2, 60), pair[2]) for pair in rng.sample(THINGS, rng.randint(1, 3))]
        place = rng.randrange(len(lines))
        thing, count, unit = lines[place]
        common, kind = COMMON[thing]
        gap = {"quantity": thing, "material": f"{common}{count}{unit}"}[asks_for]
        said = [gap if at == place else f"{name}{amount}{of}" for at, (name, amount, of) in enumerate(lines)]
        pending = told(verb + joint.join(said))
        if not any(path.endswith(asks_for) for path in (*pending.missing, *pending.candidates)):
            continue
        else_kind = next(c[1] for name, c in COMMON.items() if c[0] == common and name != thing)
        answer = rng.choice(answers).format(
            thing=thing,
            count=count,
            unit=unit,
            common=common,
            kind=kind,
            else_kind=else_kind,
            other=rng.randint(61, 90),
            place=ORDINALS[place],
        )
        whole = told(verb + "、".join(f"{name}{amount}{of}" for name, amount, of in lines))
        yield verb + joint.join(said), answer, told(answer, pending), whole


def test_the_amount_that_was_missing() -> None:
    found = list(dialogues(1, asks_for="quantity", answers=AMOUNTS))
    assert [(said, answer) for said, answer, reading, whole in found if reading != whole] == []
    assert len(found) > 300


def test_the_kind_that_was_open() -> None:
    found = list(dialogues(2, asks_for="material", answers=KINDS))
    wrong = [(s, answer) for s, answer, reading, whole in found if reading.status is Status.OK and reading != whole]
    assert wrong == []
    assert sum(reading == whole for _, _, reading, whole in found) >= 0.97 * len(found)
    assert len(found) > 300
