"""Who the robot's app is, and the access tokens it has been given."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox import ids
from bot.sandbox.body import read_json, text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.limits import TOKEN_SECONDS
from bot.sandbox.refusals import ApiRefusal


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """The id and the secret of the app. The robot's code is the client id, as it is for an internal app."""

    client_id: str
    client_secret: str

    def match(self, client_id: str, client_secret: str) -> bool:
        """Whether both are right."""
        given, own = f"{client_id}\0{client_secret}", f"{self.client_id}\0{self.client_secret}"
        return hmac.compare_digest(given.encode(), own.encode())

    @property
    def robot_code(self) -> str:
        """What the robot is called in send calls."""
        return self.client_id


class Tokens:
    """Access tokens, by the sandbox's clock. Asking again within the validity gives the same token and extends it."""

    def __init__(self, credentials: Credentials, clock: SandboxClock) -> None:
        self._credentials, self._clock = credentials, clock
        self._token = ""
        self._expires: datetime | None = None

    def routes(self) -> list[web.RouteDef]:
        """The token call."""
        return [web.post("/v1.0/oauth2/accessToken", self._issue)]

    def is_valid(self, token: str) -> bool:
        """Whether calls with this token are let in."""
        return bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode()) and self._is_running()

    def is_expired(self, token: str) -> bool:
        """Whether it was right once: the old API has an errcode of its own for that."""
        return bool(token) and token == self._token and not self._is_running()

    def expire(self) -> None:
        """Let the token lapse at once."""
        self._expires = None

    def _is_running(self) -> bool:
        return self._expires is not None and self._clock.now() < self._expires

    async def _issue(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        if not self._credentials.match(text(body, "appKey"), text(body, "appSecret")):
            raise ApiRefusal("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        if not self._is_running():
            self._token = ids.token()
        self._expires = self._clock.now() + timedelta(seconds=TOKEN_SECONDS)
        return web.json_response({"accessToken": self._token, "expireIn": TOKEN_SECONDS})
