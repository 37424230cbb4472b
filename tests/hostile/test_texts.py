"""Every hostile text through every door: a sentence or silence by rule, nothing booked, nothing formed by it (P17)."""

import logging
import re
import tracemalloc
from decimal import Decimal
from typing import Final

import pytest

from bot.dingtalk.frames import read_frame, read_raw
from tests.conftest import Clock
from tests.hostile.corpus import COUNTED, INJECTIONS, SIZES, SMALL, TEXTS
from tests.hostile.doors import DOORS, MAKER
from tests.hostile.frames import BODIES, RAW
from tests.stories.chat import PRIVATE, Chat

CEMENT: Final = "42.5水泥"
STOCK: Final = "100 包"
MEMORY_BYTES_MAX: Final = 50_000_000  # of one message
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
# What DingTalk's markdown would act upon, unless a backslash stands before it.
FORMED: Final = re.compile(r"(?<!\\)(?:\\\\)*(\]\(|!\[|<[a-z/!]|@|^#+ |^\|)", re.IGNORECASE | re.MULTILINE)
CODE: Final = re.compile(r"`[^`\n]*`")

pytestmark = [SQLITE, pytest.mark.slow]


@pytest.fixture
async def site(chat: Chat) -> Chat:
    """The small company with a hundred bags in its store."""
    await chat.says(MAKER, f"收货{CEMENT}100包 单价27")
    assert await chat.on_hand() == STOCK
    return chat


async def unharmed(site: Chat, entries: int) -> None:
    """Nothing was booked, nothing is a fault of ours, and nothing was said that the text formed."""
    assert await site.entries() == entries
    assert await site.rows("SELECT key, error FROM inbox WHERE state IN ('dead', 'received')") == []
    for told in site.heard:
        assert "抱歉" not in told.words
        assert not FORMED.search(CODE.sub("", told.markdown)), told.markdown[:500]
        assert "1337" not in told.markdown
        assert len(told.markdown) <= 3_400


# Reading 6,000 characters takes most of a second, and these doors lead to the same reading.
LIKE_GROUP: Final = frozenset({"private", "group without a project", "rich text", "words beside a picture", "question"})


@pytest.mark.parametrize("door", DOORS)
async def test_no_text_does_harm_through_any_door(site: Chat, clock: Clock, door: str) -> None:
    entries = await site.entries()
    for name, text in (SMALL if door in LIKE_GROUP else TEXTS).items():
        clock.forward(minutes=11)  # so that the one helpful line in ten minutes is due again
        received = read_frame(DOORS[door](site, text))
        ack = await site.receives(received)
        try:
            assert ack
            await unharmed(site, entries)
            # Silence is for what is nobody's: an id of no possible length, noted in the log.
            assert site.heard or received.fault
        except AssertionError as error:
            raise AssertionError(f"{door} × {name}: {error}") from error
    assert await site.on_hand() == STOCK
    await site.verify()


@pytest.mark.parametrize("words", [f"领{CEMENT}", f"申购{CEMENT}", f"收货{CEMENT}20包", "驳回"])
async def test_no_text_does_harm_as_the_answer_to_a_question(site: Chat, clock: Clock, words: str) -> None:
    entries = await site.entries()
    for name, text in SMALL.items():
        if name == "json":  # its x 1 is an answer to 多少
            continue
        clock.forward(minutes=11)
        await site.says(MAKER, words)
        await site.says(MAKER, text)
        try:
            await unharmed(site, entries)
        except AssertionError as error:
            raise AssertionError(f"{words} → {name}: {error}") from error
    await site.verify()


@pytest.mark.parametrize("said", COUNTED, ids=[ascii(said) for said in COUNTED])
async def test_a_strange_number_is_counted_exactly_or_asked_for(site: Chat, said: str) -> None:
    """Through every door that books: written, spoken, and in private with the project named."""
    for frame in (
        site.text_frame(MAKER, f"收货{CEMENT}{said}包 单价27"),
        site.frame(MAKER, msgtype="audio", content={"recognition": f"收货{CEMENT}{said}包 单价27"}),
        site.text_frame(MAKER, f"翠湖收货{CEMENT}{said}包 单价27", chat=PRIVATE),
    ):
        before = await site.on_hand()
        answer = await site.brings(frame)
        added = Decimal((await site.on_hand()).split()[0]) - Decimal(before.split()[0])
        assert answer != ""
        assert "抱歉" not in answer
        assert added in {Decimal(COUNTED[said] or 0), Decimal(0)}, answer
    if COUNTED[said]:
        assert await site.on_hand() != STOCK, "asked at every door"
    await site.verify()


@pytest.mark.parametrize("name", SIZES)
async def test_one_message_takes_little_memory(site: Chat, name: str) -> None:
    frame = read_frame(site.text_frame(MAKER, SIZES[name]))
    tracemalloc.start()
    await site.receives(frame)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEMORY_BYTES_MAX


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_of_a_message_does_harm(site: Chat, name: str, caplog: pytest.LogCaptureFixture) -> None:
    entries = await site.entries()
    with caplog.at_level(logging.WARNING):
        ack = await site.receives(read_frame(site.frame(MAKER, **BODIES[name])))
    assert ack
    await unharmed(site, entries)
    assert site.heard or any("not understood" in record.message for record in caplog.records)


@pytest.mark.parametrize("name", RAW)
async def test_no_frame_does_harm(site: Chat, name: str, caplog: pytest.LogCaptureFixture) -> None:
    entries, received = await site.entries(), read_raw(RAW[name])
    with caplog.at_level(logging.WARNING):
        ack = await site.receives(received)
    assert ack
    await unharmed(site, entries)
    silent = received.message is None or received.kind == "event"
    assert site.heard or silent
    assert bool(received.fault) == any("not understood" in record.message for record in caplog.records)


async def test_names_of_a_hostile_company_file_are_shown_as_they_are(site: Chat, clock: Clock) -> None:
    for name, text in INJECTIONS.items():
        plain = "".join(c if c.isprintable() else " " for c in text).strip()[:60]
        clock.forward(minutes=11)
        await site.load({"teams": [{"name": plain}, {"name": "瓦工班", "leader": "u-liqiang", "project": "P01"}]})
        for words in (f"领{CEMENT}1包 {plain}", f"领{CEMENT}1包", "领料"):
            await site.says("李强", words)
            for told in site.heard:
                assert "抱歉" not in told.words, name
                assert not FORMED.search(CODE.sub("", told.markdown)), (name, told.markdown)
    await site.verify()
