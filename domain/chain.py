"""The journal's hash chain: SHA-256 over a canonical form of integers and bytes (docs/adr/0003).

The form has no database ids and nothing random, so the same history ends in the same head on every database.
Version 1: every field is written as  tag, decimal length, ":", bytes  — "i" for whole numbers, "t" for UTF-8 text,
"n" (length 0) for absent; a sequence is "s", the number of its items, ":", then the items. Instants are UTC
microseconds since 1970, days are ISO text, quantities millionths, prices millionths of a yuan, amounts fen.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from domain.documents import Line
from domain.entries import Entry, Move

VERSION: Final = 1
GENESIS: Final = bytes(32)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """An aware instant as whole microseconds since 1970 UTC, without passing through float."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _int(value: int | None) -> bytes:
    return b"n0:" if value is None else _field(b"i", str(value).encode("ascii"))


def _text(value: str) -> bytes:
    return _field(b"t", value.encode("utf-8"))


def _day(value: date | None) -> bytes:
    return b"n0:" if value is None else _text(value.isoformat())


def _field(tag: bytes, body: bytes) -> bytes:
    return tag + str(len(body)).encode("ascii") + b":" + body


def _sequence(items: Iterable[bytes]) -> bytes:
    written = tuple(items)
    return b"s" + str(len(written)).encode("ascii") + b":" + b"".join(written)


def _line(line: Line) -> bytes:
    return _sequence(
        (
            _int(line.no),
            _text(line.material),
            _text(line.lot),
            _day(line.expiry),
            _int(line.entered.millionths),
            _text(line.entered.unit),
            _int(line.quantity.millionths),
            _int(None if line.price is None else line.price.micros),
            _int(None if line.amount is None else line.amount.fen),
            _text(line.order),
            _int(line.order_line),
        )
    )


def _move(move: Move) -> bytes:
    return _sequence(
        (
            _int(move.no),
            _int(move.line),
            _text(move.material),
            _text(move.lot),
            _int(move.quantity.millionths),
            _int(move.amount.fen),
            _text(move.source.kind),
            _text(move.source.code),
            _text(move.target.kind),
            _text(move.target.code),
            _text(move.stage),
            _text(move.team),
            _text(move.recipient),
        )
    )


def canonical(entry: Entry) -> bytes:
    """The bytes that stand for an entry."""
    header = (
        _text(entry.number),
        _text(entry.kind),
        _text(entry.act),
        _text(entry.by),
        _int(microseconds(entry.at)),
        _day(entry.dated),
        _text(entry.project),
        _text(entry.supplier),
        _text(entry.warehouse),
        _text(entry.stage),
        _text(entry.team),
        _text(entry.recipient),
        _day(entry.need_by),
        _text(entry.remark),
        _text(entry.reason),
        _text(entry.reverses),
        _text(entry.source),
        _int(entry.node),
        _text(entry.capacity),
    )
    return _sequence(
        (
            _sequence(header),
            _sequence(_line(line) for line in entry.lines),
            _sequence(_move(move) for move in entry.moves),
            _sequence(_sequence((_int(one.line), _text(one.serial))) for one in entry.serials),
        )
    )


def link(previous: bytes, seq: int, entry: Entry) -> bytes:
    """The hash of an entry at place `seq` after `previous` (32 bytes)."""
    return hashlib.sha256(bytes([VERSION]) + _int(seq) + previous + canonical(entry)).digest()
