"""One writing process per SQLite file: a lock that the system lets go of when the process dies."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)
class AlreadyRunning(Exception):
    """Another process holds the book; `pid` is its process id if it could be read."""

    path: Path
    pid: str


class WriterLock:
    """Held from `take` until `release` or the end of the process. The file beside the book names the holder."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor

    @classmethod
    def take(cls, book: Path) -> "WriterLock":
        """Take the lock of a book. Raises AlreadyRunning."""
        path = book.with_name(book.name + ".lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise AlreadyRunning(book, pid) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        return cls(descriptor)

    def release(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
