"""Which addresses we call when the address itself came in a message."""

from collections.abc import Iterable
from typing import Final

from yarl import URL

from bot.dingtalk.errors import Refused

API_DOMAINS: Final = ("dingtalk.com",)
FILE_DOMAINS: Final = ("dingtalk.com", "aliyuncs.com", "alicdn.com")  # DingTalk, its file store, its pictures.


class AllowedHosts:
    """Some domains of DingTalk's, and the hosts of the configured endpoints."""

    def __init__(self, endpoints: Iterable[str], domains: tuple[str, ...]) -> None:
        self._domains = domains
        self._hosts = frozenset(host for host in (URL(endpoint).host for endpoint in endpoints) if host)

    def check(self, address: str) -> URL:
        """The address, untouched: its signature covers every character. Raises Refused for any other host or scheme."""
        try:
            url = URL(address, encoded=True)
            host = (url.host or "").lower().rstrip(".")
        except ValueError:
            raise Refused("local.address_malformed", "not an address") from None
        if url.scheme not in {"http", "https"} or url.user is not None or not self._allows(host):
            raise Refused("local.address_refused", f"not an address of DingTalk's: {host[:100]}")
        return url

    def _allows(self, host: str) -> bool:
        return host in self._hosts or any(host == domain or host.endswith(f".{domain}") for domain in self._domains)
