"""Backup and restore: the whole book as one file that either database reads.

The file is a zip of JSON lines, a member a table, and a header with the head of the chain, the number of rows and the
SHA-256 of every table. Values are written as they are stored (whole numbers, text, bytes as hex), so the book that
comes out has the same hashes. It is written under another name, read back, and only then given its own.
"""

import asyncio
import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, cast

from sqlalchemy import BigInteger, Integer, LargeBinary, Table, Text, column, func, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage import schema
from storage.database import Database
from storage.failpoint import failpoint
from storage.tables import chain, metadata
from storage.types import BIGINT_MAX
from storage.verify import Report, verify

FORMAT: Final = "liaozhanggui-backup"
VERSION: Final = 1
HEADER: Final = "header.json"
HEADER_BYTES_MAX: Final = 1_000_000
ROW_BYTES_MAX: Final = 8_000_000
FILE_BYTES_MAX: Final = 16 * 2**30
ROWS_AT_ONCE: Final = 500
TABLES: Final[tuple[Table, ...]] = tuple(sorted(metadata.tables.values(), key=lambda t: t.name))

Values = list[Any]


@dataclass(eq=False)
class BadBackup(Exception):
    """The file is no backup, or not the one that was written; `reason` says what does not fit."""

    reason: str


@dataclass(eq=False)
class OtherSchema(Exception):
    """The book in the file, or the one to be saved, has another schema than this version of the program."""

    found: str
    wanted: str


@dataclass(eq=False)
class AlreadyThere(Exception):
    """A file of that name exists and must not be overwritten."""

    path: Path


@dataclass(eq=False)
class NotEmpty(Exception):
    """The database to restore into holds something: nothing is ever restored over a book."""

    table: str


@dataclass(eq=False)
class Unsound(Exception):
    """What was restored does not hold together, so it was taken back."""

    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One table in a file."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a backup says of itself."""

    schema: str
    seq: int
    hash: str
    tables: tuple[Written, ...]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables)


# --- values --------------------------------------------------------------------------------------------------------


