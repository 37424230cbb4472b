"""The robot's web put together: probes, metrics and the API behind one guard. Nothing listens before it is run."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.settings import Secret
from bot.web.api import Api
from bot.web.bearer import bearer
from bot.web.guard import dress, guard
from bot.web.limits import BODY_BYTES_MAX
from bot.web.metrics import Metrics
from bot.web.probes import Probes
from bot.web.status import Status
from domain.company import Company
from storage.database import Database


def _now() -> datetime:
    return datetime.now(UTC)


def build(
    *,
    database: Database,
    company: Callable[[], Awaitable[Company]],
    api_token: Secret,
    status: Status,
    zone: ZoneInfo,
    now: Callable[[], datetime] = _now,
) -> web.Application:
    """The application. `now` is the clock that the book is kept by, which in the sandbox is not the machine's."""
    metrics = Metrics(database, status, now)
    application = web.Application(
        middlewares=[guard(metrics.count_fault), bearer(api_token)], client_max_size=BODY_BYTES_MAX
    )
    application.on_response_prepare.append(dress)
    application.add_routes([*Probes(database, status).routes(), *metrics.routes()])
    application.add_routes(Api(database, company, zone).routes())
    return application
