"""Which function loads and which saves each kind of fact: the one table of the storeroom."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.alerts import AlertOf
from domain.approval import ApprovalOf
from domain.company import Company
from domain.digest import Anchor, DayOf, HeadNow, JobRunOf, PendingIn
from domain.document_query import WaitingFor
from domain.housekeeping import DeadLetters, UsageIn
from domain.membership import StrangerOf, Strangers
from domain.messaging import CardOf, SentAs
from domain.misreading import Misreadings, MisreadOf
from domain.opening import OpeningOf
from domain.operation import AnyNeed, DialogueOf, SeriesOf
from domain.records import BookedBy, DocumentOf, LastPricesOf, LastStageOf, OnOrderOf, OpenOrdersOf, SpendOf
from domain.reversal import MovesOf
from domain.stock import BalancesOf, PoolsOf, StockIn
from storage import documents, journal, misreadings, questions, stock, talk, usage

Loader = Callable[[AsyncConnection, list[Any], Company], Awaitable[Mapping[Any, object]]]
Saver = Callable[[AsyncConnection, dict[Any, Any], datetime], Awaitable[None]]


def _plain(load: Callable[[AsyncConnection, list[Any]], Awaitable[Mapping[Any, object]]]) -> Loader:
    """A loader that does not need the company."""
    return lambda connection, needs, _company: load(connection, needs)


def _timeless(save: Callable[[AsyncConnection, dict[Any, Any]], Awaitable[None]]) -> Saver:
    """A saver that does not need the moment."""
    return lambda connection, changed, _now: save(connection, changed)


async def _load_moves(connection: AsyncConnection, needs: list[MovesOf], company: Company) -> Mapping[Any, object]:
    units = {code: m.base_unit for code, m in company.materials.items()}
    return await journal.load_moves(connection, needs, units)


LOADERS: Final[Mapping[type[AnyNeed], Loader]] = {
    SeriesOf: _plain(documents.load_series),
    DocumentOf: _plain(documents.load_documents),
    ApprovalOf: _plain(documents.load_approvals),
    MovesOf: _load_moves,
    BalancesOf: stock.load_balances,
    PoolsOf: stock.load_pools,
    StockIn: stock.load_stock,
    OpeningOf: stock.load_openings,
    AlertOf: stock.load_alerts,
    OpenOrdersOf: _plain(questions.open_orders),
    OnOrderOf: questions.on_order,
    LastPricesOf: _plain(questions.last_prices),
    SpendOf: _plain(questions.spend),
    LastStageOf: _plain(questions.last_stages),
    WaitingFor: _plain(questions.waiting_for),
    PendingIn: _plain(questions.pending_in),
    HeadNow: _plain(questions.head_now),
    DayOf: questions.day_of,
    DialogueOf: _plain(talk.load_dialogues),
    BookedBy: _plain(talk.load_booked),
    StrangerOf: _plain(talk.load_strangers),
    Strangers: _plain(talk.list_strangers),
    CardOf: _plain(talk.load_cards),
    SentAs: _plain(talk.load_sent),
    JobRunOf: _plain(talk.load_job_runs),
    Anchor: _plain(talk.load_anchors),
    UsageIn: _plain(usage.load),
    DeadLetters: _plain(usage.load_dead),
    MisreadOf: _plain(misreadings.load),
    Misreadings: _plain(misreadings.latest),
}

# In the order in which they are written, the same for every unit.
SAVERS: Final[Mapping[type[AnyNeed], Saver]] = {
    SeriesOf: _timeless(documents.save_series),
    DocumentOf: _timeless(documents.save_documents),
    ApprovalOf: _timeless(documents.save_approvals),
    BalancesOf: _timeless(stock.save_balances),
    PoolsOf: _timeless(stock.save_pools),
    OpeningOf: _timeless(stock.save_openings),
    AlertOf: stock.save_alerts,
    DialogueOf: _timeless(talk.save_dialogues),
    BookedBy: _timeless(talk.save_booked),
    StrangerOf: _timeless(talk.save_strangers),
    MisreadOf: _timeless(misreadings.save),
    JobRunOf: talk.save_job_runs,
    Anchor: _timeless(talk.save_anchors),
}


async def load(connection: AsyncConnection, needs: Iterable[AnyNeed], company: Company) -> list[tuple[AnyNeed, object]]:
    """Load facts in sets: one call a kind."""
    by_kind = defaultdict[type[AnyNeed], list[Any]](list)
    for need in needs:
        by_kind[type(need)].append(need)
    found = list[tuple[AnyNeed, object]]()
    for kind, wanted in by_kind.items():
        found += (await LOADERS[kind](connection, wanted, company)).items()
    return found


async def save(connection: AsyncConnection, changed: Mapping[AnyNeed, object], now: datetime) -> None:
    """Write changed facts in sets. Raises KeyError for a fact that cannot be written: a fault of ours."""
    by_kind = defaultdict[type[AnyNeed], dict[Any, Any]](dict)
    for need, value in changed.items():
        by_kind[type(need)][need] = value
    if unknown := by_kind.keys() - SAVERS.keys():
        raise KeyError(f"no saver for {unknown}")
    for kind, saver in SAVERS.items():
        if kind in by_kind:
            await saver(connection, by_kind[kind], now)
