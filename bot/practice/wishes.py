"""What people wish of the practice company from the page: a fresh start, or a company of their own."""

import asyncio
from functools import partial

from aiohttp import web

from bot.faults import fault_lines
from bot.practice.beside import unminded
from bot.practice.source import CompanyFileFaults, NobodyThere, Source, demonstration, own
from bot.sandbox.body import read_json, text
from bot.sandbox.media_api import read_upload
from bot.sandbox.refusals import PageRefusal

FAULTS_SHOWN_MAX = 100
NOBODY = "公司文件里至少要有一个人（people）和一个群（groups），不然没有人能说话。"


class Wishes:
    """One wish at a time; whoever keeps the house takes it with `next` and says `done` when it is fulfilled."""

    def __init__(self, present: Source) -> None:
        self.present = present
        self._wish: asyncio.Future[Source] = asyncio.get_running_loop().create_future()

    def routes(self) -> list[web.RouteDef]:
        """Where they are made."""
        return [
            web.get("/sandbox/api/practice", self._tell),
            web.post("/sandbox/api/reset", self._reset),
            web.post("/sandbox/api/company", self._company),
        ]

    async def next(self) -> Source:
        """The company that somebody wishes to see put up."""
        return await asyncio.shield(self._wish)

    def done(self, present: Source) -> None:
        """The wish is fulfilled, or could not be: this company stands now."""
        self.present = present
        self._wish = asyncio.get_running_loop().create_future()

    async def _tell(self, _: web.Request) -> web.Response:
        return web.json_response({"is_demo": self.present.is_demo})

    async def _reset(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._make(demonstration() if text(body, "company") == "demo" else self.present)
        return web.json_response({"ok": True}, status=202)

    async def _company(self, request: web.Request) -> web.Response:
        _, _, content = await read_upload(request, part_name="media")
        try:
            source = await unminded(partial(own, content))  # a workbook is opened by a process of its own
        except CompanyFileFaults as found:
            lines = fault_lines(found.faults)
            said = f"公司资料有 {len(lines)} 处错误，没有换。"
            shown = {"ok": False, "error": said, "faults": lines[:FAULTS_SHOWN_MAX]}
            return web.json_response(shown, status=400)
        except NobodyThere:
            raise PageRefusal(NOBODY) from None
        self._make(source)
        return web.json_response({"ok": True})

    def _make(self, source: Source) -> None:
        if self._wish.done():
            raise PageRefusal("正在重新布置公司，请稍等。", status=409)
        self._wish.set_result(source)
