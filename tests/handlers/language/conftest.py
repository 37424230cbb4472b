"""Two companies to read for: a building site, and electrical installation."""

from pathlib import Path

import pytest

from handlers.language import Catalogue
from tests.handlers.language.company_loader import load_company

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def site() -> Catalogue:
    return Catalogue.of(load_company(HERE / "site_catalog.json"))


@pytest.fixture(scope="session")
def electricians() -> Catalogue:
    return Catalogue.of(load_company(HERE / "own_catalog.json"))
