"""As the month's units run low the optional is given up first, in a fixed order, and answers never."""

import pytest

from domain.messaging import Urgency
from domain.thrift import Saving, is_given_up, saving


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (1000, Saving.NOTHING),
        (201, Saving.NOTHING),
        (200, Saving.WARNED),
        (101, Saving.WARNED),
        (100, Saving.DIGESTS),
        (51, Saving.DIGESTS),
        (50, Saving.ALERTS),
        (21, Saving.ALERTS),
        (20, Saving.REFRESHES),
        (0, Saving.REFRESHES),
    ],
)
def test_each_step_begins_where_it_is_said_to(left: int, step: Saving) -> None:
    assert saving(left) is step


@pytest.mark.parametrize("left", [0, 1, 20, 50, 100, 200, 1000])
def test_answers_and_approvals_are_sent_to_the_last_unit(left: int) -> None:
    assert not is_given_up(Urgency.ANSWER, refreshes=False, left=left)
    assert not is_given_up(Urgency.APPROVAL, refreshes=False, left=left)


def test_what_was_given_up_once_stays_given_up_as_less_is_left() -> None:
    for urgency in Urgency:
        for refreshes in (False, True):
            given_up = [is_given_up(urgency, refreshes=refreshes, left=left) for left in range(1000, -1, -1)]
            assert given_up == sorted(given_up)
