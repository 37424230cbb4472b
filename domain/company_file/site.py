"""Where cost lands and stock lies: templates, projects, plans, warehouses, groups."""

from fractions import Fraction

from domain.company import Group, Material, Plan, PlanLine, Project, ProjectTemplate, Warehouse
from domain.company_file.draft import Draft, plan_key
from domain.company_file.faults import Fault, FaultKind, Thing, shown
from domain.company_file.goods import unit_name
from domain.company_file.limits import PLAN_LINES_MAX, STAGES_MAX
from domain.company_file.row import Row
from domain.company_file.scalars import quantity_of, read_day, read_money, read_positive, read_price


def usable_unit(row: Row, draft: Draft, material: Material | None, name: str = "unit") -> str:
    """The unit of a quantity: one that the material has, its base unit where nothing is said."""
    if material is None:
        return row.text(name)
    if row.is_blank(name):
        return material.base_unit
    unit = unit_name(row, name, draft)
    usable = (material.base_unit, *(other for other, _ in material.units))
    if unit and unit not in usable:
        row.desk.findings.add(
            Fault(
                place=row.at(name),
                kind=FaultKind.FOREIGN_UNIT,
                value=shown(unit),
                other=material.label,
                choices=usable,
            )
        )
    return unit


def project(row: Row, draft: Draft) -> Project:
    """A project with its stages."""
    code = row.code("code")
    old = draft.projects.get(code)
    start = old or Project(code=code, name="")
    template = row.ref("template", Thing.TEMPLATE, start.template)
    result = Project(
        code=code,
        name=row.name("name", old.name if old else None),
        aliases=row.aliases(start.aliases),
        stages=row.names("stages", start.stages, limit=STAGES_MAX) or _stages_of(draft, template),
        parent=row.ref("parent", Thing.PROJECT, start.parent),
        manager=row.ref("manager", Thing.PERSON, start.manager),
        budget=row.maybe("budget", start.budget, read_money),
        contract_amount=row.maybe("contract_amount", start.contract_amount, read_money),
        start=row.maybe("start", start.start, read_day),
        end=row.maybe("end", start.end, read_day),
        template=template,
    )
    if result.start and result.end and result.end < result.start:
        row.fault("end", FaultKind.BEFORE, value=result.end.isoformat(), other=result.start.isoformat())
    return result


def _stages_of(draft: Draft, template: str | None) -> tuple[str, ...]:
    found = draft.templates.get(template or "")
    return found.stages if found else ()


def template(row: Row, draft: Draft) -> ProjectTemplate:
    """What projects of one kind have in common."""
    code = row.code("code")
    old = draft.templates.get(code)
    stages = row.names("stages", old.stages if old else (), limit=STAGES_MAX)
    plan = old.plan if old else ()
    if row.has("plan"):
        seen = dict[tuple[str, str], PlanLine]()
        for nested in row.rows("plan", "templates.plan", PLAN_LINES_MAX):
            line = plan_line(nested, draft, stages)
            if line is not None and (line.stage, line.material) in seen:
                nested.fault("material", FaultKind.DUPLICATE, value=line.material, other=shown(line.stage))
            elif line is not None:
                seen[line.stage, line.material] = line
        plan = tuple(seen.values())
    return ProjectTemplate(code=code, name=row.name("name", old.name if old else None), stages=stages, plan=plan)


def plan_line(row: Row, draft: Draft, stages: tuple[str, ...] | None) -> PlanLine | None:
    """One line of a bill of quantities. `stages` None: the project is unknown, which is reported elsewhere."""
    stage = row.name("stage", None)
    if stage and stages is not None and stage not in stages:
        meant = row.desk.suggester.nearest(stage, f"stages {stages}", lambda: stages)
        row.fault("stage", FaultKind.UNKNOWN_STAGE, value=shown(stage), nearest=meant)
    code = row.need_ref("material", Thing.MATERIAL)
    quantity = row.need("quantity", None, read_positive)
    unit = usable_unit(row, draft, draft.materials.get(code))
    unit_price = row.maybe("unit_price", None, read_price)
    if not (stage and code and unit) or quantity is None:
        return None
    return PlanLine(stage=stage, material=code, quantity=quantity_of(quantity, unit), unit_price=unit_price)


def plan(row: Row, draft: Draft) -> Plan | None:
    """One line of a project's bill of quantities."""
    code = row.need_ref("project", Thing.PROJECT)
    found = draft.projects.get(code)
    line = plan_line(row, draft, found.stages if found else None)
    return Plan(project=code, line=line) if line and code else None


def preset_plans(draft: Draft, before: dict[str, Project]) -> None:
    """A project that takes a template takes its plan, once, except where the file or the book already plans."""
    for project in draft.projects.values():
        old = before.get(project.code)
        if project.template is None or (old is not None and old.template == project.template):
            continue
        found = draft.templates.get(project.template)
        for line in found.plan if found else ():
            preset = Plan(project=project.code, line=line)
            if line.stage in project.stages:
                draft.plans.setdefault(plan_key(preset), preset)


def warehouse(row: Row, draft: Draft) -> Warehouse:
    """A place where stock lies, and who owns what lies there."""
    code = row.code("code")
    old = draft.warehouses.get(code)
    start = old or Warehouse(code=code, name="")
    return Warehouse(
        code=code,
        name=row.name("name", old.name if old else None),
        aliases=row.aliases(start.aliases),
        project=row.ref("project", Thing.PROJECT, start.project),
        keeper=row.ref("keeper", Thing.PERSON, start.keeper),
    )


def group(row: Row, draft: Draft) -> Group:
    """A DingTalk group, by the id of its conversation."""
    conversation = row.name("conversation_id", None)
    old = draft.groups.get(conversation) or Group(conversation=conversation)
    return Group(
        conversation=conversation,
        name=row.text("name", old.name),
        project=row.ref("project", Thing.PROJECT, old.project),
    )


def in_base_units(material: Material, quantity: Fraction, unit: str) -> Fraction:
    """A quantity of one of the material's units, exactly, in its base unit."""
    return quantity / dict(material.units).get(unit, Fraction(1))
