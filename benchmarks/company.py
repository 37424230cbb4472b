"""The company that books: the demonstration company, with much cement and many storekeepers."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

from bot.commands.sandbox import DEMO

PROJECT: Final = "P01"
WAREHOUSE: Final = "W01"
CEMENT: Final = "SN-425"  # watched by a stock rule, as the materials are that move every day
SAND: Final = "SS-ZS"  # watched by none
PLENTY: Final = "900000000"
KEEPERS: Final = tuple(f"u-keeper{number:02}" for number in range(1, 33))
PRIVATE: Final = "private"

TEAM_LEAD: Final = "u-majun"
MANAGER: Final = "u-hewei"
BUYER: Final = "u-xujing"
STOREKEEPER: Final = "u-caobin"


def company() -> dict[str, Any]:
    """One project with its group. The question after a repeated text is off: a benchmark repeats itself."""
    data: dict[str, Any] = json.loads(DEMO.read_bytes())
    data["settings"]["ask_on_repeat"] = False
    data["groups"] = [group for group in data["groups"] if group["project"] == PROJECT]
    for line in data["opening_stock"]:
        if line["warehouse"] == WAREHOUSE and line["material"] in (CEMENT, SAND):
            line["quantity"] = PLENTY
    role = {"role": "材料员", "project": PROJECT}
    data["people"] += [{"id": id_, "name": f"库管{number}号", "roles": [role]} for number, id_ in enumerate(KEEPERS, 1)]
    return data


def group(data: dict[str, Any]) -> str:
    """The conversation of the project's group."""
    return str(data["groups"][0]["conversation_id"])


def write(data: dict[str, Any], folder: Path) -> Path:
    """The company as a file to load."""
    path = folder / "company.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def issues(material: str = CEMENT) -> Iterator[str]:
    """What a storekeeper types to book an issue of one line, never twice the same."""
    what = {CEMENT: "42.5水泥{}包", SAND: "黄砂{}立方米"}[material]
    return (f"云栖雅苑 领{what.format(number)} 瓦工班 主体结构" for number in count(1))
