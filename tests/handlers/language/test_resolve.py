"""Names against the catalogue, sets of slots, and what is offered among thousands."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.materials import company
from handlers.language import Catalogue, Context, Status, read
from handlers.language.intents import decide
from handlers.language.items import ItemBuilder
from handlers.language.postings import FEW_MAX, added, first_slots, pool_of, posting_of, removed, slots_in, union_of
from handlers.language.read import recognised
from handlers.language.resolve import Resolver

TODAY = date(2026, 11, 23)
slots = st.sets(st.integers(0, 900), max_size=300)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("扎丝5千克", ("WIR-22",)),
        ("42.5水泥20包", ("CEM-P.O42.5",)),
        ("水泥20包", ("CEM-P.O42.5", "CEM-P.O52.5", "CEM-P.C32.5")),
        ("鹧鸪20包", ()),
    ],
)
def test_an_item_is_every_material_that_its_words_fit(text: str, codes: tuple[str, ...], site: Catalogue) -> None:
    message, _ = recognised(text, context=Context(), catalogue=site, today=TODAY)
    [resolved] = Resolver(site, counts=True).resolve(ItemBuilder().build(message.pieces))
    assert resolved.codes == codes


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("领扎丝5千克", ("issue.create",)),
        ("退料入库扎丝5千克", ("return.create",)),
        ("领扎丝5千克，退水泥2包", ("issue.create", "return.create")),
        ("先别领扎丝5千克", ()),
        ("扎丝还有多少", ("stock.query",)),
    ],
)
def test_the_verbs_decide(text: str, intents: tuple[str, ...], site: Catalogue) -> None:
    message, _ = recognised(text, context=Context(), catalogue=site, today=TODAY)
    assert decide(message.pieces).intents == intents


@given(one=slots, other=slots, slot=st.integers(0, 900))
@settings(max_examples=100, deadline=None)
def test_postings_are_sets(one: set[int], other: set[int], slot: int) -> None:
    assert list(slots_in(pool_of(posting_of(one)))) == sorted(one)
    assert list(first_slots(pool_of(posting_of(one)), 3)) == sorted(one)[:3]
    assert set(slots_in(pool_of(posting_of(one)) & pool_of(posting_of(other)))) == one & other
    assert set(slots_in(union_of([posting_of(one), posting_of(other)]))) == one | other
    # One form for one set, however it came about.
    assert added(posting_of(one), slot) == posting_of(one | {slot})
    assert removed(posting_of(one), slot) == posting_of(one - {slot})
    assert isinstance(posting_of(one), tuple) is (len(one) <= FEW_MAX)


@pytest.fixture(scope="module")
def crowded() -> Catalogue:
    return Catalogue.of(company(4_000))


def test_among_hundreds_the_twenty_nearest_are_offered_and_what_narrows_them_is_asked(crowded: Catalogue) -> None:
    reading = read("领螺栓20个", context=Context(), catalogue=crowded, today=TODAY)
    offered = reading.candidates["lines[0].material"]
    assert (reading.status, reading.narrow, len(offered)) == (Status.AMBIGUOUS, ("spec",), 20)
    lengths = [len(crowded.materials[code].name) for code in offered]
    assert lengths == sorted(lengths)


def test_twenty_at_most_are_offered_whole_and_need_no_narrowing(crowded: Catalogue) -> None:
    reading = read("领M12x80 8.8级外六角螺栓20个", context=Context(), catalogue=crowded, today=TODAY)
    assert not reading.narrow
    for codes in reading.candidates.values():
        assert len(codes) <= 20


def test_a_barcode_is_a_name_and_no_number(crowded: Catalogue) -> None:
    kind = next(m for m in company(4_000).materials.values() if m.barcode)
    reading = read(f"领{kind.barcode} 3{kind.base_unit}", context=Context(), catalogue=crowded, today=TODAY)
    assert [(line.material, line.quantity) for line in reading.lines] == [(kind.code, "3")]


def test_a_number_that_names_nothing_is_not_about_everything(crowded: Catalogue) -> None:
    reading = read("1234567890123456还有多少", context=Context(), catalogue=crowded, today=TODAY)
    assert len(reading.lines) <= 1
