"""The walls: I14 whole numbers, I38 codes that exist, I39 triggers, checks and indexes, I40 versions."""

import re
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Integer, Table, UniqueConstraint
from sqlalchemy.types import TypeDecorator

from storage import schema, triggers
from storage.tables import metadata
from storage.verify.book import Book, named
from storage.verify.report import Tally

# --- I14 -----------------------------------------------------------------------------------------------------------


def _whole(table: Table) -> list[str]:
    """The columns that hold whole numbers: scaled amounts, serials, instants."""
    found = list[str]()
    for column in table.columns:
        kind = column.type
        while isinstance(kind, TypeDecorator):
            kind = kind.impl_instance
        if isinstance(kind, Integer | BigInteger):
            found.append(column.name)
    return found


async def types(book: Book) -> Tally:
    """I14: every number is a whole number of 64 bits, not something that looks like one."""
    tally = Tally("number columns")
    for table in metadata.sorted_tables:
        columns = _whole(table)
        tally.counted += len(columns)
        if columns and book.is_sqlite:
            await _typed_rows(book, tally, table, columns)
        elif columns:
            await _typed_columns(book, tally, table, columns)
    return tally


async def _typed_rows(book: Book, tally: Tally, table: Table, columns: list[str]) -> None:
    keys = [column.name for column in table.primary_key.columns]
    # A missing number is refused by NOT NULL, which belongs to the column and is not told apart here.
    odd = " OR ".join(f"typeof({c}) NOT IN ('integer', 'null')" for c in columns)
    for row in await book.rows(f"SELECT {', '.join(keys)} FROM {table.name} WHERE {odd} LIMIT 100"):  # noqa: S608
        tally.fault(f"{table.name} {named(row, keys)}: a number that is no whole number")
    made = await book.rows("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name", name=table.name)
    strict = bool(made) and made[0]["sql"].rstrip().upper().endswith("STRICT")
    tally.expect(strict, f"{table.name}: not a STRICT table")


async def _typed_columns(book: Book, tally: Tally, table: Table, columns: list[str]) -> None:
    sql = """
        SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = :name
    """
    kinds = {row["column_name"]: row["data_type"] for row in await book.rows(sql, name=table.name)}
    for column in columns:
        due = "integer" if type(table.c[column].type) is Integer else "bigint"
        tally.expect(kinds.get(column) == due, f"{table.name}.{column}: {kinds.get(column)}, not {due}")


# --- I38 -----------------------------------------------------------------------------------------------------------

# Who acts without being in the book: an operator at the command line, and the clock.
OPERATORS: Final = frozenset({"load", "schedule"})
_MEANT: Final = (
    ("materials", ("entry_line.material", "move.material", "balance.material", "pool.material")),
    ("materials", ("document_line.material", "opening.material", "alert.material")),
    (
        "warehouses",
        ("entry.warehouse", "document.warehouse", "balance.warehouse", "opening.warehouse", "alert.warehouse"),
    ),
    ("projects", ("entry.project", "document.project", "pool.owner", "anchor.project", "spent.project")),
    ("suppliers", ("entry.supplier", "document.supplier")),
    ("people", ('entry."by"', "entry.recipient", "document.requester", "document.recipient", "approval_signer.person")),
)
_PLACES: Final = (("warehouse", "warehouses"), ("consumption", "projects"), ("supplier", "suppliers"))


async def codes(book: Book) -> Tally:
    """I38: every code that the ledger and the documents speak of is in the master data; no reference hangs."""
    tally = Tally("codes")
    for kind, columns in _MEANT:
        for column in columns:
            table, _, name = column.partition(".")
            found = await book.rows(f"SELECT DISTINCT {name} AS code FROM {table}")  # noqa: S608  # names from the table above
            _known(book, tally, kind, column.replace('"', ""), {row["code"] for row in found})
    for place, kind in _PLACES:
        sql = """
            SELECT source_code AS code FROM move WHERE source_kind = :place
            UNION SELECT target_code FROM move WHERE target_kind = :place
        """
        found = await book.rows(sql, place=place)
        _known(book, tally, kind, f"move to or from a {place}", {row["code"] for row in found})
    if book.is_sqlite:
        for row in await book.rows("PRAGMA foreign_key_check"):
            tally.fault(f"{row['table']} row {row['rowid']}: refers to nothing in {row['parent']}")
    return tally


def _known(book: Book, tally: Tally, kind: str, where: str, said: set[str]) -> None:
    known = book.master.get(kind, {}).keys() | (OPERATORS if kind == "people" else frozenset[str]()) | {""}
    tally.counted += len(said)
    for code in sorted(said - known):
        tally.fault(f"{where}: {code} is not among the {kind}")


# --- I39 -----------------------------------------------------------------------------------------------------------


async def walls(book: Book) -> Tally:
    """I39: every trigger, check, key and unique index of the model stands; none is switched off or hollowed out."""
    tally = Tally("triggers, checks and unique indexes")
    found = await (_walls_of_sqlite(book) if book.is_sqlite else _walls_of_postgresql(book))
    for name, due in _due(book).items():
        tally.counted += 1
        if name not in found:
            tally.fault(f"{name}: is missing")
        elif due and due not in found[name]:
            tally.fault(f"{name}: does not say what it should")
    return tally


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip().lower()


