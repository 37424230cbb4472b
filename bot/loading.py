"""Taking a company file into the book: read over what is there, checked whole, written whole."""

from pathlib import Path
from typing import Final

from bot.company_source import read_source
from domain import opening
from domain.errors import DomainError
from domain.operation import Asker
from storage.database import Database
from storage.in_use import in_use
from storage.unit import Answer, Units

FILE_BYTES_MAX: Final = 64 * 1024 * 1024


class FileTooLarge(Exception):
    """A company file beyond any company's size."""


async def load_file(path: Path, database: Database, units: Units, *, key: str) -> Answer:
    """Load a file. Raises OSError, FileTooLarge, CompanyFileFaults, and the DomainError of a refused booking."""
    if path.stat().st_size > FILE_BYTES_MAX:  # noqa: ASYNC240  # at start-up and in a command, nothing else waits
        raise FileTooLarge(str(path))
    source = read_source(path.read_bytes())  # noqa: ASYNC240
    before = await units.company()
    async with database.read() as connection:
        used = await in_use(connection)
    file = source.read(into=before, in_use=used)
    operation = opening.take_in(file.company, file.opening_stock, over=before, by=Asker(person=opening.LOADER))
    answer = await units.work(key, operation, kind="load")
    if isinstance(answer.refusal, DomainError):
        raise answer.refusal
    return answer