def _stored(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type a column has in the database, beneath our own."""
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return kind


def _bare(whole: Table) -> Any:
    """The table with its values as they are stored."""
    return table(whole.name, *(column(c.name, _stored(c.type)) for c in whole.columns))


def _write_row(row: Any) -> bytes:
    values = [value.hex() if isinstance(value, bytes) else value for value in row]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _no_float(written: str) -> Any:
    raise BadBackup(f"a number that is not whole: {written[:20]}")


def _read_row(line: bytes, whole: Table) -> Values:
    """One row, every value of its column's type. Raises BadBackup."""
    try:
        values = json.loads(line, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError):
        raise BadBackup(f"{whole.name}: a line that cannot be read") from None
    if not isinstance(values, list) or len(cast(Values, values)) != len(whole.columns):
        raise BadBackup(f"{whole.name}: a line with other columns")
    given = zip(cast(Values, values), whole.columns, strict=True)
    return [_value(value, _stored(c.type), f"{whole.name}.{c.name}") for value, c in given]


def _value(value: Any, kind: TypeEngine[Any], where: str) -> Any:
    if value is None:
        return None
    if isinstance(kind, Integer | BigInteger) and type(value) is int and abs(value) <= BIGINT_MAX:
        return value
    if isinstance(kind, LargeBinary) and isinstance(value, str):
        try:
            return bytes.fromhex(value)
        except ValueError:
            raise BadBackup(f"{where}: no bytes") from None
    if isinstance(kind, Text) and isinstance(value, str):
        return value
    raise BadBackup(f"{where}: a value of another type")


# --- writing -------------------------------------------------------------------------------------------------------


async def backup(database: Database, path: Path, *, force: bool = False) -> Header:
    """Write the book into a file that did not exist, or with `force` in place of the one that did.

    Raises AlreadyThere, OtherSchema, OSError. Whatever happens, the name stands for a whole backup or for none.
    """
    if not force and await asyncio.to_thread(path.exists):
        raise AlreadyThere(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        async with database.read() as connection:
            header = await _write(connection, part)
        await asyncio.to_thread(_read_back, part, header)
        await asyncio.to_thread(_give_name, part, path, force)
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return header


async def _write(connection: AsyncConnection, part: Path) -> Header:
    await _must_be_ours(connection)
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL statement_timeout = '60min'"))
    head = (await connection.execute(select(chain.c.seq, chain.c.hash))).one()
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED) as archive:
            written = [await _write_table(connection, archive, whole) for whole in TABLES]
            revision = await connection.run_sync(schema.current) or ""
            header = Header(schema=revision, seq=head.seq, hash=head.hash.hex(), tables=tuple(written))
            archive.writestr(HEADER, _write_header(header))
        file.flush()
        os.fsync(file.fileno())
    return header


async def _must_be_ours(connection: AsyncConnection) -> None:
    current, wanted = await connection.run_sync(schema.current), await connection.run_sync(schema.wanted)
    if current != wanted:
        raise OtherSchema(current or "", wanted or "")


async def _write_table(connection: AsyncConnection, archive: zipfile.ZipFile, whole: Table) -> Written:
    digest, rows = hashlib.sha256(), 0
    with archive.open(_member(whole), "w", force_zip64=True) as member:
        async for batch in _stored_rows(connection, whole):
            body = b"".join(_write_row(row) for row in batch)
            digest.update(body)
            member.write(body)
            rows += len(batch)
    columns = tuple(c.name for c in whole.columns)
    return Written(name=whole.name, columns=columns, rows=rows, sha256=digest.hexdigest())


async def _stored_rows(connection: AsyncConnection, whole: Table) -> AsyncIterator[list[Any]]:
    bare = _bare(whole)
    query = select(bare).order_by(*(bare.c[key.name] for key in whole.primary_key.columns))
    async with connection.stream(query) as found:
        async for batch in found.partitions(ROWS_AT_ONCE):
            yield list(batch)


def _member(whole: Table) -> str:
    return f"{whole.name}.jsonl"


def _write_header(header: Header) -> str:
    tables = [{"name": t.name, "columns": t.columns, "rows": t.rows, "sha256": t.sha256} for t in header.tables]
    head = {"seq": header.seq, "hash": header.hash}
    body = {"format": FORMAT, "version": VERSION, "schema": header.schema, "head": head, "tables": tables}
    return json.dumps(body, ensure_ascii=False, indent=1)


def _read_back(part: Path, header: Header) -> None:
    """Read the whole file again, as a restore would."""
    with Backup(part) as found:
        if found.header != header:
            raise BadBackup("the header did not come back as it was written")
        for whole in TABLES:
            for _ in found.rows(whole):
                pass


def _give_name(part: Path, path: Path, force: bool) -> None:
    """Rename, so that a half backup never has the final name; a link refuses a name that exists, a rename does not."""
    failpoint("backup-written")
    if force:
        part.replace(path)
    else:
        try:
            os.link(part, path)
        except FileExistsError:
            raise AlreadyThere(path) from None
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- reading -------------------------------------------------------------------------------------------------------


class Backup:
    """A file opened for reading. Nothing in it is believed before it was counted and hashed. Raises BadBackup."""

    def __init__(self, path: Path):
        if path.stat().st_size > FILE_BYTES_MAX:
            raise BadBackup("larger than any book")
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError):
            raise BadBackup("not a backup file") from None
        try:
            self.header = self._read_header()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> "Backup":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def _read_header(self) -> Header:
        # Members are read in place and never unpacked to a path; only these names are looked at, each once.
        names = sorted(self._archive.namelist())
        if names != sorted([HEADER, *(_member(whole) for whole in TABLES)]):
            raise BadBackup("not a backup file")
        with self._open(HEADER) as member:
            return _header(member.read(HEADER_BYTES_MAX + 1))

    def _open(self, name: str) -> IO[bytes]:
        info = self._archive.getinfo(name)
        if info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BadBackup("packed in a way that we do not write")
        return self._archive.open(info)

    def rows(self, whole: Table) -> Iterator[list[Values]]:
        """A table's rows, some hundred at a time. Raises BadBackup at the latest after the last."""
        part = next(t for t in self.header.tables if t.name == whole.name)
        digest, rows, batch = hashlib.sha256(), 0, list[Values]()
        try:
            with self._open(_member(whole)) as member:
                while line := member.readline(ROW_BYTES_MAX + 1):
                    if len(line) > ROW_BYTES_MAX or rows == part.rows:
                        raise BadBackup(f"{whole.name}: more than was written")
                    digest.update(line)
                    rows += 1
                    batch.append(_read_row(line, whole))
                    if len(batch) == ROWS_AT_ONCE:
                        yield batch
                        batch = []
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise BadBackup(f"{whole.name}: {error}") from None
        if batch:
            yield batch
        if (rows, digest.hexdigest()) != (part.rows, part.sha256):
            raise BadBackup(f"{whole.name}: not the rows that were written")


