"""Which project, material, team and people a lesson speaks of: chosen from the company at hand and its stock. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

from domain import approval
from domain.case import warehouses_of
from domain.company import Company, Group, Material, NodeMode, Person, Project, Role, Supplier, Tracking
from domain.documents import Document, DocumentKind, Number, State
from domain.permissions import Action, may
from domain.values import Money, Price, Quantity, half_up
from handlers.language import Catalogue, Context, Reading, Status, read

MILLION: Final = 1_000_000
NICE: Final = (50, 30, 20, 10, 5, 4, 3, 2, 1)  # amounts that people really say
TRIED_MAX: Final = 200  # materials looked at before a company is said to have none that can be practised with


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What the book holds now: base quantities by warehouse and material, prices per base unit, open orders."""

    on_hand: Mapping[tuple[str, str], Quantity] = field(default_factory=dict[tuple[str, str], Quantity])
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    on_order: frozenset[tuple[str, str]] = frozenset()  # project, material
    today: date = date(2026, 1, 1)


@dataclass(eq=False)
class Lacking(Exception):
    """The lesson cannot be held with this company: one sentence that says what its file lacks."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A material with the name that people say and the robot reads, its price per base unit, and what lies there."""

    material: Material
    said: str
    price: Price
    on_hand: Quantity
    few: Quantity  # to be issued, or asked for
    fewer: Quantity  # to be issued by mistake
    many: Quantity  # to be received


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who asks for material, and who signs before and after the learner, in the order in which they act."""

    requester: Person
    before: tuple[Person, ...]
    after: tuple[Person, ...]
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a lesson's sentences are made of."""

    company: Company
    me: Person
    project: Project
    group: Group
    goods: Goods
    team: str = ""
    stage: str = ""
    supplier: Supplier | None = None
    supplier_said: str = ""
    project_said: str = ""  # how a private question names it
    chain: Chain | None = None
    keeper: Person | None = None
    signing: tuple[Person, ...] = ()  # who consents to what the learner asks for
    asker: Person | None = None  # who asks for material where it does not matter who signs

    @property
    def issued_to(self) -> str:
        """`瓦工班 主体结构`: the team, and the stage where there is more than one to choose from."""
        return f"{self.team} {self.stage}".strip()


class Reader:
    """Reads example sentences as the robot will, so that none is taught that it would not understand."""

    def __init__(self, company: Company, today: date) -> None:
        self._catalogue, self._today = Catalogue.of(company), today

    def reads(self, text: str, *, project: str | None, sender: str) -> Reading:
        """What the robot makes of it in the project's group."""
        context = Context(project=project, sender=sender, chat="group" if project else "private")
        return read(text, context=context, catalogue=self._catalogue, today=self._today)

    def means(
        self, text: str, intent: str, *, project: str | None, sender: str, material: str = "", **fields: str
    ) -> bool:
        """Whether a sentence is read whole and right; `project_` is the project that it names."""
        found = self.reads(text, project=project, sender=sender)
        lines = [line.material for line in found.lines]
        wanted = [material] if material else []
        fields = {key.rstrip("_"): value for key, value in fields.items()}
        return (
            found.status is Status.OK
            and found.intent == intent
            and lines == wanted
            and all(found.fields.get(key) == value for key, value in fields.items())
        )


def words(quantity: Quantity) -> str:
    """`30包`, as it is typed."""
    return f"{quantity.number}{quantity.unit}"


# --- the place -----------------------------------------------------------------------------------------------------


def projects_of(company: Company, me: Person, roles: Collection[Role]) -> list[tuple[Project, Group]]:
    """The projects in which the person holds one of the roles and that have a group. Raises Lacking."""
    theirs = [
        project for project in company.projects.values() if any(me.has(role, project=project.code) for role in roles)
    ]
    if not theirs:
        raise Lacking("公司资料里还没有项目，先把项目写进去。")
    groups = {group.project: group for group in reversed(company.groups.values())}
    found = [(project, groups[project.code]) for project in theirs if project.code in groups]
    if not found:
        raise Lacking(f"“{theirs[0].name}”还没有群，请在公司资料的 groups 里加上。")
    return found


def team_in(company: Company, project: str) -> str:
    """A team that works there: the project's own before the company's. Raises Lacking."""
    teams = [team for team in company.teams.values() if team.project in (project, None)]
    teams.sort(key=lambda team: team.project is None)
    if not teams:
        raise Lacking("公司资料里还没有班组，领料不知道记给谁。")
    return teams[0].name


