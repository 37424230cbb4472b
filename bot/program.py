"""The robot put together with plain arguments: nothing connects before `start`, everything ends at `stop`."""

import asyncio
import logging
import secrets
from contextlib import AsyncExitStack
from typing import Any, Final

import aiohttp
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.cards import CardFace
from bot.clock import Abreast, SandboxClock, SystemClock
from bot.corridor import Corridor
from bot.dingtalk.clock import RealClock
from bot.dingtalk.connection import StreamConnection
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.openapi import OpenApi
from bot.dispatcher import FINISH_SECONDS, Dispatcher
from bot.intake import Intake
from bot.loading import load_file
from bot.logs import Secrets
from bot.nursery import Nursery
from bot.pace import Pace
from bot.render import Renderer
from bot.sender import Sender
from bot.settings import Settings
from bot.status import RobotStatus
from bot.usage import UsageMeter
from bot.web.app import build
from domain.chain import microseconds
from handlers.talk import Catalogues
from schedules.jobs import next_due
from schedules.ticker import Ticker
from storage import journal, schema
from storage.database import Database
from storage.unit import Units
from storage.verify.ending import check_ending

log: Final = logging.getLogger(__name__)

TICK_SECONDS: Final = 30
DRAIN_SECONDS: Final = 5.0
WEB_SHUTDOWN_SECONDS: Final = 1.0


