"""Who has come how far in which lesson: a small JSON file that survives reset and restart. It is never trusted."""

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

log: Final = logging.getLogger(__name__)

VERSION: Final = 1
FILE_BYTES_MAX: Final = 1024 * 1024
COMPANIES_MAX: Final = 20
PEOPLE_MAX: Final = 500
LESSONS_MAX: Final = 50
NAME_MAX: Final = 200
STEPS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far somebody is: the step they are at (from 0), and how often they came to the end."""

    step: int = 0
    finished: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One person's lessons by id, and the one they are in ("": none)."""

    active: str = ""
    lessons: Mapping[str, Standing] = field(default_factory=dict[str, Standing])

    def standing(self, lesson: str) -> Standing:
        """How far they are in a lesson."""
        return self.lessons.get(lesson, Standing())

    def at(self, lesson: str, standing: Standing, *, active: str) -> "Learner":
        """The same person, one lesson further."""
        return Learner(active=active, lessons={**self.lessons, lesson: standing})


_Book = dict[str, dict[str, Learner]]


class ProgressFile:
    """The file. What cannot be read counts as nothing and is put aside; what cannot be written is kept in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_kept = True  # whether the last attempt to write succeeded
        self._book, self._is_foreign = _read(path)

    def learner(self, company: str, person: str) -> Learner:
        """What is known of somebody; a beginner where nothing is."""
        return self._book.get(company, {}).get(person, Learner())

    def note(self, company: str, person: str, learner: Learner) -> None:
        """Keep it, here and now; the companies and people of whom nothing was heard longest make room."""
        people = self._book.pop(company, {})
        people.pop(person, None)
        people[person] = learner
        while len(people) > PEOPLE_MAX:
            people.pop(next(iter(people)))
        self._book[company] = people
        while len(self._book) > COMPANIES_MAX:
            self._book.pop(next(iter(self._book)))

    def save(self) -> None:
        """Write the whole file in one step: it is the old one or the new one, never half of either. Blocks shortly."""
        try:
            self._save()
        except OSError as error:
            if self.is_kept:
                log.warning("progress of lessons not kept", extra={"path": str(self.path), "error": error.strerror})
            self.is_kept = False
        else:
            self.is_kept = True

    def _save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._is_foreign:
            os.replace(self.path, self.path.with_suffix(".unread.json"))
            self._is_foreign = False
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(_written(self._book))
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        finally:
            with suppress(FileNotFoundError):
                beside.unlink()


def _written(book: _Book) -> str:
    def one(learner: Learner) -> dict[str, object]:
        lessons = {k: {"step": s.step, "finished": s.finished} for k, s in learner.lessons.items()}
        return {"active": learner.active, "lessons": lessons}

    companies = {name: {person: one(found) for person, found in people.items()} for name, people in book.items()}
    return json.dumps({"version": VERSION, "companies": companies}, ensure_ascii=False, indent=1)


def _read(path: Path) -> tuple[_Book, bool]:
    """What the file says, and whether there is a file that says nothing we understand."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return {}, False
    except OSError as error:
        log.warning("progress of lessons not read", extra={"path": str(path), "error": error.strerror})
        return {}, False
    try:
        if len(data) > FILE_BYTES_MAX:
            raise ValueError("too long")
        return _book_of(json.loads(data)), False
    except (ValueError, RecursionError) as error:
        log.warning("progress of lessons not understood", extra={"path": str(path), "error": str(error)})
        return {}, True


def _book_of(found: object) -> _Book:
    """Entries that are not what they should be are left out. Raises ValueError for another kind of file."""
    body = _record(found)
    if body is None or body.get("version") != VERSION:
        raise ValueError("another version")
    book = _Book()
    for company, people in list((_record(body.get("companies")) or {}).items())[-COMPANIES_MAX:]:
        read = {
            name: learner for name, one in (_record(people) or {}).items() if (learner := _learner(one)) is not None
        }
        if read and len(company) <= NAME_MAX:
            book[company] = dict(list(read.items())[-PEOPLE_MAX:])
    return book


def _learner(found: object) -> Learner | None:
    body = _record(found)
    if body is None:
        return None
    lessons = _record(body.get("lessons")) or {}
    standings = {name: standing for name, one in lessons.items() if (standing := _standing(one)) is not None}
    active = body.get("active")
    return Learner(
        active=active if isinstance(active, str) and len(active) <= NAME_MAX else "",
        lessons=dict(list(standings.items())[:LESSONS_MAX]),
    )


def _standing(found: object) -> Standing | None:
    body = _record(found)
    if body is None:
        return None
    return replace(Standing(), step=_count(body.get("step"), STEPS_MAX), finished=_count(body.get("finished"), 10**6))


def _count(found: object, most: int) -> int:
    return min(found, most) if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


def _record(found: object) -> dict[str, object] | None:
    return cast("dict[str, object]", found) if isinstance(found, dict) else None
