"""The logs: one line an event, nothing forged, no secret in any of them."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.logs import MASK, Secrets, configure_logs
from bot.settings import Secret

CANARIES = ("canary-client-secret-1", "canary-token-22", "canary-session-333", 'canary\\ticket"4444')


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What the program would write to stderr. Opened inside the test: pytest puts its own handlers before it."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out, secrets = io.StringIO(), Secrets()
    secrets.add(*CANARIES)
    configure_logs("DEBUG", secrets, stream=out)
    try:
        yield out
    finally:
        logging.captureWarnings(False)
        root.handlers[:], root.level = before, level


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_facts() -> None:
    with logged() as log:
        logging.getLogger("bot.inbox").info("frame stored", extra={"key": "robot:1", "waiting": 3})
        (event,) = lines(log)
        assert event["at"].endswith("+00:00")
        assert {k: event[k] for k in ("level", "logger", "event", "key", "waiting")} == {
            "level": "INFO",
            "logger": "bot.inbox",
            "event": "frame stored",
            "key": "robot:1",
            "waiting": 3,
        }


@pytest.mark.parametrize("evil", ["张三\r\n{}", "张三\u2028x", "\u202e三张", "\x1b[31m", "\x00", "\u200b", "\ud800"])
def test_a_name_cannot_forge_a_line_or_turn_it_around(evil: str) -> None:
    with logged() as log:
        logging.getLogger(evil).warning("hello %s", evil, extra={"nick": evil})
        assert len(lines(log)) == 1
        assert log.getvalue().isprintable() or log.getvalue().rstrip("\n").isprintable()


def test_registered_secrets_are_masked_wherever_they_stand() -> None:
    with logged() as log:
        logger = logging.getLogger("canary")
        for canary in CANARIES:
            logger.info("got %s", canary, extra={"fact": {"deep": [canary]}, canary: canary})
            try:
                raise ValueError(canary)
            except ValueError:
                logger.exception("failed with %r", {"ticket": canary})
        assert len(lines(log)) == 2 * len(CANARIES)
        for canary in CANARIES:
            for form in (canary, json.dumps(canary)[1:-1], json.dumps(json.dumps(canary)[1:-1])[1:-1]):
                assert form not in log.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "GET https://oapi.dingtalk.com/robot/send?access_token=CANARY&x=1",
        "https://oapi.dingtalk.com/robot/sendBySession?session=CANARY",
        'endpoint is {"endpoint": "wss://x", "ticket": "CANARY"}',
        "{'x-acs-dingtalk-access-token': 'CANARY'}",
        "Authorization: Bearer CANARY",
        "postgresql+asyncpg://liao:CANARY@db:5432/liao",
        '{"accessToken":"CANARY"}',
        "clientSecret=CANARY",
    ],
)
def test_secrets_that_nobody_registered_are_known_by_their_names(text: str) -> None:
    with logged() as log:
        logging.getLogger("sdk").debug(text)
        assert "CANARY" not in log.getvalue()
        assert MASK in log.getvalue()


def test_a_fact_with_a_telling_name_is_masked() -> None:
    with logged() as log:
        logging.getLogger("x").info("in", extra={"api_token": "abcdef", "secret": Secret("abcdef")})
        assert "abcdef" not in log.getvalue()


def test_faulty_log_calls_and_objects_are_logged_all_the_same() -> None:
    with logged() as log:

        class Mute:
            def __str__(self) -> str:
                raise RuntimeError

        logging.getLogger("x").info("%d items", "many")
        logging.getLogger("x").info("odd", extra={"thing": Mute()})
        assert [event["event"] for event in lines(log)] == ["%d items", "odd"]


def test_the_oldest_secrets_are_forgotten_before_memory_is_full() -> None:
    secrets = Secrets()
    secrets.add(*(f"session-{i}" for i in range(Secrets.LIMIT + 10)))
    assert secrets.mask("session-0!") == "session-0!"
    assert secrets.mask(f"at session-{Secrets.LIMIT + 9}!") == f"at {MASK}!"
