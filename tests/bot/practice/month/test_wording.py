"""Whatever the people of the story write about material, the reading is what they meant."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from bot.practice.month import wording
from bot.practice.month.habits import MUCH_STEEL_12, MUCH_STEEL_16, STEEL_12, STEEL_16, TRIPS, Take, Trip
from bot.practice.month.wording import Amount
from domain.company import Company
from domain.company_file import read_company_file
from handlers.language import Catalogue, Context, Status, read
from tests.bot.practice.month.living import company

TODAY = date(2026, 11, 23)
UNITS = {"公斤": "千克", "方": "立方米"}
MUCH = {STEEL_16: MUCH_STEEL_16, STEEL_12: MUCH_STEEL_12}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.of(read_company_file(company(), into=Company()).company)


def _amounts(rng: Random, takes: tuple[Take, ...]) -> list[Amount]:
    return [Amount(t.material, rng.randint(t.low, t.high) * t.step, UNITS.get(t.unit, t.unit)) for t in takes]


def _kilograms(one: tuple[str, str, str]) -> tuple[str, str, str]:
    """Steel may be said in tonnes or in kilograms."""
    material, quantity, unit = one
    if material.startswith("GJ-") and unit == "吨":
        return material, wording.plain(Decimal(quantity) * 1000), "千克"
    return one


@pytest.mark.parametrize("trip", TRIPS, ids=lambda trip: f"{trip.team}-{trip.takes[0].material}")
def test_every_way_to_say_an_issue_is_understood(trip: Trip, catalogue: Catalogue) -> None:
    rng = Random(5)
    context = Context(project=trip.project, sender="u-caobin", chat="group")
    for turn in range(60):
        takes = tuple(MUCH.get(take, take) if turn % 2 else take for take in trip.takes)
        them = _amounts(rng, takes)
        where = "中心库" if trip.warehouse else ""
        words = wording.issue(rng, trip.team, them, stage=rng.choice(("", trip.stage)), where=where)
        reading = read(words, context=context, catalogue=catalogue, today=TODAY)
        assert (reading.status, reading.intent) == (Status.OK, "issue.create"), words
        assert reading.fields.get("team") == trip.team, words
        meant = [_kilograms((a.material, wording.plain(a.quantity), a.unit)) for a in them]
        got = [_kilograms((x.material or "", x.quantity or "", x.unit or "")) for x in reading.lines]
        assert got == meant, words


@pytest.mark.parametrize("trip", TRIPS, ids=lambda trip: f"{trip.team}-{trip.takes[0].material}")
def test_every_way_to_say_a_receipt_is_understood(trip: Trip, catalogue: Catalogue) -> None:
    rng = Random(6)
    context = Context(project=trip.project, sender="u-caobin", chat="group")
    for whole in (2, 8, 10, 12, 20, 150):
        them = [Amount(take.material, take.step * 0 + whole, UNITS.get(take.unit, take.unit)) for take in trip.takes]
        words = wording.receipt(rng, them)
        reading = read(words, context=context, catalogue=catalogue, today=TODAY)
        assert (reading.status, reading.intent) == (Status.OK, "receipt.create"), words
        assert [(x.material, x.quantity) for x in reading.lines] == [(a.material, str(whole)) for a in them], words
