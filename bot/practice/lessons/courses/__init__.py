"""The lessons themselves, one file a role, in the order in which the panel lists them."""

from typing import Final

from bot.practice.lessons.courses import (
    administrator,
    boss,
    finance,
    keeper,
    lead,
    manager,
    purchasing,
    worker,
)
from bot.practice.lessons.lesson import Lesson

LESSONS: Final[tuple[Lesson, ...]] = (
    keeper.LESSON,
    lead.LESSON,
    manager.LESSON,
    purchasing.LESSON,
    finance.LESSON,
    boss.LESSON,
    worker.LESSON,
    administrator.LESSON,
)
BY_ID: Final = {lesson.id: lesson for lesson in LESSONS}
