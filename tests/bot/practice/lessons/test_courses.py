"""Every lesson, from its first step to its last, against the real robot: as written, each sentence does what it says."""

from pathlib import Path

import pytest

from tests.bot.practice.lessons.school import school

LEARNERS = {
    "keeper": "u-caobin",
    "lead": "u-majun",
    "manager": "u-hewei",
    "purchasing": "u-xujing",
    "finance": "u-pengfang",
    "boss": "u-shenrong",
    "worker": "u-qinlei",
    "administrator": "u-luyi",
}


@pytest.mark.parametrize("lesson", LEARNERS)
async def test_every_sentence_of_a_lesson_does_what_the_lesson_says(tmp_path: Path, lesson: str) -> None:
    async with school(tmp_path / "book") as here:
        past = await here.does_all(LEARNERS[lesson], lesson)
        print(lesson, *past, sep="\n  ")
