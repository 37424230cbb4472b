"""A photograph: the codes in it say which material or document is meant, the words around it what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from domain import document_query, label_query
from domain.errors import DomainError
from domain.labels import Label, read_label
from domain.operation import Draft, Facts, Operation, perform
from handlers import pointing
from handlers.language import Line, Reading, Status
from handlers.messages import Scanned
from handlers.pointing import Pointed
from handlers.questions import Memo
from handlers.talk import Catalogues, Talk, is_open, said_digest

_ABOUT_MATERIAL: Final = ".material"


@dataclass(eq=False)
class NoCodeSeen(DomainError):
    """No code was found in the photograph."""


@dataclass(eq=False)
class UnknownCodes(DomainError):
    """Codes that mean nothing to us; `texts` is what they say."""

    texts: tuple[str, ...]


@dataclass(eq=False)
class SeveralDocuments(DomainError):
    """The codes of several documents in one photograph."""

    numbers: tuple[str, ...]


def operation_for(message: Scanned, catalogues: Catalogues) -> Operation:
    """The operation for a photograph that was looked at."""
    return _PictureTalk(message, catalogues).operation()


class _PictureTalk(Talk):
    def __init__(self, message: Scanned, catalogues: Catalogues):
        super().__init__(message, message.text, catalogues)
        self._codes = message.codes

    def _meaning(self, facts: Facts) -> Operation:
        labels = tuple(read_label(code, facts.company) for code in self._codes)
        pointed = Pointed.of(labels)
        if self._text:
            reading = self._reading_of(facts, None, pointed=pointed)
            if reading.status is not Status.UNKNOWN:
                return self._told(reading, labels, pointed, facts)
        return self._answered(pointed, facts) or self._shown(labels, pointed, facts)

    def _told(self, reading: Reading, labels: tuple[Label, ...], pointed: Pointed, facts: Facts) -> Operation:
        """Words with a photograph. Raises NoCodeSeen, UnknownCodes where the thing was left to it in vain."""
        if not any(label.is_known for label in labels):
            if _leaves_thing_open(reading):
                raise _nothing_known(labels)
            return self._do(reading, facts, said=said_digest(self._text, self.by))
        self._pointed = pointed
        reading = pointed.with_lots(_as_shown(reading, pointed.materials), facts.company)
        return self._do(reading, facts, said=said_digest(self._text + pointed.write(), self.by))

    def _answered(self, pointed: Pointed, facts: Facts) -> Operation | None:
        """A label held up where the robot had asked which material."""
        dialogue = facts[self._dialogue]
        memo = Memo.read(dialogue) if dialogue is not None and is_open(dialogue, facts) else None
        if memo is None or self._text or len(pointed.materials) != 1:
            return None
        if not any(path.endswith(_ABOUT_MATERIAL) for path in memo.asks):
            return None
        settled = _settled(memo.reading, pointed.materials[0])
        if settled is None:
            return None
        self._pointed = pointed
        return self._do(pointed.with_lots(settled, facts.company), facts, said=memo.said, again=memo.again)

    def _shown(self, labels: tuple[Label, ...], pointed: Pointed, facts: Facts) -> Operation:
        """A photograph alone: what it is, and the next words are about it. Raises NoCodeSeen, UnknownCodes."""
        numbers = tuple(dict.fromkeys(str(label.document) for label in labels if label.document is not None))
        keep = partial(pointing.remember, pointed, self.by)
        if pointed.materials:
            project = self._context(facts, None, pointed).project or ""
            return label_query.show(labels, project=project, by=self.by, remember=keep)
        if len(numbers) > 1:
            raise SeveralDocuments(numbers)
        if numbers:
            return _noting(document_query.show(numbers[0], by=self.by), keep)
        raise _nothing_known(labels)


def _noting(operation: Operation, keep: partial[None]) -> Operation:
    def decide(draft: Draft) -> None:
        perform(operation, draft)
        keep(draft)

    return replace(operation, may=None, decide=decide)


def _nothing_known(labels: tuple[Label, ...]) -> DomainError:
    return UnknownCodes(tuple(label.text for label in labels)) if labels else NoCodeSeen()


def _leaves_thing_open(reading: Reading) -> bool:
    """Whether the words need a material, or a document, that they do not name."""
    lacks = ("lines", "fields.document")
    unnamed = any(line.material is None and line.said is None for line in reading.lines)
    return bool(set(lacks) & set(reading.missing)) or (unnamed and not reading.candidates)


def _as_shown(reading: Reading, shown: tuple[str, ...]) -> Reading:
    """A name that fits several things means the one that is shown; a name that fits none of them is a question."""
    paths = {index: f"lines[{index}]{_ABOUT_MATERIAL}" for index in range(len(reading.lines))}
    meant = {
        index: reading.candidates.get(path, (line.material,) if line.material else ())
        for (index, path), line in zip(paths.items(), reading.lines, strict=True)
    }
    if not shown or reading.intent is None or not reading.intent.endswith(".create"):
        return reading
    if len(reading.lines) == 1 and meant[0] and not set(meant[0]) & set(shown):
        return _doubtful(reading, paths[0], (*shown, *meant[0]))
    for index, codes in meant.items():
        both = tuple(code for code in codes if code in shown)
        if len(codes) > 1 and len(both) == 1:
            reading = _settled(reading, both[0], index) or reading
    return reading


def _doubtful(reading: Reading, path: str, codes: tuple[str, ...]) -> Reading:
    line = replace(reading.lines[0], material=None)
    candidates = {**reading.candidates, path: tuple(dict.fromkeys(codes))}
    return replace(reading, status=Status.AMBIGUOUS, lines=(line,), candidates=candidates)


def _settled(reading: Reading, code: str, index: int | None = None) -> Reading | None:
    """The reading with this material in the line that is open; None where it is none of the choices."""
    for at, line in enumerate(reading.lines):
        path = f"lines[{at}]{_ABOUT_MATERIAL}"
        is_open = path in reading.candidates or path in reading.missing
        if not is_open or (index is not None and at != index):
            continue
        if code not in reading.candidates.get(path, (code,)):
            return None
        candidates = {p: c for p, c in reading.candidates.items() if p != path}
        missing = tuple(p for p in reading.missing if p != path)
        return replace(
            reading,
            status=_status(candidates, missing),
            lines=_replaced(reading.lines, at, replace(line, material=code, said=None)),
            missing=missing,
            candidates=candidates,
        )
    return None


def _status(candidates: Mapping[str, tuple[str, ...]], missing: tuple[str, ...]) -> Status:
    return Status.AMBIGUOUS if candidates else Status.INCOMPLETE if missing else Status.OK


def _replaced(lines: tuple[Line, ...], at: int, line: Line) -> tuple[Line, ...]:
    return (*lines[:at], line, *lines[at + 1 :])
