"""A backup restores to the same book, on either database, or not at all."""

import json
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.commands import backup as backup_command
from bot.commands import restore as restore_command
from bot.render import Renderer
from storage import portable
from storage.database import Database
from storage.portable import AlreadyThere, BadBackup, NotEmpty, OtherSchema, Unsound
from storage.unit import Units
from tests.conftest import KINDS, Clock, Databases
from tests.site import Site, qty
from tests.storage.told import CHANGES, tell


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Database]:
    database = Database.open(url)
    try:
        yield database
    finally:
        await database.close()


def names(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def flip_a_bit(file: Path) -> None:
    """As a dying disk would."""
    body = bytearray(file.read_bytes())
    body[len(body) // 3] ^= 1
    file.write_bytes(bytes(body))


@pytest.fixture
async def told(book: Units, database: Database, clock: Clock) -> Site:
    return await tell(book, database, clock)


@pytest.mark.parametrize("into", KINDS)
async def test_a_backup_restores_to_the_same_book_on_either_database(
    told: Site, databases: Databases, into: str, tmp_path: Path, clock: Clock, zone: ZoneInfo
) -> None:
    file = tmp_path / "book.lzg"
    header = await portable.backup(told.database, file)
    async with opened(databases.bare_url(into)) as database:
        restored, report = await portable.restore(database, file)
        assert (restored, report.ok) == (header, True)
        units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
        again = Site(units, database, changes=CHANGES)
        assert await again.head() == await told.head() == (header.seq, header.hash)
        for table in portable.TABLES:
            ordered = ", ".join(column.name for column in table.primary_key.columns)
            sql = f"SELECT * FROM {table.name} ORDER BY {ordered}"
            assert await again.rows(sql) == await told.rows(sql), table.name
        # Work goes on: numbers, message ids and the chain continue behind what was restored.
        clock.forward(minutes=1)
        await units.work("after", again.issuing("钢筋 30根"))
        assert await again.on_hand("钢筋") == qty("0根")
        await again.verify()
        await units.close()


async def test_a_backup_never_takes_the_place_of_another_unless_told_to(told: Site, tmp_path: Path) -> None:
    file = tmp_path / "book.lzg"
    file.write_bytes(b"the only other copy")
    with pytest.raises(AlreadyThere):
        await portable.backup(told.database, file)
    assert file.read_bytes() == b"the only other copy"
    await portable.backup(told.database, file, force=True)
    with portable.Backup(file) as found:
        assert found.header.seq == (await told.head())[0]
    assert names(tmp_path, "*lzg*") == ["book.lzg"]


@pytest.mark.parametrize("step", ["_write", "_read_back"])
async def test_half_a_backup_never_has_the_final_name(
    told: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(portable, step, fail)
    with pytest.raises(OSError, match="No space"):
        await portable.backup(told.database, folder / "book.lzg")
    assert names(folder) == []


async def test_a_backup_that_does_not_read_back_is_thrown_away(
    told: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, write = tmp_path / "backups", portable._write  # pyright: ignore[reportPrivateUsage]
    folder.mkdir()

    async def write_badly(connection: Any, part: Path) -> portable.Header:
        header = await write(connection, part)
        flip_a_bit(part)
        return header

    monkeypatch.setattr(portable, "_write", write_badly)
    with pytest.raises(BadBackup):
        await portable.backup(told.database, folder / "book.lzg")
    assert names(folder) == []


async def test_nothing_is_restored_over_a_book(told: Site, tmp_path: Path) -> None:
    file = tmp_path / "book.lzg"
    await portable.backup(told.database, file)
    before = await told.head()
    with pytest.raises(NotEmpty) as refused:
        await portable.restore(told.database, file)
    assert refused.value.table
    assert await told.head() == before


async def test_a_book_that_does_not_hold_together_is_taken_back(
    told: Site, databases: Databases, database_kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "book.lzg"
    async with told.database.write() as connection:
        await connection.execute(text("UPDATE balance SET quantity = quantity + 1 WHERE material = 'STL'"))
    await portable.backup(told.database, file)
    async with opened(databases.bare_url(database_kind)) as database:
        with pytest.raises(Unsound) as refused:
            await portable.restore(database, file)
        assert refused.value.report.broken == {"I2"}
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT COUNT(*) FROM entry"))).scalar_one() == 0


Members = dict[str, bytes]


def _header(members: Members, change: Callable[[dict[str, Any]], None]) -> None:
    header = json.loads(members["header.json"])
    change(header)
    members["header.json"] = json.dumps(header).encode()


def _row(members: Members, table: str, at: int, value: object) -> None:
    """Another value in a table's first row, with a header that fits: the forger knows the format."""
    lines = members[f"{table}.jsonl"].splitlines(keepends=True)
    row = json.loads(lines[0])
    row[at] = value
    _lines(members, table, [json.dumps(row).encode() + b"\n", *lines[1:]])


def _lines(members: Members, table: str, lines: list[bytes]) -> None:
    import hashlib

    body = b"".join(lines)
    members[f"{table}.jsonl"] = body

    def fit(header: dict[str, Any]) -> None:
        found = next(t for t in header["tables"] if t["name"] == table)
        found["rows"], found["sha256"] = len(lines), hashlib.sha256(body).hexdigest()

    _header(members, fit)


def _evil_path(members: Members) -> None:
    members["../../etc/passwd"] = b""


def _missing(members: Members) -> None:
    del members["move.jsonl"]


def _altered(members: Members) -> None:
    members["entry.jsonl"] = members["entry.jsonl"].replace("瓦工班".encode(), "木工班".encode())


def _cut(members: Members) -> None:
    members["move.jsonl"] = members["move.jsonl"][: len(members["move.jsonl"]) // 2]


def _longer(members: Members) -> None:
    members["move.jsonl"] += members["move.jsonl"]


def _bomb(members: Members) -> None:
    members["move.jsonl"] = b"[" + b"0," * 6_000_000


def _long_header(members: Members) -> None:
    members["header.json"] = b" " * (portable.HEADER_BYTES_MAX + 1)


def _float(members: Members) -> None:
    _row(members, "balance", 3, 1.5)


def _truth(members: Members) -> None:
    _row(members, "balance", 3, True)


def _words(members: Members) -> None:
    _row(members, "balance", 3, "five")


def _huge(members: Members) -> None:
    _row(members, "balance", 3, 2**63)


def _no_hex(members: Members) -> None:
    _row(members, "chain", 2, "xyz")


def _object(members: Members) -> None:
    _lines(members, "balance", [b"{}\n"])


def _nested(members: Members) -> None:
    _lines(members, "balance", [b"[" * 100_000 + b"\n"])


def _tail_cut(members: Members) -> None:
    """The last entry and its rows removed, counted anew: only the head tells."""
    _lines(members, "chain", members["chain.jsonl"].splitlines(keepends=True))
    _header(members, lambda header: header["head"].update(seq=header["head"]["seq"] - 1))


def _other_format(members: Members) -> None:
    _header(members, lambda header: header.update(format="somebody-elses"))


@pytest.mark.parametrize(
    "spoil",
    [
        _evil_path,
        _missing,
        _altered,
        _cut,
        _longer,
        _bomb,
        _long_header,
        _float,
        _truth,
        _words,
        _huge,
        _no_hex,
        _object,
        _nested,
        _tail_cut,
        _other_format,
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_file_that_is_not_the_backup_that_was_written_is_refused_whole(
    told: Site, databases: Databases, tmp_path: Path, spoil: Callable[[Members], None]
) -> None:
    file = tmp_path / "book.lzg"
    await portable.backup(told.database, file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    spoil(members)
    with zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    async with opened(databases.bare_url("sqlite")) as database:
        with pytest.raises(BadBackup):
            await portable.restore(database, file)
        async with database.read() as connection:
            there = (await connection.execute(text("SELECT COUNT(*) FROM sqlite_master WHERE name = 'entry'"))).scalar()
            if there:
                assert (await connection.execute(text("SELECT COUNT(*) FROM entry"))).scalar_one() == 0


@pytest.mark.parametrize("body", [b"", b"PK", b"not a zip at all", b"SQLite format 3\x00" * 99])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_any_other_file_is_refused(database: Database, tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "book.lzg"
    file.write_bytes(body)
    with pytest.raises(BadBackup):
        await portable.restore(database, file)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_book_of_another_schema_is_refused_by_name(told: Site, databases: Databases, tmp_path: Path) -> None:
    file = tmp_path / "book.lzg"
    await portable.backup(told.database, file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    _header(members, lambda header: header.update(schema="9999"))
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    async with opened(databases.bare_url("sqlite")) as database:
        with pytest.raises(OtherSchema) as refused:
            await portable.restore(database, file)
        assert refused.value.found == "9999"


async def test_the_commands_say_what_they_did_and_exit_accordingly(
    told: Site, databases: Databases, database_kind: str, database_url: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file, empty = tmp_path / "book.lzg", databases.bare_url(database_kind)
    seq, head = await told.head()
    # The robot holds the book; a backup takes no lock.
    assert await backup_command.run(database_url, file) == 0
    assert f"账页 {seq}，校验 {head[:16]}" in capsys.readouterr().out
    assert await backup_command.run(database_url, file) == 1
    assert "已经存在" in capsys.readouterr().err
    assert await restore_command.run(empty, file) == 0
    said = capsys.readouterr().out
    assert "I10 ok" in said
    assert f"账页 {seq}，校验 {head[:16]}" in said
    assert await restore_command.run(empty, file) == 1
    assert "已有内容" in capsys.readouterr().err
    assert await restore_command.run(empty, tmp_path / "nothing.lzg") == 1
    assert await backup_command.run(empty, tmp_path / "nowhere" / "book.lzg") == 1
    assert "写不了" in capsys.readouterr().err
