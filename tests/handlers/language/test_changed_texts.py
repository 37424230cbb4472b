"""What people wrote, changed so that its meaning changes in a known way: an `ok` reading may lose nothing of it."""

import json
import random
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

import pytest

from handlers.language import Catalogue, Context, Reading, Status, read
from handlers.language.verbs import LINE_INTENTS, REASONED
from tests.handlers.language.test_corpora import HERE, catalogue_of

TODAY: Final = date(2026, 11, 23)
# Of what other people wrote, joined at random by a mere comma, some is one thing after all: 退料4个，领错了，手套10副.
LOST_MAX: Final = 0.05


@cache
def understood(trade: str) -> list[dict[str, Any]]:
    """The short utterances of one set that are labelled as complete, without an open question before them."""
    lines = (HERE / "corpora" / trade / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return [
        one
        for one in told
        if one["expect"]["status"] == "ok"
        and not one["context"].keys() & {"pending", "quoted", "last_document", "via"}
        and len(one["text"]) < 40
        and "\n" not in one["text"]
        and one["expect"]["intent"] not in ("help", "dialogue.cancel", "exception.report", "approval.list")
    ]


TRADES: Final = sorted(file.parent.name for file in (HERE / "corpora").glob("*/utterances.jsonl"))


def said(text: str, one: dict[str, Any], catalogue: Catalogue) -> Reading:
    return read(text, context=Context(project=one["context"].get("project")), catalogue=catalogue, today=TODAY)


def commands(seed: int, count: int) -> Iterator[tuple[dict[str, Any], Reading, Catalogue]]:
    """Utterances that are read as documents with lines."""
    rng = random.Random(seed)
    while count:
        trade = rng.choice(TRADES)
        one = rng.choice(understood(trade))
        reading = said(one["text"], one, catalogue_of(trade))
        if reading.status is Status.OK and reading.intent in LINE_INTENTS and reading.lines:
            count -= 1
            yield one, reading, catalogue_of(trade)


@pytest.mark.parametrize("joint", ["；", "。", "，", "，另外", "，顺便"])
def test_of_two_commands_none_is_done_alone(joint: str) -> None:
    rng = random.Random(7)
    lost, joined = list[str](), 0
    while joined < 300:
        trade = rng.choice(TRADES)
        one, other = rng.sample(understood(trade), 2)
        if one["expect"]["intent"] == other["expect"]["intent"] or one["context"] != other["context"]:
            continue
        joined += 1
        text = one["text"].rstrip("。.!！?？，,") + joint + other["text"]
        if said(text, one, catalogue_of(trade)).status is Status.OK:
            lost.append(text)
    assert len(lost) <= LOST_MAX * joined, lost


@pytest.mark.parametrize("denial", ["先别", "不用", "不能", "听说", "等明天再"])
def test_what_is_denied_before_its_verb_is_not_done(denial: str) -> None:
    done = [
        text
        for one, reading, catalogue in commands(11, 150)
        if not any(mark in one["text"] for mark in "，,；;。没不")  # what stands behind a comma is not denied
        and "document" not in reading.fields
        and said(text := denial + one["text"], one, catalogue).status is Status.OK
    ]
    assert len(done) <= LOST_MAX * 150, done


TAKEN_BACK: Final = ("，算了", "，当我没说", "，开玩笑的", "。发错群了", " 算了", " 当我没说", " 发错群了")
CALLED_OFF: Final = (
    *("，取消", " 取消", " 作废", " 别记", "，先不弄了", " 先别报"),
    *(" 不领了", " 先放放", " 明天再说", "，等通知", " 回头再弄"),
)
UNDONE: Final = (
    *(" 不要了", "不要了", " 先不要了", "先不领了", " 不用了", "，又不要了"),
    *("，不用管了", " 没领成", "，后来没要", "，结果没用上", "，没拿走", "，还没拿"),
)


@pytest.mark.parametrize("end", TAKEN_BACK)
def test_what_is_taken_back_is_not_done(end: str) -> None:
    done = [one["text"] for one, _, catalogue in commands(13, 150) if said(one["text"] + end, one, catalogue).intent]
    assert done == []


@pytest.mark.parametrize("end", [*CALLED_OFF, *UNDONE])
def test_what_is_called_off_at_the_end_is_not_done(end: str) -> None:
    """With a comma, a blank or neither; what tells why something is sent back (不要了) is its ground."""
    done: list[str] = []
    for one, reading, catalogue in commands(23, 150):
        if end in UNDONE and (reading.intent in REASONED or "@" in one["text"]):
            continue  # what is glued to a name that is mentioned belongs to the name
        text = one["text"].rstrip("。.!！") + end
        other = said(text, one, catalogue)
        if other.status is Status.OK and (other.intent, other.lines) == (reading.intent, reading.lines):
            done.append(text)
    assert done == []


@pytest.mark.parametrize(
    "mark",
    ["，不对，", "，不对，是", "，哦不，", "，打错了，", "，重新说，", "，改成", "，还是", " 算了 ", "。不是，是"],
)
def test_of_a_command_and_another_said_instead_no_mixture_is_done(mark: str) -> None:
    rng = random.Random(5)
    mixed, joined = list[str](), 0
    while joined < 100:
        trade = rng.choice(TRADES)
        one, other = rng.sample(understood(trade), 2)
        catalogue = catalogue_of(trade)
        first, then = said(one["text"], one, catalogue), said(other["text"], other, catalogue)
        if one["context"] != other["context"] or not all(_is_plain(reading) for reading in (first, then)):
            continue
        joined += 1
        reading = said(text := one["text"].rstrip("。.!！") + mark + other["text"], one, catalogue)
        if reading.status is Status.OK and (reading.intent, reading.lines) != (then.intent, then.lines):
            mixed.append(text)
    assert len(mixed) <= LOST_MAX * joined, mixed


@cache
def answers() -> list[tuple[dict[str, Any], Catalogue]]:
    """What others answered to an open question of a document, where it became complete."""
    found: list[tuple[dict[str, Any], Catalogue]] = []
    for file in sorted((HERE / "corpora").glob("*/*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            pending = one["context"].get("pending") or {}
            if one["expect"]["status"] == "ok" and one["expect"].get("lines") and pending.get("intent") in LINE_INTENTS:
                found.append((one, catalogue_of(file.parent.name)))
    return found


@pytest.mark.parametrize(
    "end", [*TAKEN_BACK, "，取消", " 别记", "，先不弄了", "，不用管了", " 先放着吧", "，明天再弄", "，回头再说"]
)
def test_an_answer_that_is_called_off_is_not_done(end: str) -> None:
    done: list[str] = []
    for one, catalogue in random.Random(3).sample(answers(), 150):
        context = Context.from_json(one["context"])
        whole = read(one["text"], context=context, catalogue=catalogue, today=TODAY)
        text = one["text"].rstrip("。.!！") + end
        ended = read(text, context=context, catalogue=catalogue, today=TODAY)
        if whole.status is Status.OK and ended.intent in LINE_INTENTS and ended.lines == whole.lines:
            done.append(text)
    assert done == []


def _is_plain(reading: Reading) -> bool:
    return reading.status is Status.OK and reading.intent in LINE_INTENTS - REASONED and bool(reading.lines)


def test_a_thing_more_is_a_line_more_and_a_stranger_is_asked_about() -> None:
    for one, reading, catalogue in commands(17, 200):
        if "reason" in reading.fields:
            continue  # 离析，隐形卡扣3个: it may belong to the ground
        more = said(one["text"] + "，隐形卡扣3个", one, catalogue)
        assert (more.status, more.intent) != (Status.OK, reading.intent), one["text"]


@pytest.mark.parametrize("courtesy", ["{}，谢谢", "麻烦{}", "@料掌柜 {}", "师傅，{}", "{}，辛苦了"])
def test_courtesy_changes_nothing(courtesy: str) -> None:
    for one, reading, catalogue in commands(19, 150):
        polite = said(courtesy.format(one["text"].rstrip("。.!！")), one, catalogue)
        assert (polite.intent, polite.lines) == (reading.intent, reading.lines), one["text"]
