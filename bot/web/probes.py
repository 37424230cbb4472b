"""For whoever watches over the process: does it live, and can it work?"""

from aiohttp import web

from bot.web.answers import as_json
from bot.web.guard import within
from bot.web.limits import PROBE_SECONDS_MAX
from bot.web.status import RobotFacts, Status
from storage import journal
from storage.database import Database


class Probes:
    """/healthz says that the process answers; /readyz that its database does and that DingTalk is connected."""

    def __init__(self, database: Database, status: Status):
        self._database = database
        self._status = status

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self.health), web.get("/readyz", self.ready)]

    async def health(self, _request: web.Request) -> web.Response:
        # Looks at nothing: a process that waits for its database must not be killed for it.
        return web.Response(text="ok")

    async def ready(self, _request: web.Request) -> web.Response:
        facts = self._status.facts()
        answers = await within(PROBE_SECONDS_MAX, self._read())
        body = {
            "ready": answers and facts.connected,
            "checks": {"database": _database_check(answers=answers), "dingtalk": _dingtalk_check(facts)},
        }
        return as_json(body, status=200 if body["ready"] else 503)

    async def _read(self) -> None:
        """The journal's head: a database without our tables is not ready either."""
        async with self._database.read() as connection:
            await journal.read_head(connection)


def _database_check(*, answers: bool) -> dict[str, object]:
    return {"ok": answers}


def _dingtalk_check(facts: RobotFacts) -> dict[str, object]:
    silent = None if facts.last_frame_seconds is None else int(facts.last_frame_seconds)
    return {"ok": facts.connected, "last_frame_seconds": silent, "reconnects": facts.reconnects}
