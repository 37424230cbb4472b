"""The file of progress is never trusted, and never in the way."""

import json
from pathlib import Path

import pytest

from bot.practice.lessons.progress import (
    COMPANIES_MAX,
    FILE_BYTES_MAX,
    PEOPLE_MAX,
    Learner,
    ProgressFile,
    Standing,
)

SOMEWHERE = Learner(active="keeper", lessons={"keeper": Standing(step=2, finished=1)})


def kept(path: Path) -> ProgressFile:
    file = ProgressFile(path)
    file.note("公司", "u-1", SOMEWHERE)
    file.save()
    return file


def test_what_is_noted_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "data" / "practice.json"
    assert kept(path).is_kept
    assert ProgressFile(path).learner("公司", "u-1") == SOMEWHERE
    assert ProgressFile(path).learner("公司", "u-2") == Learner()
    assert ProgressFile(path).learner("别的公司", "u-1") == Learner()
    assert [p.name for p in path.parent.iterdir()] == ["practice.json"]


@pytest.mark.parametrize(
    "written",
    [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"version": 2, "companies": {}}', b" " * (FILE_BYTES_MAX + 1)],
    ids=["empty", "half", "list", "bytes", "deep", "future", "big"],
)
def test_a_file_that_says_nothing_we_understand_is_put_aside(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "practice.json"
    path.write_bytes(written)
    file = ProgressFile(path)
    assert file.learner("公司", "u-1") == Learner()
    assert path.read_bytes() == written
    file.note("公司", "u-1", SOMEWHERE)
    file.save()
    assert ProgressFile(path).learner("公司", "u-1") == SOMEWHERE
    assert (tmp_path / "practice.unread.json").read_bytes() == written


def test_entries_that_are_not_what_they_should_be_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "practice.json"
    lessons = {"a": {"step": -3, "finished": True}, "b": {"step": 10**9, "finished": 2}, "c": 5}
    people = {"u-1": {"active": 7, "lessons": lessons}, "u-2": "x", "u-3": {"lessons": []}}
    path.write_text(json.dumps({"version": 1, "companies": {"公司": people, "x": 3}}), encoding="utf-8")
    found = ProgressFile(path).learner("公司", "u-1")
    assert found == Learner(lessons={"a": Standing(), "b": Standing(step=100, finished=2)})


def test_the_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "practice.json"
    file = ProgressFile(path)
    for n in range(PEOPLE_MAX + 5):
        file.note("公司", f"u-{n}", SOMEWHERE)
    for n in range(COMPANIES_MAX - 1):
        file.note(f"公司{n}", "u-1", SOMEWHERE)
    file.save()
    assert path.stat().st_size < FILE_BYTES_MAX
    again = ProgressFile(path)
    assert again.learner("公司", "u-4") == Learner()
    assert again.learner("公司", "u-5") == SOMEWHERE
    again.note("再一家", "u-1", SOMEWHERE)
    assert again.learner("公司", "u-5") == Learner()


def test_where_nothing_can_be_written_it_is_kept_in_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    file = kept(blocked / "practice.json")
    assert not file.is_kept
    assert file.learner("公司", "u-1") == SOMEWHERE
    blocked.unlink()
    file.save()
    assert file.is_kept
    assert ProgressFile(blocked / "practice.json").learner("公司", "u-1") == SOMEWHERE
