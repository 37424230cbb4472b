"""The tables of words: what each word must mean (words.toml), and that a slip in a table is named."""

import tomllib
from collections.abc import Callable
from datetime import date

import pytest

from handlers.language import Catalogue, Context, Reading, read
from handlers.language.dates import read_dates
from handlers.language.numerals import read_numerals
from handlers.language.pasted import read_headings
from handlers.language.sizes import read_sizes
from handlers.language.sounds import read_dialect
from handlers.language.tables import Sheet, TableFault
from handlers.language.verbs import read_verbs
from handlers.language.vocabulary import (
    read_cues,
    read_documents,
    read_homophones,
    read_names,
    read_phrases,
    read_units,
)
from tests.handlers.language.conftest import HERE

TODAY = date(2026, 11, 23)
WORDS = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
ROWS = [(text, meant) for rows in WORDS.values() for text, meant in rows.items()]


@pytest.mark.parametrize(("text", "meant"), ROWS)
def test_a_word_of_the_tables_means_what_its_line_says(text: str, meant: str, site: Catalogue) -> None:
    intent, *rest = (part.strip() for part in meant.split("|"))
    reading = read(text, context=Context(project="P01"), catalogue=site, today=TODAY)
    assert (reading.intent or reading.status.value) == intent, reading
    assert told(reading)[: len(rest)] == rest, reading


def told(reading: Reading) -> list[str]:
    if not reading.lines:
        return []
    line = reading.lines[0]
    return [f"{line.quantity} {line.unit}", line.material or ""]


KNOWN = frozenset(("领料", "入库"))
FAULTS: list[tuple[Callable[[Sheet], object], str, str]] = [
    (read_verbs, 'shared = ""\n["issue.create"]\nstrong = "领料"\nstrnog = "领用"', "[issue.create] strnog: this key"),
    (read_verbs, '["issue.creat"]\nstrong = "领料"', "issue.creat: this key is not known"),
    (read_verbs, '["issue.create"]\nstrong = "领料"\nweak = "领料"', "weak: 领料 stands here in two strengths"),
    (read_verbs, '["issue.create"]\nstrong = "领料 领料"', "strong: 领料 stands here twice"),
    (
        read_verbs,
        '["issue.create"]\nstrong = "领料"\n["return.create"]\nstrong = "领料"',
        "[return.create] strong: 领料 is strong for issue.create already",
    ),
    (read_verbs, '["issue.create"]\nabsorbs = "nothing.much"', "absorbs: nothing.much is no intent"),
    (read_verbs, '["issue.create"]\nstrong = "领料Ａ"', "strong: 领料Ａ must be written 领料a"),
    (read_verbs, '["issue.create"]\nstrong = ["领料"]', "words in quotation marks are needed"),
    (read_verbs, "领料 = 1", "verbs.toml"),
    (lambda sheet: read_homophones(sheet, KNOWN), '"领料" = "入库"', "领料: 入库 is a word of its own"),
    (lambda sheet: read_homophones(sheet, KNOWN), '"领聊" = "零料"', "领聊: no verb and no cue"),
    (lambda sheet: read_homophones(sheet, KNOWN), '"领料" = "零料"\n"入库" = "零料"', "零料 stands for 领料 already"),
    (lambda sheet: read_homophones(sheet, KNOWN), '"领料" = ""', "领料: at least one word"),
    (lambda sheet: read_homophones(sheet, KNOWN), '"" = "零料"', "an empty word"),
    (read_units, '[aliases]\n"吨" = "t"\n"台" = "t"', "t is 吨 already, not 台"),
    (read_units, 'counters = "吨"', "aliases: a section is needed"),
    (read_dialect, 'nasals = "ang"\n[initials]\nzh = "z c"', "[initials] zh: one word is needed"),
    (read_numerals, 'few = "三五"\n[digits]\n"一" = "1"', "[digits] 一: a whole number is needed"),
    (read_headings, "", "titles: a section is needed"),
    (read_phrases, 'endings = "算了"', "questions: at least one word is needed"),
    (read_names, "", "surnames: at least one word is needed"),
    (read_documents, "", "kinds: a section is needed"),
    (read_sizes, "", "same: a section is needed"),
    (read_dates, "", "hours: at least one word is needed"),
]


@pytest.mark.parametrize(("reader", "text", "fault"), FAULTS)
def test_a_slip_in_a_table_names_file_and_word(reader: Callable[[Sheet], object], text: str, fault: str) -> None:
    with pytest.raises(TableFault) as caught:
        reader(Sheet.parse("verbs.toml", text))
    assert "verbs.toml" in str(caught.value)
    assert fault in str(caught.value)


def test_a_small_word_cannot_say_both_a_thing_and_its_contrary() -> None:
    text = (HERE.parents[2] / "handlers/language/tables/cues.toml").read_text(encoding="utf-8")
    slipped = text.replace('from = "', 'from = "到 ', 1)
    assert slipped != text
    with pytest.raises(TableFault, match=r"cues.toml, to: 到 stands in from too"):
        read_cues(Sheet.parse("cues.toml", slipped))


def test_a_verb_that_is_added_to_the_table_is_understood() -> None:
    verbs = read_verbs(Sheet.parse("verbs.toml", '["issue.create"]\nstrong = "领料 支走"\nclear = "领"'))
    assert verbs.words["支走"] == {"issue.create": True}
    assert verbs.words["领"] == {"issue.create": False}
    assert verbs.clear == {"领"}
