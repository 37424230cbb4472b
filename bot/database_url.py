"""Which databases we speak to, and how their addresses are written for the asynchronous drivers."""

from typing import Final
from urllib.parse import urlsplit

SQLITE_DEFAULT: Final = "sqlite:///data/liaozhanggui.sqlite3"
_SQLITE: Final = frozenset({"sqlite", "sqlite+aiosqlite"})
_POSTGRES: Final = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})


def database_url(text: str) -> str:
    """An address with the driver we use. Raises ValueError for any other kind of database."""
    scheme, separator, rest = text.partition("://")
    if not separator or not text.isprintable():
        raise ValueError("no address")
    if scheme in _SQLITE:
        # A database in memory would forget the ledger, so the path is required; three slashes, or four if absolute.
        if not rest.startswith("/") or rest.strip("/") in ("", ":memory:"):
            raise ValueError("no path")
        return f"sqlite+aiosqlite://{rest}"
    if scheme not in _POSTGRES:
        raise ValueError("unknown kind of database")
    parts = urlsplit(f"postgresql://{rest}")
    _ = parts.port  # raises ValueError when it is none
    # Without a host a socket directory may be named in the query, as PostgreSQL's own tools write it.
    if not parts.path.strip("/") or not (parts.hostname or "host=" in parts.query):
        raise ValueError("no host or no database")
    return f"postgresql+asyncpg://{rest}"
