"""Places where a test may kill, fail, delay or cancel the program, as in the middle of a crash.

A call costs one look into an empty dictionary. Nothing is armed unless the environment says so:

    FAILPOINT=unit-written:kill:3        at the third passing, SIGKILL
    FAILPOINT=inbox-inserted:raise:1     at the first, an error
    FAILPOINT=outbox-claimed:sleep:1     at the first, stand still for SLEEP_SECONDS, the whole process
    FAILPOINT=unit-written:cancel:2      at the second, cancel the running task

Several, separated by commas. Points of the crash catalogue (C0 …) are listed in POINTS.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from typing import Final

VARIABLE: Final = "FAILPOINT"
SLEEP_SECONDS: Final = 5.0
ACTIONS: Final = frozenset({"kill", "raise", "sleep", "cancel"})

# Each stands once in the code, at the moment that its words describe.
POINTS: Final = {
    "frame-read": "C0 a frame was read, nothing is stored",
    "inbox-inserted": "C1 the frame is inserted, not committed",
    "inbox-stored": "C2 the frame is committed, its work has not begun",
    "media-fetched": "C2 a picture or a file is fetched, nothing is done with it",
    "moves-written": "C3 entries and moves are inserted, balances are not",
    "unit-written": "C4 everything is written, not committed",
    "unit-committed": "C5 committed, not acknowledged",
    "frame-acked": "C6 acknowledged, its answer not yet claimed",
    "outbox-claimed": "C7 the answer is claimed, nothing is sent",
    "message-sent": "C9 DingTalk's answer is read, the message is not marked",
    "message-marked": "C10 the message is marked as sent",
    "card-created": "C11 a card of two calls is created, not filled",
    "backup-written": "C12 a backup is written, under its temporary name",
    "rows-restored": "C12 a backup's rows are inserted, not verified, not committed",
    "schema-changed": "C12 the schema is brought up to date, not committed",
}


class InjectedError(Exception):
    """Raised by an armed point."""


class UnknownPoint(Exception):
    """A specification that names no point or no action of ours."""


_armed: dict[str, tuple[str, int]] = {}
_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Do what is armed for this point, if anything is."""
    if _armed and name in _armed:
        _act(name)


def arm(spec: str) -> None:
    """Arm what a specification names, and nothing else. Raises UnknownPoint."""
    _armed.clear()
    _passed.clear()
    for one in filter(None, spec.split(",")):
        name, action, nth = (*one.split(":"), "1", "1")[:3]
        if name not in POINTS or action not in ACTIONS or not nth.isdecimal():
            raise UnknownPoint(f"{VARIABLE}: {one}")
        _armed[name] = (action, int(nth))


def _act(name: str) -> None:
    action, nth = _armed[name]
    _passed[name] += 1
    if _passed[name] != nth:
        return
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            time.sleep(SLEEP_SECONDS)  # the whole process stands still, as one that is stopped
        case "cancel":
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        case _:
            raise InjectedError(name)
