"""The company file: read as a whole, refused as a whole, and the same when it is read twice."""

import copy
import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faults import fault_lines
from domain.company import Category, Company, Grant, Role, Tracking, Valuation
from domain.company_file import CompanyFile, CompanyFileFaults, FaultKind, InUse, read_company_file
from domain.values import Money, Quantity

DATA = Path(__file__).parents[1] / "data"
EMPTY = Company()


def load(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text("utf-8"))


def read(data: object, into: Company = EMPTY) -> CompanyFile:
    return read_company_file(data, into=into)


def refused(data: object, into: Company = EMPTY) -> list[str]:
    with pytest.raises(CompanyFileFaults) as found:
        read(data, into)
    return fault_lines(found.value.faults)


def test_the_catalogue_loads_and_its_categories_are_founded_by_being_named() -> None:
    company = read(load("catalog.json")).company
    assert len(company.materials) == 113
    assert company.categories["水泥"] == Category(name="水泥")
    assert dict(company.materials["CEM-P.O42.5"].units) == {"吨": Fraction(1, 20), "千克": Fraction(50)}
    assert list(company.teams)[:2] == ["张三班组", "李四班组"]


def test_every_key_of_a_full_file_arrives() -> None:
    result = read(load("full_company.json"))
    company = result.company
    assert (company.name, company.settings.month_close_day, company.settings.ask_on_repeat) == (
        "江城建工有限公司",
        25,
        False,
    )
    assert company.categories["防水"].valuation is Valuation.FIFO
    assert dict(company.materials["CEM-42"].units)["千克"] == 50, "an alias is resolved to the unit's name"
    assert dict(company.materials["TIL-600"].units)["箱"] == Fraction(1, 9)
    assert company.materials["LCK-S1"].tracked is Tracking.SERIAL
    assert company.projects["P01"].contract_amount == Money(1_500_000_50)
    assert company.people["u-wang"].grants == (
        Grant(role=Role.SITE_WORKER),
        Grant(role=Role.STOREKEEPER, project="P01"),
    )
    assert company.people["u-zhang"].has(Role.PROJECT_MANAGER, project="P01")
    assert not company.people["u-zhang"].has(Role.PROJECT_MANAGER, project="P01-1")
    assert company.stock_rules["CEM-42", "W02"].responsible == ("u-wang", "u-li")
    assert [node.person for node in company.flows[0].nodes] == [None, "u-li"]
    assert result.opening_stock[0].quantity == Quantity.of("3.5", "吨")
    assert result.opening_stock[1].expiry == date(2027, 2, 1)


def test_a_project_takes_its_templates_stages_and_plan_unless_the_file_plans_itself() -> None:
    company = read(load("full_company.json")).company
    assert company.projects["P01"].stages == ("桩基", "主体结构", "装饰装修")
    plans = {(p.line.stage, p.line.material): p.line.quantity for p in company.plans}
    assert plans["主体结构", "CEM-42"] == Quantity.of("2600", "包")
    assert plans["装饰装修", "TIL-600"] == Quantity.of("900", "片")


@pytest.mark.parametrize("name", ["catalog.json", "full_company.json"])
def test_loading_the_same_file_twice_changes_nothing(name: str) -> None:
    once = read(load(name))
    assert read(load(name), once.company) == once


def test_what_a_file_does_not_mention_stays_as_it_is() -> None:
    book = read(load("full_company.json")).company
    after = read({"materials": [{"code": "CEM-42", "spec": "P.O42.5R"}]}, book).company
    cement = book.materials["CEM-42"]
    assert after.materials["CEM-42"] == replace(cement, spec="P.O42.5R")
    assert replace(after, materials=book.materials) == book


def test_a_new_manager_takes_the_role_and_the_old_one_gives_it_up() -> None:
    book = read(load("full_company.json")).company
    after = read({"projects": [{"code": "P01", "manager": "u-li"}]}, book).company
    assert after.people["u-li"].has(Role.PROJECT_MANAGER, project="P01")
    assert not after.people["u-zhang"].has(Role.PROJECT_MANAGER, project="P01")


def test_the_book_is_not_touched_by_reading() -> None:
    book = read(load("full_company.json")).company
    before = copy.deepcopy(book)
    read({"materials": [{"code": "N1", "name": "新材料", "base_unit": "根"}]}, book)
    assert book == before


