"""The written forms of nested things in a cell: `吨=0.05;千克=50`, `材料员;项目经理@P01`, and lines parted by bars."""

import re
from collections.abc import Callable, Mapping
from typing import Final

_ANY_PART: Final = re.compile(r"[、,，;；\n]+")
_LINE_PART: Final = re.compile(r"[;；\n]+")
_PLAN: Final = ("stage", "material", "quantity", "unit", "unit_price")
_NODE: Final = ("role", "mode", "min_amount", "hours", "on_timeout")

PLAN_FORM: Final = "阶段|材料编码|数量|单位|单价"
NODE_FORM: Final = "角色或@人员|方式|起批金额|小时|超时"
UNITS_FORM: Final = "吨=0.05;千克=50"


class BadCell(ValueError):
    """A cell whose form cannot be read; carries the form that can."""


def _parts(text: str, at: re.Pattern[str]) -> list[str]:
    return [part.strip() for part in at.split(text) if part.strip()]


def names(text: str) -> list[object]:
    """A list of names."""
    return list(_parts(text, _ANY_PART))


def units(text: str) -> list[object]:
    """Other units with their ratios."""
    result = list[object]()
    for part in _parts(text, _ANY_PART):
        unit, equals, per_base = part.replace("＝", "=").partition("=")  # people type both
        if not equals:
            raise BadCell(UNITS_FORM)
        result.append({"unit": unit.strip(), "per_base": per_base.strip()})
    return result


def roles(text: str) -> list[object]:
    """Roles, each for the company or, behind an @, for one project."""
    result = list[object]()
    for part in _parts(text, _ANY_PART):
        role, at, project = part.replace("＠", "@").partition("@")  # the full-width sign is what is replaced
        result.append({"role": role.strip(), "project": project.strip()} if at else role.strip())
    return result


def plan(text: str) -> list[object]:
    """The lines of a template's plan."""
    return [_record(line, _PLAN, PLAN_FORM) for line in _parts(text, _LINE_PART)]


def nodes(text: str) -> list[object]:
    """The nodes of an approval flow; a person stands behind an @, everything else is a role."""
    result = list[object]()
    for line in _parts(text, _LINE_PART):
        node = _record(line, _NODE, NODE_FORM)
        if (who := node.get("role", "")).startswith(("@", "＠")):  # people type both
            node = {"person": who[1:].strip(), **{k: v for k, v in node.items() if k != "role"}}
        result.append(node)
    return result


def _record(line: str, fields: tuple[str, ...], form: str) -> dict[str, str]:
    values = [value.strip() for value in line.replace("｜", "|").split("|")]  # people type both
    if len(values) > len(fields):
        raise BadCell(form)
    return {name: value for name, value in zip(fields, values, strict=False) if value}


# Which cell of which sheet holds more than one plain value.
FORMS: Final[Mapping[tuple[str, str], Callable[[str], list[object]]]] = {
    ("units", "aliases"): names,
    ("materials", "aliases"): names,
    ("materials", "units"): units,
    ("projects", "aliases"): names,
    ("projects", "stages"): names,
    ("templates", "stages"): names,
    ("templates", "plan"): plan,
    ("people", "aliases"): names,
    ("people", "roles"): roles,
    ("suppliers", "aliases"): names,
    ("customers", "aliases"): names,
    ("warehouses", "aliases"): names,
    ("equipment", "aliases"): names,
    ("stock_rules", "responsible"): names,
    ("opening_stock", "serials"): names,
    ("approval_flows", "projects"): names,
    ("approval_flows", "nodes"): nodes,
    ("approval_flows", "cc"): names,
}
