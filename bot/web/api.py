"""The book for other people's programs. Their scripts rely on these names (house plan §7): add, never change."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.web.answers import Refused, as_json, shown
from bot.web.cursor import read_cursor
from bot.web.limits import PAGE_MAX, READS_MAX, STOCK_ROWS_MAX
from bot.web.query import read_day, read_query
from bot.web.shapes import document_shape, moves_shape, stock_shape
from domain.company import Company
from domain.documents import NoSuchDocument, Number
from storage import reports
from storage.database import Database
from storage.reports import MovesAsked, StockAsked, TooManyRows

_DESCRIPTION: Final = Path(__file__).with_name("openapi.json")


class Api:
    """What can be asked under /api/v1/."""

    def __init__(self, database: Database, company: Callable[[], Awaitable[Company]], zone: ZoneInfo):
        self._database = database
        self._company = company
        self._zone = zone
        self._turn = asyncio.Semaphore(READS_MAX)
        self._description = _DESCRIPTION.read_text(encoding="utf-8")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/openapi.json", self.description),
            web.get("/api/v1/stock", self.stock),
            web.get("/api/v1/documents/{number}", self.document),
            web.get("/api/v1/moves", self.moves),
        ]

    async def description(self, request: web.Request) -> web.Response:
        """This API, described for programs."""
        read_query(request)
        return web.Response(text=self._description, content_type="application/json")

    async def stock(self, request: web.Request) -> web.Response:
        """What lies where, and what it is worth."""
        asked = StockAsked(**read_query(request, "project", "warehouse", "material", "lot"))
        company = await self._company()
        owners = {code: place.project or "" for code, place in company.warehouses.items()}
        try:
            async with self._turn, self._database.read() as connection:
                rows = await reports.stock(connection, asked, owners=owners, limit=STOCK_ROWS_MAX)
        except TooManyRows as found:
            message = f"超过 {found.limit} 行，请写明 project、warehouse 或 material。"
            raise Refused(400, "too_many_rows", message) from None
        return as_json({"items": [stock_shape(row, company) for row in rows]})

    async def document(self, request: web.Request) -> web.Response:
        """One document with its lines and what was decided about it."""
        read_query(request)
        said = request.match_info["number"]
        try:
            number = Number.read(said)
        except NoSuchDocument:
            raise _unknown(said) from None
        async with self._turn, self._database.read() as connection:
            found = await reports.document(connection, number)
        if found is None:
            raise _unknown(said)
        return as_json(document_shape(found, self._zone))

    async def moves(self, request: web.Request) -> web.Response:
        """The ledger's lines, page by page."""
        said = read_query(request, "project", "material", "from", "to", "cursor")
        asked = MovesAsked(
            project=said["project"],
            material=said["material"],
            first=read_day("from", said["from"]),
            last=read_day("to", said["to"]),
            after=read_cursor(said["cursor"]),
        )
        if asked.first and asked.last and asked.first > asked.last:
            raise Refused(400, "bad_parameter", "from 不能晚于 to。")
        async with self._turn, self._database.read() as connection:
            rows = await reports.moves(connection, asked, limit=PAGE_MAX + 1)
        # Read after the rows: a material that they name is in the book by then.
        company = await self._company()
        return as_json(moves_shape(rows, company, self._zone, page=PAGE_MAX))


def _unknown(number: str) -> Refused:
    return Refused(404, "no_such_document", f"没有这张单据：{shown(number)}")
