"""/metrics for Prometheus: counts and sizes only, never a name or a text that somebody wrote."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.web.guard import within
from bot.web.limits import PROBE_SECONDS_MAX
from bot.web.status import RobotFacts, Status
from storage import reports
from storage.database import Database
from storage.reports import Backlog

PREFIX: Final = "liaozhanggui"


class Metrics:
    """Counts what the web itself sees, and asks the robot and the book for the rest."""

    def __init__(self, database: Database, status: Status, now: Callable[[], datetime]):
        self._database = database
        self._status = status
        self._now = now
        self._faults = 0
        # One look at the database at a time: a scraper gone wild must not take the readers from the robot.
        self._one_at_a_time = asyncio.Lock()

    def count_fault(self) -> None:
        self._faults += 1

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/metrics", self.show)]

    async def show(self, _request: web.Request) -> web.Response:
        async with self._one_at_a_time:
            backlog = await self._backlog()
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Robot(self._status.facts(), self._faults))
        registry.register(_Book(backlog, self._now()))
        body = generate_latest(registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _backlog(self) -> Backlog | None:
        """None while the database does not answer: the other figures are wanted most then."""
        found: list[Backlog] = []

        async def read() -> None:
            async with self._database.read() as connection:
                found.append(await reports.backlog(connection))

        return found[0] if await within(PROBE_SECONDS_MAX, read()) else None


class _Robot(Collector):
    def __init__(self, facts: RobotFacts, faults: int):
        self._facts = facts
        self._faults = faults

    def collect(self) -> Iterable[Metric]:
        facts = self._facts
        yield _gauge("dingtalk_connected", "1 while the stream to DingTalk stands.", int(facts.connected))
        if facts.last_frame_seconds is not None:
            yield _gauge("dingtalk_last_frame_seconds", "Since anything came over it.", facts.last_frame_seconds)
        yield _counter("dingtalk_reconnects", "Connections opened after the first.", facts.reconnects)
        yield _counter("frames", "Frames received.", facts.frames)
        yield _counter("frames_not_understood", "Frames that could not be read.", facts.not_understood)
        yield _counter("messages_sent", "Messages delivered to DingTalk.", facts.sent)
        yield _counter("messages_dead", "Messages given up.", facts.dead)
        yield _counter("http_faults", "Requests that ended in a fault of ours.", self._faults)
        used = GaugeMetricFamily(f"{PREFIX}_dingtalk_units_used", "Units used this month.", labels=["pool"])
        limit = GaugeMetricFamily(f"{PREFIX}_dingtalk_units_limit", "Units a month has.", labels=["pool"])
        for pool in facts.pools:
            used.add_metric([pool.pool], pool.used)
            limit.add_metric([pool.pool], pool.limit)
        yield from (used, limit)


class _Book(Collector):
    def __init__(self, backlog: Backlog | None, now: datetime):
        self._backlog = backlog
        self._now = now

    def collect(self) -> Iterable[Metric]:
        found = self._backlog
        yield _gauge("database_up", "1 while the database answers.", int(found is not None))
        if found is not None:
            yield from self._of(found)

    def _of(self, found: Backlog) -> Iterator[Metric]:
        yield _gauge("journal_seq", "Entries in the journal.", found.journal_seq)
        yield _gauge("inbox_waiting", "Frames stored and not finished.", found.inbox_waiting)
        yield _gauge("inbox_oldest_seconds", "How long the oldest of them waits.", self._age(found.inbox_oldest))
        states = GaugeMetricFamily(f"{PREFIX}_outbox_messages", "Messages kept, by state.", labels=["state"])
        for state, number in found.outbox.items():
            states.add_metric([state], number)
        yield states
        yield _gauge("outbox_oldest_seconds", "How long the oldest message waits.", self._age(found.outbox_oldest))

    def _age(self, since: datetime | None) -> float:
        return 0 if since is None else max(0, (self._now - since).total_seconds())


def _gauge(name: str, tells: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", tells, value=value)


def _counter(name: str, tells: str, value: int) -> CounterMetricFamily:
    return CounterMetricFamily(f"{PREFIX}_{name}", tells, value=value)