def stage_for(company: Company, project: Project, material: str) -> str:
    """The stage that plans the material, else the one in the middle; "" where there is no choice to make."""
    if len(project.stages) < 2:
        return ""
    planned = [p.line.stage for p in company.plans if p.project == project.code and p.line.material == material]
    fitting = [stage for stage in planned if stage in project.stages]
    return fitting[0] if fitting else project.stages[len(project.stages) // 2]


# --- the material --------------------------------------------------------------------------------------------------


def goods_for(
    company: Company,
    stock: Stock,
    reader: Reader,
    *,
    me: Person,
    project: Project,
    team: str = "",
    without: Collection[str] = (),
    needs_stock: bool = True,
) -> Goods:
    """A material that can be practised with: in stock, told apart by nothing, priced, and named so that it is read.

    Raises Lacking.
    """
    places = warehouses_of(company, project.code)
    if not places:
        raise Lacking("公司资料里还没有仓库。")
    place = places[0].code
    plain = [m for m in company.materials.values() if m.tracked is Tracking.NONE and m.code not in without]
    if not plain:
        raise Lacking("公司资料里还没有能练手的材料（不分批次和序列号的）。")
    planned = {p.line.material for p in company.plans if p.project == project.code}

    def eagerness(material: Material) -> tuple[bool, bool, bool]:
        open_order = (project.code, material.code) in stock.on_order
        return (open_order, material.code not in planned, price_of(company, stock, material) is None)

    for material in sorted(plain, key=eagerness)[:TRIED_MAX]:
        on_hand = stock.on_hand.get((place, material.code), Quantity(0, material.base_unit))
        amounts = _amounts(on_hand, _safety(company, material.code, place), needs_stock=needs_stock)
        if amounts is None:
            continue
        stage = stage_for(company, project, material.code)
        said = _name(reader, material, project=project.code, sender=me.id, team=team, stage=stage)
        if said is not None:
            few, fewer, many = (Quantity(n * MILLION, material.base_unit) for n in amounts)
            price = price_of(company, stock, material) or Price(10 * MILLION)
            return Goods(material=material, said=said, price=price, on_hand=on_hand, few=few, fewer=fewer, many=many)
    if needs_stock:
        raise Lacking(f"“{places[0].name}”里没有够练手的库存，请在公司资料的 opening_stock 里加一些。")
    raise Lacking("公司资料里的材料名机器人读不准，请给常用材料加上别名（aliases）。")


def _safety(company: Company, material: str, place: str) -> int:
    rule = company.stock_rules.get((material, place))
    return rule.safety_stock.millionths if rule else 0


def _amounts(on_hand: Quantity, safety: int, *, needs_stock: bool) -> tuple[int, int, int] | None:
    """How many whole units to issue, to issue by mistake and to receive; None where too little lies there.

    An issue stays above the safety line where it can: a warning in the middle of a first lesson only confuses.
    """
    if not needs_stock:
        return (20, 5, 50)
    held = on_hand.millionths // MILLION
    spare = max(on_hand.millionths - safety, 0) // MILLION
    room = spare if spare >= 3 else held
    few = next((n for n in NICE if n * 4 <= room), next((n for n in NICE if n * 3 <= room), 0))
    if not few:
        return None
    fewer = next((n for n in NICE if n < few and few + n <= room), few + 1)
    return (few, fewer, few + 10) if few + fewer <= held else None


def price_of(company: Company, stock: Stock, material: Material) -> Price | None:
    """The last price paid per base unit, else the newest in the company file."""
    if (paid := stock.prices.get(material.code)) is not None:
        return paid
    noted = [n for n in company.prices if n.material == material.code and n.unit == material.base_unit]
    return max(noted, key=lambda n: n.day).unit_price if noted else None


def _name(reader: Reader, material: Material, *, project: str, sender: str, team: str, stage: str) -> str | None:
    """The shortest thing people say for it that every sentence of the lessons is understood with."""
    unit, code = material.base_unit, material.code
    spoken = dict.fromkeys((*material.aliases, material.name, material.label, f"{material.name}{material.spec}"))
    taken = {key: value for key, value in (("team", team), ("stage", stage)) if value}
    nothing = dict[str, str]()
    for name in spoken:
        sentences = (
            (f"库存 {name}", "stock.query", nothing),
            (f"申购 {name} 21{unit}", "requisition.create", nothing),
            (f"收货 {name} 21{unit} 单价10.5", "receipt.create", nothing),
            (f"领 {name} 21{unit} {team} {stage}".strip(), "issue.create", taken),
        )
        if all(
            reader.means(text, intent, project=project, sender=sender, material=code, **wanted)
            for text, intent, wanted in sentences
        ):
            return name
    return None


# --- the people ----------------------------------------------------------------------------------------------------

_ASKING: Final = (Role.TEAM_LEAD, Role.SITE_WORKER, Role.STOREKEEPER, Role.STEWARD, Role.PURCHASING)


def requesters(company: Company, project: str, *, without: Collection[str]) -> list[Person]:
    """Who may ask for material there, those for whom it is daily work first."""
    able = [p for p in company.people.values() if p.id not in without and may(p, Action.REQUEST, project=project)]

    def rank(person: Person) -> int:
        return next((n for n, role in enumerate(_ASKING) if person.has(role, project=project)), len(_ASKING))

    return sorted(able, key=rank)


def chain_for(company: Company, *, me: Person, project: Project, goods: Goods) -> Chain:
    """Somebody's requisition of the smallest amount that comes before the learner. Raises Lacking."""
    others = requesters(company, project.code, without={me.id})
    if not others:
        raise Lacking(f"“{project.name}”里除了你没有人能申购，请在公司资料里给班组长或施工员登记角色。")
    for quantity in _asked_amounts(company, goods):
        for requester in others:
            if (found := _chain(company, me, project, goods, requester, quantity)) is not None:
                return found
    raise Lacking(f"按公司的审批流程，“{project.name}”的申购单到不了{me.name}这里。")


def _asked_amounts(company: Company, goods: Goods) -> Iterable[Quantity]:
    """A small amount, then one that is clearly above each limit from which somebody more is asked."""
    yield goods.many
    limits = {node.min_amount.fen for flow in company.flows for node in flow.nodes if node.min_amount}
    limits.add(company.settings.requisition_finance_from.fen)
    for fen in sorted(limits):
        if goods.price.micros:
            number = half_up(Fraction(fen * 10_000 * 13, goods.price.micros * 10)) + 1
            yield Quantity(_rounded_up(number) * MILLION, goods.material.base_unit)


def _rounded_up(number: int) -> int:
    """To two digits: 2 143 is asked for as 2 200."""
    step = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step


def _chain(
    company: Company, me: Person, project: Project, goods: Goods, requester: Person, quantity: Quantity
) -> Chain | None:
    amount = goods.price.times_to_fen(quantity)
    acting = signers(company, requester=requester.id, project=project.code, amount=amount, favoured=me.id)
    if acting.count(me.id) != 1:
        return None
    at = acting.index(me.id)
    people = company.people
    return Chain(
        requester=requester,
        before=tuple(people[p] for p in acting[:at]),
        after=tuple(people[p] for p in acting[at + 1 :]),
        quantity=quantity,
    )


def signers(company: Company, *, requester: str, project: str, amount: Money | None, favoured: str) -> list[str]:
    """Who signs a requisition, in the order in which they act; where any one may, the favoured person does.

    Empty where nobody has to, or where a node has no one.
    """
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    paper = Document(
        number=Number.of(DocumentKind.REQUISITION, midnight.date(), 1),
        kind=DocumentKind.REQUISITION,
        state=State.PENDING,
        project=project,
        requester=requester,
        created_at=midnight,
        dated=midnight.date(),
    )
    chain = approval.draw_up(company, paper, amount)
    found = list[str]()
    for node in chain.nodes if chain else ():
        asked = [signer.person for signer in node.signers]
        if not asked:
            return []
        if node.mode is NodeMode.ANY:
            found.append(favoured if favoured in asked else asked[0])
        else:
            found += asked
    return found


def signing_of(company: Company, *, me: Person, project: Project, goods: Goods) -> tuple[Person, ...]:
    """Who consents, in their order, to what the learner asks for. Raises Lacking."""
    amount = goods.price.times_to_fen(goods.many)
    acting = signers(company, requester=me.id, project=project.code, amount=amount, favoured="")
    if not acting:
        raise Lacking(f"“{project.name}”的申购没有人能审批，请在公司资料里给人登记项目经理和采购的角色。")
    return tuple(company.people[person] for person in acting)


def asker_in(company: Company, project: Project, *, without: Collection[str]) -> Person:
    """Somebody who asks for material there. Raises Lacking."""
    if not (able := requesters(company, project.code, without=without)):
        raise Lacking(f"“{project.name}”里还没有能申购的人，请在公司资料里给班组长或施工员登记角色。")
    return able[0]


def keeper_in(company: Company, project: str, *, without: Collection[str]) -> Person:
    """A colleague who receives material there. Raises Lacking."""
    able = [p for p in company.people.values() if p.id not in without and may(p, Action.RECEIVE, project=project)]
    able.sort(key=lambda p: not p.has(Role.STOREKEEPER, project=project))
    if not able:
        raise Lacking("除了你没有人能收货，请在公司资料里给材料员登记角色。")
    return able[0]


def supplier_for(company: Company, reader: Reader, *, me: Person, project: str, goods: Goods) -> tuple[Supplier, str]:
    """A supplier and the name by which the robot knows it: the one whose price is noted first. Raises Lacking."""
    noted = [n.supplier for n in company.prices if n.material == goods.material.code and n.supplier]
    order = sorted(company.suppliers.values(), key=lambda s: s.code not in noted)
    unit = goods.material.base_unit
    for supplier in order:
        for name in (*supplier.aliases, supplier.name):
            text = f"采购 {goods.said} 21{unit} 单价10.5 {name}"
            fits = reader.means(
                text,
                "purchase_order.create",
                project=project,
                sender=me.id,
                material=goods.material.code,
                supplier=supplier.code,
            )
            if fits:
                return supplier, name
    raise Lacking("公司资料里还没有供应商，采购单不知道下给谁。")