def _header(body: bytes) -> Header:
    if len(body) > HEADER_BYTES_MAX:
        raise BadBackup("a header longer than any we write")
    try:
        said = cast(dict[str, Any], json.loads(body))
        if (said["format"], said["version"]) != (FORMAT, VERSION):
            raise BadBackup("a backup of another kind")
        tables = tuple(
            Written(name=t["name"], columns=tuple(t["columns"]), rows=int(t["rows"]), sha256=str(t["sha256"]))
            for t in said["tables"]
        )
        header = Header(
            schema=str(said["schema"]), seq=int(said["head"]["seq"]), hash=str(said["head"]["hash"]), tables=tables
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadBackup("a header that cannot be read") from None
    if [(t.name, t.columns) for t in tables] != [(w.name, tuple(c.name for c in w.columns)) for w in TABLES]:
        raise OtherSchema(header.schema, "")
    return header


# --- restoring -----------------------------------------------------------------------------------------------------


async def restore(database: Database, path: Path) -> tuple[Header, Report]:
    """Read a file into an empty database and verify what came out, in one transaction: all of it or nothing.

    Raises BadBackup, OtherSchema, NotEmpty, Unsound, OSError.
    """
    with await asyncio.to_thread(Backup, path) as found:
        async with database.read() as connection:
            await connection.run_sync(_must_be_empty)
        await schema.upgrade(database)
        async with database.write() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            report = await _fill(connection, found)
    return found.header, report


def _must_be_empty(connection: Any) -> None:
    """Only a database without our tables, or with the first row of the chain and nothing else, may be filled."""
    there = set(inspect(connection).get_table_names())
    for whole in TABLES:
        if whole.name in there and whole is not chain and connection.execute(select(whole.c[0]).limit(1)).first():
            raise NotEmpty(whole.name)
    if chain.name in there and connection.execute(select(chain.c.seq).where(chain.c.company_version > 0)).first():
        raise NotEmpty(chain.name)


async def _fill(connection: AsyncConnection, found: Backup) -> Report:
    wanted = await connection.run_sync(schema.wanted) or ""
    if found.header.schema != wanted:
        raise OtherSchema(found.header.schema, wanted)
    await connection.run_sync(_must_be_empty)
    await connection.execute(chain.delete())
    for whole in TABLES:
        bare = _bare(whole)
        names = [c.name for c in whole.columns]
        for batch in found.rows(whole):
            await connection.execute(bare.insert(), [dict(zip(names, row, strict=True)) for row in batch])
    failpoint("rows-restored")
    await _count_on(connection)
    head = (await connection.execute(select(chain.c.seq, chain.c.hash))).one_or_none()
    if head is None or (head.seq, head.hash.hex()) != (found.header.seq, found.header.hash):
        raise BadBackup("the head of the chain is not the one that was written")
    report = await verify(connection)
    if not report.ok:
        raise Unsound(report)
    return report


async def _count_on(connection: AsyncConnection) -> None:
    """Let new rows be numbered after the restored ones; SQLite sees to it by itself."""
    if connection.dialect.name != "postgresql":
        return
    for whole in TABLES:
        key = whole.autoincrement_column
        if key is not None and isinstance(key.type, Integer) and key.autoincrement is not False:
            last = (await connection.execute(select(func.max(key)))).scalar_one_or_none()
            sequence = func.pg_get_serial_sequence(whole.name, key.name)
            await connection.execute(select(func.setval(sequence, last or 1, last is not None)))
