"""A fortnight is lived once for all tests that only look at it; the whole month where the length matters."""

import pytest

from tests.bot.practice.month.living import Lived, live


@pytest.fixture(scope="session")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return live(tmp_path_factory.mktemp("fortnight"), seed=7, span=14)


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return live(tmp_path_factory.mktemp("month"), seed=7, span=30)
