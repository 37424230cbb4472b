"""Bringing a database to the schema of this version, by one process at a time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import Database
from storage.failpoint import failpoint

# A number of our own for PostgreSQL's advisory locks: "liao" in ASCII.
_ADVISORY: Final = 0x6C69616F


class NewerSchema(Exception):
    """The database was written by a later version of this program."""


def _config(connection: Connection) -> Config:
    config = Config()
    # The option's value is interpolated: a path with % in it has to say it twice.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY})
    config = _config(connection)
    _refuse_newer(connection, config)
    command.upgrade(config, "head")
    failpoint("schema-changed")


def _refuse_newer(connection: Connection, config: Config) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    ours = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in ours:
        raise NewerSchema(found)


async def upgrade(database: Database) -> None:
    """Create or upgrade the schema in one transaction. Raises NewerSchema."""
    async with database.write() as connection:
        await connection.run_sync(_upgrade)


def current(connection: Connection) -> str | None:
    """The schema's revision, None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def wanted(connection: Connection) -> str | None:
    """The revision this version of the program works with."""
    return ScriptDirectory.from_config(_config(connection)).get_current_head()
