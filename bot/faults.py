"""The words for what is wrong in a company file: one line a fault, with its place and what was probably meant."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from domain.company_file import Fault

TEMPLATES: Final = Path(__file__).parent / "templates"


def fault_lines(faults: Iterable[Fault]) -> list[str]:
    """One line of plain text for each fault. What stood in the file was made harmless when the fault was found."""
    return [_sentence().render(fault=fault) for fault in faults]


@cache
def _sentence() -> Template:
    # Plain text for a terminal; in chat the same sentence is rendered, and escaped, by bot/render.py.
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False)  # noqa: S701  # plain text
    return environment.get_template("_company_file_fault.md.j2")
