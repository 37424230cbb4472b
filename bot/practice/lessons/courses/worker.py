"""施工员: the short one."""

from typing import Final

from bot.practice.lessons.courses.lead import look, request, request_too_much, where_is_it, withdraw
from bot.practice.lessons.courses.parts import set_up
from bot.practice.lessons.lesson import Lesson, Plan
from domain.company import Role

LESSON: Final = Lesson(
    id="worker",
    title="要料，五句话",
    about="施工员怎么要料",
    roles=(Role.SITE_WORKER,),
    learned="看库存、申购、追单、撤回，都是一句话。",
    set_up=set_up((Role.SITE_WORKER,), needs_stock=False),
    plans=(
        Plan(make=look),
        Plan(make=request, makes=("paper",)),
        Plan(make=where_is_it, uses=("paper",)),
        Plan(make=request_too_much, makes=("slip",)),
        Plan(make=withdraw, uses=("slip",)),
    ),
)