def _due(book: Book) -> dict[str, str]:
    """The walls by name, with the words that must stand in them where the database keeps them as they were written."""
    due = dict[str, str]()
    for statement in triggers.statements(book.connection.dialect.name, triggers.GUARDED):
        plain = _plain(statement)
        if match := re.match(r"create (?:trigger|function) (\w+)", plain):
            due[match[1]] = plain if book.is_sqlite else _body(plain)
    for table in metadata.sorted_tables:
        due[f"key of {table.name}"] = ",".join(sorted(c.name for c in table.primary_key.columns))
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                name = str(constraint.name)
                due[name] = _plain(f"check ({constraint.sqltext})") if book.is_sqlite else ""
            elif isinstance(constraint, UniqueConstraint):
                due[f"unique {table.name} {','.join(sorted(c.name for c in constraint.columns))}"] = ""
        for index in table.indexes:
            if index.unique:
                columns = ",".join(sorted(c.name for c in index.columns))
                due[f"unique {table.name} {columns}"] = ""
    return due


def _body(statement: str) -> str:
    """What a PostgreSQL function does, or on what and for what a trigger stands."""
    if "$$" in statement:
        return statement.split("$$")[1].strip()
    return statement.partition(" on ")[2].split(" ")[0]


async def _walls_of_sqlite(book: Book) -> dict[str, str]:
    found = dict[str, str]()
    for row in await book.rows("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        plain = _plain(row["sql"] or "")
        if row["type"] == "trigger":
            found[row["name"]] = plain
        if row["type"] == "table" and row["name"] in metadata.tables:
            found |= dict.fromkeys(re.findall(r"constraint (ck_\w+) check", plain), plain)
            keys = await book.rows(f"PRAGMA table_info({row['name']})")
            found[f"key of {row['name']}"] = ",".join(sorted(k["name"] for k in keys if k["pk"]))
            for index in await book.rows(f"PRAGMA index_list({row['name']})"):
                if index["unique"]:
                    columns = await book.rows(f"PRAGMA index_info({index['name']})")
                    found[f"unique {row['name']} {','.join(sorted(c['name'] for c in columns))}"] = ""
    return found


async def _walls_of_postgresql(book: Book) -> dict[str, str]:
    found = dict[str, str]()
    sql = """
        SELECT t.tgname AS name, c.relname AS relation FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND p.proname = 'only_grows'
        AND c.relnamespace = CAST(current_schema() AS regnamespace)
    """
    for row in await book.rows(sql):
        found[row["name"]] = row["relation"]
    for row in await book.rows("SELECT proname, prosrc FROM pg_proc WHERE proname = 'only_grows'"):
        found[row["proname"]] = _plain(row["prosrc"])
    sql = """
        SELECT conname FROM pg_constraint
        WHERE contype = 'c' AND convalidated AND connamespace = CAST(current_schema() AS regnamespace)
    """
    found |= dict.fromkeys((row["conname"] for row in await book.rows(sql)), "")
    sql = """
        SELECT c.relname AS relation, i.indisprimary AS is_key,
            string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C") AS columns
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
        WHERE i.indisunique AND i.indisvalid AND c.relnamespace = CAST(current_schema() AS regnamespace)
        GROUP BY i.indexrelid, c.relname, i.indisprimary
    """
    for row in await book.rows(sql):
        name = f"key of {row['relation']}" if row["is_key"] else f"unique {row['relation']} {row['columns']}"
        found[name] = row["columns"]
    return found


# --- I40 -----------------------------------------------------------------------------------------------------------

# A WAL file could be reset under a reader: https://www.sqlite.org/wal.html, fixed in 3.51.3 and in these older lines.
_RESET_FIRST: Final = (3, 7, 0)
_RESET_FIXED: Final = (3, 51, 3)
_RESET_FIXED_IN_LINE: Final = {(3, 44): 6, (3, 50): 7}


def has_reset_bug(version: str) -> bool:
    """Whether this SQLite may lose a commit when the WAL is reset."""
    line, branch, patch = (int(part) for part in version.split(".")[:3])
    fixed = _RESET_FIXED_IN_LINE.get((line, branch))
    if fixed is not None and patch >= fixed:
        return False
    return _RESET_FIRST <= (line, branch, patch) < _RESET_FIXED


async def versions(book: Book) -> Tally:
    """I40: the schema is the one this program knows; an SQLite with a known fault is named."""
    tally = Tally("schema revision", 1)
    current = await book.connection.run_sync(schema.current)
    wanted = await book.connection.run_sync(schema.wanted)
    tally.expect(current == wanted, f"the schema is at {current}, this program knows {wanted}")
    if book.is_sqlite:
        version = (await book.rows("SELECT sqlite_version() AS version"))[0]["version"]
        if has_reset_bug(version):
            tally.warnings.append(f"SQLite {version} can lose a commit when its WAL is reset; 3.51.3 has the cure")
    return tally
