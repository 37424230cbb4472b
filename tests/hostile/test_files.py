"""Hostile company files: each is refused in a sentence, writes nothing, and costs bounded memory and time."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot import workbook_apart
from bot.company_source import read_source
from bot.faults import fault_lines
from bot.loading import load_file
from bot.workbook_apart import MEMORY_BYTES_MAX
from domain.company_file import CompanyFileFaults, FaultKind
from storage.database import Database
from storage.unit import Units
from tests.hostile.files import GOOD, JSON_FILES, WORKBOOKS

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
ROOT = Path(__file__).parents[2]
FILES = {**WORKBOOKS, **JSON_FILES}
PARENT_BYTES_MAX = 300_000_000

pytestmark = pytest.mark.slow


@SQLITE
async def test_no_hostile_company_file_writes_anything(
    book: Units, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the door that `load` and the first start go through."""
    monkeypatch.setattr(workbook_apart, "SECONDS_MAX", 10)
    for name, build in FILES.items():
        path = tmp_path / "公司.xlsx"  # whatever is in it
        path.write_bytes(build())
        try:
            with pytest.raises(CompanyFileFaults) as found:
                await load_file(path, database, book, key=f"load:{name}")
        except BaseException as error:
            raise AssertionError(name) from error
        lines = fault_lines(found.value.faults)
        assert lines, name
        assert not any("1337" in line for line in lines), name
    company = await book.company()
    assert not company.materials
    assert not company.units


@pytest.mark.parametrize("name", ["shared strings that multiply", "millions of shared strings", "entities"])
def test_a_bomb_costs_the_robot_no_memory(name: str, tmp_path: Path) -> None:
    """Measured in a process that does what the robot does: its own peak, and that of its child."""
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(WORKBOOKS[name]())
    measured = (
        "import re, resource, sys; from pathlib import Path\n"
        "from bot import workbook_apart; from bot.company_source import read_source\n"
        "from domain.company_file import CompanyFileFaults\n"
        "workbook_apart.SECONDS_MAX = 15\n"
        "try: read_source(Path(sys.argv[1]).read_bytes())\n"
        "except CompanyFileFaults as found: print(found.faults[0].kind)\n"
        # What getrusage says of a process itself it has from the one that started it.
        "own = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "print(own * 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    command = [sys.executable, "-c", measured, str(path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300).stdout
    *kinds, peaks = told.splitlines()
    own, child = map(int, peaks.split())
    assert kinds, f"{name} was read"
    assert own < PARENT_BYTES_MAX
    assert child < MEMORY_BYTES_MAX


def test_a_child_that_takes_too_long_is_ended_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_apart, "SECONDS_MAX", 0.01)
    with pytest.raises(CompanyFileFaults) as found:
        read_source(GOOD)
    assert [fault.kind for fault in found.value.faults] == [FaultKind.TOO_COSTLY]


def test_a_workbook_that_is_too_much_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_apart, "SECONDS_MAX", 5)
    with pytest.raises(CompanyFileFaults) as found:
        read_source(WORKBOOKS["shared strings that multiply"]())
    assert [fault.kind for fault in found.value.faults] == [FaultKind.TOO_COSTLY]
    assert fault_lines(found.value.faults) == [
        "文件: 工作簿里的内容太多，读到一半停下了，请删去多余的行、列和工作表再试"
    ]