class Robot:
    """One running copy. `start` returns when it serves; `stop` ends it within ten seconds and loses nothing acked."""

    def __init__(self, settings: Settings, masked: Secrets):
        self._settings = settings
        self._masked = masked
        self._stack = AsyncExitStack()
        self._background = Nursery()
        self._work = Nursery()
        self.http_port = settings.http_port

    async def start(self) -> None:
        """Open the book, bring it up to date, connect, serve. Raises what opening the book raises; undone then."""
        try:
            await self._start()
        except BaseException:
            await self._background.drain(0)
            await self._stack.aclose()
            raise

    async def _start(self) -> None:
        settings = self._settings
        self._masked.add(settings.client_secret.reveal(), settings.api_token.reveal())
        self._database = Database.open(settings.database_url)
        self._stack.push_async_callback(self._database.close)
        await schema.upgrade(self._database)
        async with self._database.read() as connection:
            await check_ending(connection)
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        self._clock = await self._open_clock()
        renderer = Renderer(settings.timezone)
        self._units = Units(self._database, clock=self._clock, zone=settings.timezone, render=renderer)
        self._stack.push_async_callback(self._units.close)
        await self._first_load()
        self._usage = UsageMeter(self._database, self._clock, settings.timezone)
        await self._usage.load()
        self._stack.push_async_callback(self._usage.flush)
        await self._plug()

    async def _open_clock(self) -> SystemClock | SandboxClock:
        if not self._settings.sandbox_clock_url:
            return SystemClock(self._settings.timezone)
        clock = SandboxClock(self._settings.timezone, self._settings.sandbox_clock_url, self._http)
        await clock.look()
        return clock

    def _open_pace(self) -> Pace:
        """By real time; in the sandbox by the sandbox's: an evening reached by a jump is late enough for all."""
        if not self._settings.sandbox_clock_url:
            return Pace(self._database)
        return Pace(self._database, now=lambda: microseconds(self._clock.now()))

    async def _first_load(self) -> None:
        """COMPANY_FILE is for an empty book only; later files are loaded by hand."""
        path = self._settings.company_file
        if path is None:
            return
        async with self._database.read() as connection:
            head = await journal.read_head(connection)
        if head.seq == 0 and head.company_version == 0:
            await load_file(path, self._database, self._units, key=f"load:first:{secrets.token_hex(8)}")
            log.info("company file loaded", extra={"file": path.name})

    async def _plug(self) -> None:
        """Everything that talks: DingTalk on one side, the web on the other, the clock between them."""
        settings = self._settings
        credentials = Credentials(
            client_id=settings.client_id,
            client_secret=settings.client_secret.reveal(),
            robot_code=settings.robot_code,
        )
        face = CardFace(settings.card_template.built_in, settings.robot_code, settings.card_template.own)
        real, pace = RealClock(), self._open_pace()
        api = OpenApi(
            credentials=credentials,
            http=self._http,
            openapi_endpoint=settings.openapi_endpoint,
            oapi_endpoint=settings.oapi_endpoint,
            clock=real,
            units=self._usage,
            rate=pace,
        )
        self._corridor = Corridor(
            self._database,
            self._units,
            clock=self._clock,
            catalogues=Catalogues(),
            nursery=self._work,
            counter=self._usage,
            face=face,
            intake=Intake(api),
        )
        self._dispatcher = Dispatcher(
            self._database,
            self._units,
            Sender(api, face, self._usage),
            clock=self._clock,
            usage=self._usage,
            pace=pace,
        )
        self._connection = StreamConnection(
            credentials=credentials,
            endpoint=settings.openapi_endpoint,
            http=self._http,
            receive=self._corridor.receive,
        )
        await self._corridor.release()
        self._background.start(self._corridor.keep_sweeping(), "sweeper")
        self._dispatching = self._background.start(self._dispatcher.run(), "dispatcher")
        await self._serve_web()
        self._start_ticker()
        self._connecting = self._background.start(self._connection.run(), "connection")

    async def _serve_web(self) -> None:
        settings = self._settings
        status = RobotStatus(self._connection, self._corridor, self._dispatcher, self._usage)
        application = build(
            database=self._database,
            company=self._units.company,
            api_token=settings.api_token,
            status=status,
            zone=settings.timezone,
            now=self._clock.now,
        )
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=WEB_SHUTDOWN_SECONDS)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, settings.http_host, settings.http_port)
        await site.start()
        self.http_port = runner.addresses[0][1]

    def _start_ticker(self) -> None:
        """APScheduler only ticks, in the sandbox its clock: what is due, and who does it, stands in the database."""
        self._ticker = Ticker(self._units.work, self._units.company, self._clock.now)
        scheduler: Any = AsyncIOScheduler(timezone=self._settings.timezone)
        if isinstance(self._clock, SandboxClock):
            self._abreast_until = self._clock.now()
            self._background.start(self._clock.follow(self._catch_up), "sandbox clock")
        else:
            scheduler.add_job(
                self._ticker.tick,
                IntervalTrigger(seconds=TICK_SECONDS),
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )
        scheduler.start()
        self._scheduler = scheduler

    async def _catch_up(self) -> Abreast:
        """Do what is due; how far that is, which stays where it was while something is still under way.

        A message that DingTalk would not take for now is due again, as a job is: a clock that jumped over both would
        find the message too late to be sent.
        """
        now = self._clock.now()
        await self._ticker.tick()
        then = [next_due(await self._units.company(), now)]
        if self._corridor.is_quiet and (rest := await self._dispatcher.rests()) is not None:
            self._abreast_until = now
            then.append(rest.until)
        return Abreast(until=self._abreast_until, then=min((at for at in then if at is not None), default=None))

    async def wait_connected(self, seconds: float) -> bool:
        """Whether the stream stands within so many seconds."""
        for _ in range(int(seconds * 20)):
            if self._connection.state.connected:
                return True
            await asyncio.sleep(0.05)
        return False

    async def stop(self) -> None:
        """No new frames, finish what runs, send what is ready, close. Within ten seconds."""
        self._scheduler.shutdown(wait=False)
        await self._connection.stop()
        await self._work.drain(DRAIN_SECONDS)
        self._dispatcher.finish()
        await asyncio.wait({self._dispatching}, timeout=2 * FINISH_SECONDS)
        await self._background.drain(0)
        await self._stack.aclose()
