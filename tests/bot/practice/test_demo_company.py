"""The demonstration company's file: enough kept to feel like a site, with codes that a reader of labels accepts."""

import pytest

from domain.company import Company, Tracking
from domain.company_file import read_company_file
from tests.bot.practice.month.living import company


@pytest.fixture(scope="module")
def demo() -> Company:
    return read_company_file(company(), into=Company()).company


def test_it_keeps_forty_to_sixty_materials(demo: Company) -> None:
    assert 40 <= len(demo.materials) <= 60


def test_barcodes_are_sound_and_each_is_given_once(demo: Company) -> None:
    """EAN-13: the digits weighed 1, 3, 1, 3, … come to a multiple of ten. A leading 2 marks a company's own labels."""
    codes = [m.barcode for m in demo.materials.values() if m.barcode]
    assert len(codes) >= 15
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert len(code) == 13
        assert code.startswith("2")
        assert sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(code)) % 10 == 0


def test_some_materials_tell_how_they_are_kept_in_a_sentence_or_two(demo: Company) -> None:
    told = [m.guidance for m in demo.materials.values() if m.guidance]
    assert len(told) >= 12
    assert all(len(words) < 40 and words.endswith("。") for words in told)


def test_what_spoils_is_kept_by_lot(demo: Company) -> None:
    by_lot = [m for m in demo.materials.values() if m.tracked is Tracking.LOT]
    assert {m.code for m in by_lot} == {"TL-FS", "TL-JF"}
    assert all(m.shelf_life_days for m in by_lot)


def test_whoever_orders_has_a_price_to_go_by(demo: Company) -> None:
    """Everything planned or watched has a price, so that an approval shows an amount."""
    priced = {note.material for note in demo.prices}
    assert {plan.line.material for plan in demo.plans} <= priced
    assert {material for material, _ in demo.stock_rules} <= priced
