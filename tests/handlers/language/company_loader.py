"""Builds a Company from a catalogue file, for these tests only."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.company import Company, Customer, Equipment, Material, Person, Project, Supplier, Team, Unit, Warehouse


def load_company(path: Path) -> Company:
    """Read the plain JSON catalogue of the parse contract."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    def named(kind: type, key: str) -> dict[str, Any]:
        return {
            row["code"]: kind(code=row["code"], name=row["name"], aliases=tuple(row["aliases"])) for row in data[key]
        }

    return Company(
        units={u["name"]: Unit(name=u["name"], aliases=tuple(u["aliases"])) for u in data["units"]},
        materials={m["code"]: _material(m) for m in data["materials"]},
        projects={
            p["code"]: Project(code=p["code"], name=p["name"], aliases=tuple(p["aliases"]), stages=tuple(p["stages"]))
            for p in data["projects"]
        },
        people={p["id"]: Person(id=p["id"], name=p["name"], aliases=tuple(p["aliases"])) for p in data["people"]},
        teams={name: Team(name=name) for name in data["teams"]},
        suppliers=named(Supplier, "suppliers"),
        customers=named(Customer, "customers"),
        warehouses={
            w["code"]: Warehouse(code=w["code"], name=w["name"], aliases=tuple(w["aliases"]), project=w["project"])
            for w in data["warehouses"]
        },
        equipment={
            e["code"]: Equipment(code=e["code"], name=e["name"], aliases=tuple(e["aliases"]), unit=e["unit"])
            for e in data["equipment"]
        },
    )


def _material(row: dict[str, Any]) -> Material:
    return Material(
        code=row["code"],
        name=row["name"],
        spec=row["spec"],
        category=row["category"],
        base_unit=row["base_unit"],
        units=tuple((u["unit"], Fraction(Decimal(u["per_base"]))) for u in row["units"]),
        aliases=tuple(row["aliases"]),
    )
