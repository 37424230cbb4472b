"""Which company is practised in: the demonstration, or a file of one's own, checked as the robot will check it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from bot.company_source import read_source
from domain.company import Company
from domain.company_file import CompanyFileFaults

DEMO: Final = Path(__file__).parent.parent / "sandbox" / "demo_company.json"


class NobodyThere(Exception):
    """A company file without people or without groups: nobody could say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A company file that may be loaded: its bytes, and what they hold as the local DingTalk reads it."""

    content: bytes
    data: Mapping[str, object]
    is_demo: bool = False


def demonstration() -> Source:
    """The company that we bring along, with a month behind it."""
    content = DEMO.read_bytes()
    return Source(content=content, data=cast("Mapping[str, object]", read_source(content).data), is_demo=True)


def own(content: bytes) -> Source:
    """A company file of either kind. Raises CompanyFileFaults with all its faults, or NobodyThere."""
    source = read_source(content)
    company = source.read(into=Company()).company
    if not company.people or not company.groups:
        raise NobodyThere
    return Source(content=content, data=cast("Mapping[str, object]", source.data))


__all__ = ["CompanyFileFaults", "NobodyThere", "Source", "demonstration", "own"]
