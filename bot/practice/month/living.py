"""The month from its first morning to the moment before `until`, on a fresh book."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from bot.practice.month import chatter, errands
from bot.practice.month.agenda import Agenda, StoryClock
from bot.practice.month.dated import dated
from bot.practice.month.days import ZONE, Days, at
from bot.practice.month.deliveries import Deliveries
from bot.practice.month.desk import Desk
from bot.practice.month.ending import Ending
from bot.practice.month.incidents import Incidents
from bot.practice.month.life import Life
from bot.practice.month.story import Story
from bot.practice.month.teams import Teams
from bot.practice.month.transcript import PRIVATE, Month, Told
from bot.render import Renderer
from domain import opening
from domain.company import Company
from domain.company_file import CompanyFile, read_company_file
from domain.housekeeping import UsageIn
from domain.operation import Asker
from storage import journal, schema, usage
from storage.database import Database
from storage.unit import Units

SPAN_DAYS: Final = 30


async def live_through(
    source: Mapping[str, object], *, until: datetime, seed: int, database_url: str, span: int = SPAN_DAYS
) -> Month:
    """Live through `span` days that end before `until` (aware), on an empty SQLite book at `database_url`.

    `source` is the demonstration company's file: the story knows its people and materials. Its days are moved to fit.
    The same arguments give the same book.
    """
    rng = Random(seed)  # noqa: S311  # a story, not a secret
    days = Days.before(until, rng, span=span)
    file = read_company_file(dated(source, days.first), into=Company())
    clock = StoryClock(at(days.first, 6, 40))
    database = Database.open(database_url, in_place=True)
    try:
        await schema.upgrade(database)
        await _in_haste(database)
        units = Units(database, clock=clock, zone=ZONE, render=Renderer(ZONE))
        life = Life(database, units, clock, file.company)
        try:
            await _live(Story(life, clock, Agenda(clock), rng, days, _groups(file.company)), file, until)
            head, units_used = await _head(database), await _units(database, days, clock.now())
        finally:
            await units.close()
    finally:
        await database.close()
    return Month(
        lines=tuple(life.lines),
        began=at(days.first, 6, 40),
        ended=clock.now(),
        head=head,
        units=units_used,
        refused=tuple(life.refused),
        unread_from=_unread(life, days),
    )


async def _in_haste(database: Database) -> None:
    """A book that is made anew at the next start may be lost in a power cut: nothing waits for the disk."""
    async with database.write_engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("PRAGMA synchronous=OFF")


def _groups(company: Company) -> dict[str, str]:
    return {group.project: conversation for conversation, group in company.groups.items() if group.project}


async def _live(story: Story, file: CompanyFile, until: datetime) -> None:
    load = opening.take_in(file.company, file.opening_stock, over=Company(), by=Asker(person=opening.LOADER))
    await story.life.load("load:month", load)
    deliveries = Deliveries(story)
    desk = Desk(story, deliveries, last=story.days.last)
    ending = Ending(story, desk)
    for day in story.days.evenings(until):
        story.agenda.plan(at(day, 18, 0), story.life.evening)
    incidents = Incidents(story, desk)
    incidents.plan()
    incidents.plan_rain()
    errands.plan(story, deliveries)
    chatter.plan(story)
    ending.plan()
    Teams(story, ending.limits()).plan()
    await story.agenda.run(until)
    await story.life.settle()


async def _head(database: Database) -> str:
    async with database.read() as connection:
        return (await journal.read_head(connection)).hash.hex()


async def _units(database: Database, days: Days, now: datetime) -> dict[str, dict[str, int]]:
    """What the months of the story used of DingTalk's pools."""
    months = [UsageIn(month) for month in dict.fromkeys((f"{days.first:%Y-%m}", f"{days.last:%Y-%m}", f"{now:%Y-%m}"))]
    async with database.read() as connection:
        found = await usage.load(connection, months)
    return {need.month: dict(units) for need, units in found.items()}


def _unread(life: Life, days: Days) -> dict[tuple[str, str], datetime]:
    """Who has not looked yet: those whose cards lie unanswered, and two who read the groups in the morning only."""
    opened = dict[str, datetime]()
    for line in life.lines:
        if isinstance(line, Told) and line.message.card is not None:
            opened.setdefault(line.message.card.card, line.at)
    found = dict[tuple[str, str], datetime]()
    for shown in life.cards.values():
        for person in shown.people if shown.picture.buttons else ():
            since = opened[shown.picture.card]
            found[person, PRIVATE] = min(found.get((person, PRIVATE), since), since)
    evening = at(days.last, 17, 30) - timedelta(seconds=1)
    for person in ("u-shenrong", "u-pengfang"):
        for group in _groups(life.company).values():
            found[person, group] = evening
    return found