def test_ten_faults_are_listed_at_once_with_place_and_suggestion() -> None:
    data = load("full_company.json")
    data["materials"][1]["base_unit"] = "埂"
    data["materials"][0]["units"][0]["per_base"] = "0"
    data["materialz"] = []
    data["projects"][0]["budget"] = 1200000.5
    data["projects"][1]["parent"] = "P1"
    data["people"][1]["roles"] = ["项目经里"]
    data["people"][0]["superior"] = "u-wang"
    data["opening_stock"][1]["lot"] = ""
    data["opening_stock"][2]["serials"] = ["SN001"]
    data["settings"]["digest_tme"] = "18:00"
    data["prices"][0]["date"] = "2026/10/12"
    data["stock_rules"][0]["responsible"] = ["李敏"]
    lines = refused(data)
    for line in (
        "materials[1].base_unit: 单位“埂”不存在，是否为“根”？",
        "materials[0].units[0].per_base: “0”应大于零",
        "materialz: 没有“materialz”这一项，是否为“materials”？",
        'projects[0].budget: 小数要写成文字，加上引号："1200000.5"',
        "projects[1].parent: 项目“P1”不存在，是否为“P01”？",
        "opening_stock[1].lot: “JS防水涂料 20kg”按批次管理，请写批次",
        "opening_stock[2].serials: 序列号 1 个，数量却是 1 箱，两者应当一样",
        "settings.digest_tme: 没有“digest_tme”这个字段，是否为“digest_time”？",
        "prices[0].date: 日期“2026/10/12”应写成 2026-11-23 的样子",
        "stock_rules[0].responsible[0]: 人员“李敏”不存在，是否为“u-li”？",
    ):
        assert line in lines
    assert any(
        line.startswith("people[1].roles[0]: “项目经里”不在可选之列（管理员、") and "是否为“项目经理”？" in line
        for line in lines
    )
    assert any(line.startswith("people[0].superior: 上下级绕成了圈：u-zhao → u-wang") for line in lines)
    # Everything that was expected, and no fault that only follows from another.
    assert len(lines) == 12


def full(path: str, value: object) -> dict[str, Any]:
    """The full file with one value changed: `materials.0.name`."""
    data: Any = load("full_company.json")
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = data
    for step in way:
        inner = inner[step]
    inner[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ("materials.0.name", "", FaultKind.MISSING),
        ("materials.0.name", "水" * 121, FaultKind.TOO_LONG),
        ("materials.0.name", "水\u202e泥", FaultKind.UNSAFE_TEXT),
        ("materials.0.name", "水\u0000泥", FaultKind.UNSAFE_TEXT),
        ("materials.0.name", "水\n泥", FaultKind.UNSAFE_TEXT),
        ("materials.0.name", 5, FaultKind.WRONG_TYPE),
        ("materials.0", "水泥", FaultKind.WRONG_TYPE),
        ("materials", {}, FaultKind.WRONG_TYPE),
        ("materials.0.colour", "灰", FaultKind.UNKNOWN_FIELD),
        ("materials.0.编码", "X", FaultKind.TWICE),
        ("materials.1.code", "CEM-42", FaultKind.DUPLICATE),
        ("materials.1.barcode", "6901234567892", FaultKind.DUPLICATE),
        ("materials.0.units.0.per_base", "1/0", FaultKind.NOT_POSITIVE),
        ("materials.0.units.0.per_base", "-1", FaultKind.BAD_NUMBER),
        ("materials.0.units.0.per_base", "0.0000001", FaultKind.BAD_NUMBER),
        ("materials.0.units.1.unit", "吨", FaultKind.DUPLICATE),
        ("materials.0.units.0.per_base", "1e3", FaultKind.BAD_NUMBER),
        ("materials.0.units.0.unit", "包", FaultKind.DUPLICATE),
        ("materials.2.shelf_life_days", 0, FaultKind.BAD_WHOLE),
        ("materials.2.shelf_life_days", True, FaultKind.BAD_WHOLE),
        ("units.1.aliases", ["t"], FaultKind.DUPLICATE),
        ("categories.0.valuation", "lifo", FaultKind.BAD_CHOICE),
        ("categories.0.scan_required", "maybe", FaultKind.WRONG_TYPE),
        ("projects.1.name", "翠湖花园", FaultKind.DUPLICATE),
        ("projects.0.parent", "P01-1", FaultKind.CIRCLE),
        ("projects.0.budget", "12.345", FaultKind.BAD_MONEY),
        ("projects.0.end", "2026-02-01", FaultKind.BEFORE),
        ("projects.0.end", "2027-02-30", FaultKind.BAD_DATE),
        ("projects.0.stages", ["桩基", "桩基"], FaultKind.DUPLICATE),
        ("people.3.team", "木工", FaultKind.UNKNOWN),
        ("people.3.roles.1.project", "P02", FaultKind.UNKNOWN),
        ("warehouses.0.keeper", "nobody", FaultKind.UNKNOWN),
        ("groups.1.conversation_id", "cidGroup01==", FaultKind.DUPLICATE),
        ("groups.1.conversation_id", None, FaultKind.MISSING),
        ("plans.0.stage", "桩机", FaultKind.UNKNOWN_STAGE),
        ("plans.0.unit", "片", FaultKind.FOREIGN_UNIT),
        ("plans.1.stage", "桩基", FaultKind.DUPLICATE),
        ("stock_rules.0.reorder_to", "10", FaultKind.BELOW),
        ("opening_stock.0.lot", "A1", FaultKind.LOT_UNTRACKED),
        ("opening_stock.0.expiry", "2027-01-01", FaultKind.EXPIRY_WITHOUT_LOT),
        ("opening_stock.0.serials", ["S1"], FaultKind.SERIALS_UNTRACKED),
        ("opening_stock.0.unit", "片", FaultKind.FOREIGN_UNIT),
        ("approval_flows.0.document", "holiday", FaultKind.BAD_CHOICE),
        ("approval_flows.0.nodes.0.person", "u-li", FaultKind.ROLE_OR_PERSON),
        ("approval_flows.1.nodes.0", {}, FaultKind.ROLE_OR_PERSON),
        ("approval_flows.1.nodes", [], FaultKind.MISSING),
        ("settings.digest_time", "25:00", FaultKind.BAD_TIME),
        ("settings.sampling_rate", "1.5", FaultKind.BAD_RATIO),
        ("settings.month_close_day", 20, FaultKind.CONTRADICTION),
        ("company.currency", "USD", FaultKind.BAD_CHOICE),
        ("公司", {}, FaultKind.TWICE),
    ],
)
def test_each_fault_is_found_and_has_its_sentence(path: str, value: object, kind: FaultKind) -> None:
    with pytest.raises(CompanyFileFaults) as found:
        read(full(path, value))
    assert kind in [fault.kind for fault in found.value.faults]
    assert all(line.split(": ", 1)[1] for line in fault_lines(found.value.faults))


