"""The end of the book, looked at before the robot goes on writing behind it.

What stands here costs the same however long the journal is: the last entries, and for each project the head that its
last digest told. `PRAGMA quick_check` reads the whole file and so is left to the operator; a damaged page that is
needed for this look, or later for a booking, SQLite itself refuses to read.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.verify.book import Book, Row
from storage.verify.hashing import NOTHING_BEFORE, digest

ENTRIES_LOOKED_AT: Final = 200


@dataclass(eq=False)
class BookDoubtful(Exception):
    """The end of the book does not hold together; `why` names the place. Nothing may be written behind it."""

    why: str

    def __str__(self) -> str:
        return self.why


async def check_ending(connection: AsyncConnection) -> None:
    """The last entries link up, the head is the last of them, the digests told what stands there.

    `connection` is in a read transaction (Database.read). Raises BookDoubtful.
    """
    book = Book(connection, {})
    seq, told = await _head(book)
    if (last := await _last_hash(book, seq)) != told:
        raise BookDoubtful(f"账页 {seq} 的校验是 {last.hex()[:16]}，账本末页记的是 {told.hex()[:16]}")
    async for anchor in _last_anchors(book):
        if await _hash_at(book, anchor["seq"]) != bytes(anchor["hash"]):
            where = f"项目 {anchor['project']} {anchor['day']} 日报报过的账页 {anchor['seq']}"
            raise BookDoubtful(f"{where} 不在账上，账本可能被换成了较早的一份")


async def _head(book: Book) -> tuple[int, bytes]:
    heads = await book.rows("SELECT seq, hash FROM chain")
    if len(heads) != 1:
        raise BookDoubtful(f"账本末页记了 {len(heads)} 次")
    seq = heads[0]["seq"]
    last = (await book.rows("SELECT MAX(seq) AS seq FROM entry"))[0]["seq"] or 0
    if seq != last:
        raise BookDoubtful(f"账本末页应是 {seq}，最后一笔账却是 {last}")
    return seq, bytes(heads[0]["hash"])


async def _last_hash(book: Book, last: int) -> bytes:
    """Reckon the last hashes anew; returns the very last."""
    seq = max(0, last - ENTRIES_LOOKED_AT)
    previous = await _hash_at(book, seq)
    if previous is None:
        raise BookDoubtful(f"缺账页 {seq}")
    async for page in book.pages(after=seq):
        seq += 1
        if page.head["seq"] != seq:
            raise BookDoubtful(f"缺账页 {seq}")
        previous, kept = digest(previous, page), bytes(page.head["hash"])
        if previous != kept:
            raise BookDoubtful(
                f"账页 {seq}（{page.head['number']}）被改动过：校验应是 {previous.hex()[:16]}，记的是 {kept.hex()[:16]}"
            )
    return previous


async def _hash_at(book: Book, seq: int) -> bytes | None:
    if seq == 0:
        return NOTHING_BEFORE
    found = await book.rows("SELECT hash FROM entry WHERE seq = :seq", seq=seq)
    return bytes(found[0]["hash"]) if found else None


async def _last_anchors(book: Book) -> AsyncIterator[Row]:
    """What was told last of each project, found by the key alone: there are as many days as the book is old."""
    project = ""
    while name := (await book.rows("SELECT MIN(project) AS p FROM anchor WHERE project > :p", p=project))[0]["p"]:
        project = name
        sql = "SELECT * FROM anchor WHERE project = :p ORDER BY day DESC LIMIT 1"
        yield (await book.rows(sql, p=project))[0]
