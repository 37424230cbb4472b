"""A company changes a little: the index that is brought up to date is the one that would be built anew."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.materials import company, utterances
from domain.company import Company, Material, Person, Unit
from handlers.language import Catalogue, Context, read
from handlers.language.sizes import size_of
from handlers.language.sounds import letter_keys, sound_keys

TODAY = date(2026, 11, 23)
BOOK = company(80)
BUILT = Catalogue.of(BOOK)
SAID = utterances(BOOK, 15)
SIZES = [size for text in ("20", "φ20", "m12x80", "2.5", "800x800", "4x2.5", "dn100", "16a") if (size := size_of(text))]


def facts(catalogue: Catalogue) -> dict[str, Any]:
    """Everything that a catalogue knows, by codes instead of slots."""
    lexicon = catalogue.lexicon
    found: dict[str, Any] = {}
    for text in sorted(lexicon.texts()):
        word = lexicon.get(text)
        assert word is not None
        pools = [(tier, catalogue.codes(sum(1 << slot for slot in slots_of(posting)))) for tier, posting in word.tiers]
        sound, spelled = lexicon.sounding_like(sound_keys(text)), [lexicon.spelled(key) for key in letter_keys(text)]
        found[text] = (
            pools, word.units, dict(word.names), word.intents, word.cues, word.grade, tuple(lexicon.graded_at(text, 0)),
            sound and sound.text, [one and one.text for one in spelled], catalogue.is_code(text),
            catalogue.is_size_prefix(text), catalogue.is_unit(text),
        )  # fmt: skip
    found["/all"] = catalogue.codes(catalogue.everything)
    found["/near"] = catalogue.nearest(catalogue.everything, 20)
    found["/dims"] = catalogue.known_dims
    found["/sizes"] = [catalogue.codes(catalogue.sized(size, marked)) for size in SIZES for marked in (True, False)]
    found["/alike"] = [
        catalogue.codes(catalogue.namesakes(catalogue.pool((code,)))) for code in list(catalogue.materials)[:20]
    ]
    return found


def slots_of(posting: tuple[int, ...] | int) -> list[int]:
    if isinstance(posting, tuple):
        return list(posting)
    return [slot for slot in range(posting.bit_length()) if posting >> slot & 1]


NEW = [
    Material(code="N-1", name="石膏板", spec="9.5mm", base_unit="张", aliases=("纸面石膏板",)),
    Material(code="N-2", name="螺纹钢", spec="HRB400 Φ20 新厂", base_unit="吨", aliases=("钢筋",)),
    Material(code="N-3", name="WD-40", base_unit="罐", barcode="6900000000017"),
    Material(code="AA-00001", name="电缆接头", spec="4x25", base_unit="套", units=(("盒", Fraction(1, 10)),)),
    Material(code="N-5", name="滨江", base_unit="块"),
    Material(code="N-6", name="大众", base_unit="块", category="恒信"),
]
change = st.one_of(
    st.tuples(st.just("remove"), st.integers(0, 79)),
    st.tuples(st.just("rename"), st.integers(0, 79)),
    st.tuples(st.just("alias"), st.integers(0, 79)),
    st.tuples(st.just("spec"), st.integers(0, 79)),
    st.tuples(st.just("add"), st.integers(0, len(NEW) - 1)),
    st.tuples(st.just("front"), st.integers(0, len(NEW) - 1)),
    st.tuples(st.just("person"), st.integers(0, 9)),
    st.tuples(st.just("unit"), st.integers(0, 9)),
)


def changed(book: Company, what: str, number: int) -> Company:
    codes = list(book.materials)
    code = codes[number % len(codes)]
    old = book.materials[code]
    if what == "person":
        return replace(book, people={**book.people, "n": Person(id="n", name=f"孙{number}工")})
    if what == "unit":
        return replace(book, units={**book.units, "托": Unit(name="托", aliases=(f"托盘{number}",))})
    if what in ("add", "front"):
        new = {NEW[number].code: NEW[number]}
        return replace(book, materials={**book.materials, **new} if what == "add" else {**new, **book.materials})
    if what == "remove":
        return replace(book, materials={c: m for c, m in book.materials.items() if c != code})
    other = {
        "rename": lambda: replace(old, name=f"{old.name}盖", base_unit="副"),
        "alias": lambda: replace(old, aliases=(*old.aliases, "老料", f"{number}号料"), barcode=f"{number:08d}"),
        "spec": lambda: replace(old, spec=f"DN{number} 特厚"),
    }[what]()
    return replace(book, materials={**book.materials, code: other})


@given(changes=st.lists(st.lists(change, min_size=1, max_size=4), min_size=1, max_size=3))
@settings(max_examples=12, deadline=None)
def test_an_index_brought_up_to_date_equals_one_built_anew(changes: list[list[tuple[str, int]]]) -> None:
    book, catalogue = BOOK, BUILT
    for together in changes:
        for what, number in together:
            book = changed(book, what, number)
        catalogue = catalogue.updated(book)
    fresh = Catalogue.of(book)
    assert facts(catalogue) == facts(fresh)
    for text in SAID:
        context = Context(project="P01", sender="u01")
        assert read(text, context=context, catalogue=catalogue, today=TODAY) == read(
            text, context=context, catalogue=fresh, today=TODAY
        )


def test_the_older_index_is_left_as_it_was() -> None:
    before = facts(BUILT)
    BUILT.updated(changed(changed(BOOK, "remove", 3), "add", 1))
    assert facts(BUILT) == before


def test_a_company_that_says_the_same_keeps_its_index() -> None:
    assert BUILT.updated(BOOK) is BUILT
    assert BUILT.updated(replace(BOOK, name="改了名")) is BUILT
    assert BUILT.updated(replace(BOOK, materials=dict(BOOK.materials))) is BUILT


def test_most_of_the_index_is_taken_over() -> None:
    later = BUILT.updated(changed(BOOK, "spec", 7))
    same = [code for code, kind in BUILT.materials.items() if later.materials[code] is kind]
    assert len(same) == len(BOOK.materials) - 1