def test_what_the_ledger_speaks_of_keeps_its_unit_its_tracking_its_valuation_and_its_owner() -> None:
    book = read(load("full_company.json")).company
    change = {
        "categories": [{"name": "水泥", "valuation": "fifo"}],
        "materials": [{"code": "CEM-42", "base_unit": "根", "tracked": "lot"}],
        "warehouses": [{"code": "W02", "project": None}],
    }
    used = InUse(materials=frozenset({"CEM-42"}), warehouses=frozenset({"W02"}))
    with pytest.raises(CompanyFileFaults) as found:
        read_company_file(change, into=book, in_use=used)
    assert sorted(fault.place for fault in found.value.faults) == [
        "categories[0].valuation",
        "materials[0].base_unit",
        "materials[0].tracked",
        "warehouses[0].project",
    ]
    assert read_company_file(change, into=book).company.materials["CEM-42"].base_unit == "根"


def test_people_may_be_namesakes_and_materials_may_share_an_alias() -> None:
    data = load("full_company.json")
    data["people"].append({"id": "u-zhang2", "name": "张伟", "roles": ["施工员"]})
    data["materials"][1]["aliases"] = ["水泥"]
    assert len(read(data).company.people) == 5


def test_headings_may_be_chinese() -> None:
    data = {"材料": [{"编码": "A1", "名称": "木方", "基本单位": "根", "跟踪方式": "批次"}]}
    assert read(data).company.materials["A1"].tracked is Tracking.LOT


def test_a_flood_of_faults_is_counted_not_kept() -> None:
    with pytest.raises(CompanyFileFaults) as found:
        read({"materials": [None] * 30_000})
    assert len(found.value.faults) == 10_001
    assert found.value.faults[-1].kind is FaultKind.MORE


def test_every_kind_of_fault_has_words() -> None:
    words = (Path(__file__).parents[2] / "bot/templates/_company_file_fault.md.j2").read_text("utf-8")
    assert [kind for kind in FaultKind if f'"{kind}"' not in words] == []


def test_endless_nesting_is_refused_like_any_wrong_value() -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    assert refused({"materials": [deep], "settings": {"digest_time": deep}})


WORDS = st.sampled_from(
    ["name", "code", "id", "units", "水泥", "P01", "CEM-42", "1", "0.5", "2026-01-01", "", "\u202e"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=20,
)


@st.composite
def spoilt_files(draw: st.DrawFn) -> object:
    """The full file with a few values, anywhere in it, replaced by anything."""
    data: Any = load("full_company.json")
    for _ in range(draw(st.integers(1, 6))):
        inner: Any = data
        while True:
            key = draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
            if not isinstance(inner[key], dict | list) or not inner[key] or draw(st.booleans()):
                break
            inner = inner[key]
        inner[key] = draw(VALUES)
    return data


@settings(deadline=None, max_examples=100)
@given(st.one_of(VALUES, spoilt_files(), st.dictionaries(WORDS, VALUES)))
def test_hostile_input_is_refused_in_words_and_never_otherwise(data: object) -> None:
    try:
        once = read(data)
    except CompanyFileFaults as found:
        lines = fault_lines(found.faults)
        assert lines
        assert all("\n" not in line and "\u202e" not in line for line in lines)
    else:
        assert read(data, once.company) == once
