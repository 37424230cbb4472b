"""Logs as one JSON object a line. What a name or a message contains cannot forge a line; no secret is ever in one."""

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Final, TextIO

from domain.company_file.faults import is_unsafe

MASK: Final = "***"
TEXT_MAX: Final = 20_000  # a traceback fits, a flood does not
SECRET_MIN: Final = 6  # a shorter value would mask half of every line

# What a record has by itself; everything else was given as `extra` and is a fact of the event.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Secrets that nobody registered yet: query values and headers of DingTalk's and of ours, wherever libraries print them.
_TELLING: Final = re.compile(
    r"(?i)(?<![a-z])((?:x-acs-dingtalk-)?access[_-]?token|ticket|session|client[_-]?secret|app[_-]?secret|authorization"
    r"|api[_-]?token|password|refresh[_-]?token)(\\*[\"']?\s*[=:]\s*\\*[\"']?)(?:bearer\s+)?[^\s\"'&,;}\\)]+"
)
_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+(?=@)")


class Secrets:
    """Values that must never be seen. Tokens and webhook sessions come and go, so the oldest are forgotten."""

    LIMIT: Final = 5_000

    def __init__(self) -> None:
        self._values = dict[str, None]()
        self._lock = threading.Lock()

    def add(self, *values: str) -> None:
        """Mask these from now on, also in the escaped form in which JSON or a repr shows them."""
        with self._lock:
            for value in values:
                for form in {value, json.dumps(value)[1:-1], repr(value)[1:-1]}:
                    if len(form) >= SECRET_MIN:
                        self._values.pop(form, None)
                        self._values[form] = None
            while len(self._values) > self.LIMIT:
                self._values.pop(next(iter(self._values)))

    def mask(self, text: str) -> str:
        """The text without any secret, whether registered or given away by its name."""
        with self._lock:
            # Longest first: one secret may begin with another.
            found = sorted((value for value in self._values if value in text), key=len, reverse=True)
        for value in found:
            text = text.replace(value, MASK)
        return _PASSWORD.sub(rf"\1:{MASK}", _TELLING.sub(rf"\1\2{MASK}", text))


def _visible(text: str) -> str:
    """Invisible characters as escapes, so that no name can end a line or turn it around."""
    return "".join(f"\\u{ord(c):04x}" if is_unsafe(c) else c for c in text)


class JsonLines(logging.Formatter):
    """One event, one line: when, how grave, who says it, what, and its facts."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        event: dict[str, str | int | float | bool | None] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": self._clean(record.name),
            "event": self._clean(_message(record)),
        }
        for name, value in vars(record).items():
            if name not in _OWN:
                event[self._clean(name)] = self._fact(name, value)
        if record.exc_info and record.exc_info[0] is not None:
            event["traceback"] = self._clean("".join(traceback.format_exception(*record.exc_info)))
        if record.stack_info:
            event["stack"] = self._clean(record.stack_info)
        return json.dumps(event, ensure_ascii=False)

    def _fact(self, name: str, value: object) -> str | int | float | bool | None:
        if isinstance(value, bool | int | float) or value is None:
            return value
        if _TELLING.fullmatch(f"{name}=x"):
            return MASK
        return self._clean(_text(value))

    def _clean(self, text: str) -> str:
        return _visible(self._secrets.mask(text)[:TEXT_MAX])


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # a log must not fail because something cannot say what it is
        return f"<{type(value).__name__}>"


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # a library's faulty log call is no reason to lose its event
        return _text(record.msg)


def configure_logs(level: str, secrets: Secrets, *, stream: TextIO | None = None) -> None:
    """Send every logger's events to stderr as JSON lines; called once, at start-up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(secrets))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
