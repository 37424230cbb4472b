"""A small company on a building site, told in one-line sentences: `await site.receive("水泥 20包 @27.5")`.

A booking that is refused raises the refusal, so a test says `with pytest.raises(NotEnoughStock)`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import text

from domain import issue, opening, purchase_order, receipt, requisition, reversal
from domain.approval import Verdict
from domain.arrival import ArrivedLine, ReceiptOrder
from domain.company import Company
from domain.company_file import read_company_file
from domain.documents import Document, Number
from domain.issue import IssueOrder, TakenLine
from domain.messaging import Reply
from domain.operation import Asker, Operation
from domain.purchase_order import OrderedLine, PurchaseOrderOrder
from domain.requisition import RequisitionOrder, WantedLine
from domain.values import Price, Quantity, decimal_text
from storage.database import Database
from storage.unit import Answer, End, Units
from storage.verify import Report, verify

GROUP: Final = "cid-cuihu"
COMPANY: Final[dict[str, Any]] = {
    "company": {"name": "江城建工"},
    "units": [{"name": n} for n in ("包", "吨", "千克", "根", "箱", "片", "桶", "打", "件", "磅")],
    "categories": [{"name": "钢筋", "valuation": "fifo"}],
    "materials": [
        {
            "code": "CEM",
            "name": "水泥",
            "base_unit": "包",
            "units": [{"unit": "吨", "per_base": "1/20"}, {"unit": "千克", "per_base": "50"}],
        },
        {"code": "STL", "name": "钢筋", "category": "钢筋", "base_unit": "根"},
        {"code": "TIL", "name": "瓷砖", "base_unit": "箱", "units": [{"unit": "片", "per_base": "9"}]},
        {"code": "PNT", "name": "涂料", "base_unit": "桶", "tracked": "lot", "shelf_life_days": 180},
        {
            "code": "SND",
            "name": "沙",
            "base_unit": "千克",
            "units": [{"unit": "吨", "per_base": "1/1000"}, {"unit": "磅", "per_base": "100000000/45359237"}],
        },
        {"code": "HNG", "name": "合页", "base_unit": "件", "units": [{"unit": "打", "per_base": "1/12"}]},
    ],
    "projects": [
        {"code": "P01", "name": "翠湖花园", "stages": ["基础", "主体"], "manager": "u-zhanggong", "budget": "1000000"},
        {"code": "P02", "name": "滨江泵站"},
    ],
    "people": [
        {"id": "u-zhaozong", "name": "赵总", "roles": ["老板"]},
        {"id": "u-zhanggong", "name": "张工", "roles": ["项目经理"], "superior": "u-zhaozong"},
        {"id": "u-wangjie", "name": "王姐", "roles": ["采购"], "superior": "u-zhaozong"},
        {"id": "u-likuaiji", "name": "李会计", "roles": ["财务"], "superior": "u-zhaozong"},
        {"id": "u-laozhang", "name": "老张", "roles": ["材料员"], "superior": "u-zhanggong"},
        {"id": "u-xiaoli", "name": "小李", "roles": ["班组长"], "superior": "u-zhanggong", "team": "瓦工班"},
        {"id": "u-heping", "name": "何平", "roles": ["管理员"]},
    ],
    "teams": [{"name": "瓦工班", "leader": "u-xiaoli"}, "钢筋班"],
    "suppliers": [{"code": "S01", "name": "海螺水泥"}, {"code": "S02", "name": "沙钢贸易"}],
    "warehouses": [
        {"code": "W01", "name": "中心库", "project": None},
        {"code": "W02", "name": "翠湖库", "project": "P01", "keeper": "u-laozhang"},
    ],
    "groups": [{"conversation_id": GROUP, "name": "翠湖群", "project": "P01"}],
    "settings": {"requisition_finance_from": "5000", "receipt_over_tolerance": "0.02", "undo_minutes": 30},
}
_LINE: Final = re.compile(
    r"(?P<name>\S+)\s+(?P<number>[\d.]+)\s*(?P<unit>[^\s@#~]+)"
    r"(?:\s*@(?P<price>[\d.]+))?(?:\s*#(?P<lot>[^\s~]+))?(?:\s*~(?P<expiry>\d{4}-\d\d-\d\d))?"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One line as a test writes it: `水泥 20包 @27.5 #A1 ~2027-02-01`."""

    material: str
    quantity: Quantity
    price: Price | None
    lot: str
    expiry: date | None


def qty(said: str) -> Quantity:
    """`20 包` as a quantity."""
    found = re.fullmatch(r"([\d.]+)\s*(\S+)", said)
    assert found is not None, said
    return Quantity.of(found[1], found[2])


def company(changes: Mapping[str, Any] | None = None) -> Company:
    """The small company, with some keys of its file replaced."""
    return read_company_file({**COMPANY, **(changes or {})}, into=Company()).company


class Site:
    """The people of the small company, who write what they do into one book."""

    def __init__(self, book: Units, database: Database, *, changes: Mapping[str, Any] | None = None):
        self.book = book
        self.database = database
        self.company = company(changes)
        self._changes = dict(changes or {})
        self._codes = {m.name: m.code for m in self.company.materials.values()}
        self._ids = {p.name: p.id for p in self.company.people.values()}
        self._said = 0

    async def load(self) -> Answer:
        """Take the company file in, for the first time or again."""
        return await self._take_in({})

    async def opening(self, *lines: str, place: str = "W02") -> Number:
        """Book the first day's stock."""
        said = [self.line(x) for x in lines]
        stock = [
            {
                "warehouse": place,
                "material": x.material,
                "quantity": x.quantity.number,
                "unit": x.quantity.unit,
                "unit_cost": str(x.price),
                **({"lot": x.lot} if x.lot else {}),
                **({"expiry": x.expiry.isoformat()} if x.expiry else {}),
            }
            for x in said
        ]
        return (await self._take_in({"opening_stock": stock})).entries[0].number

    async def _take_in(self, more: Mapping[str, Any]) -> Answer:
        before = await self.book.company()
        file = read_company_file({**COMPANY, **self._changes, **more}, into=before)
        loader = Asker(person=opening.LOADER)
        return await self.do(opening.take_in(file.company, file.opening_stock, over=before, by=loader))

    def receiving(self, *lines: str, by: str = "老张", project: str = "P01", **order: Any) -> Operation:
        """The operation that books what arrived."""
        arrived = tuple(
            ArrivedLine(material=x.material, entered=x.quantity, price=x.price, lot=x.lot, expiry=x.expiry)
            for x in map(self.line, lines)
        )
        told = {"price_meant": True, **order}
        return receipt.book(ReceiptOrder(project=project, lines=arrived, **told), by=self.asker(by))

    async def receive(self, *lines: str, by: str = "老张", project: str = "P01", **order: Any) -> Number:
        """Material arrives; `document=` names the order, `supplier=` who brought it."""
        return _number(await self.do(self.receiving(*lines, by=by, project=project, **order)))

    def issuing(
        self,
        *lines: str,
        by: str = "老张",
        project: str = "P01",
        stage: str = "主体",
        team: str = "瓦工班",
        **order: Any,
    ) -> Operation:
        """The operation that books what leaves for work."""
        taken = tuple(TakenLine(material=x.material, entered=x.quantity, lot=x.lot) for x in map(self.line, lines))
        stage = stage if self.company.projects[project].stages else ""
        wanted = IssueOrder(project=project, lines=taken, stage=stage, team=team, **order)
        return issue.book(wanted, by=self.asker(by))

    async def issue(self, *lines: str, by: str = "老张", project: str = "P01", **order: Any) -> Number:
        """Material leaves for work."""
        return _number(await self.do(self.issuing(*lines, by=by, project=project, **order)))

    def requesting(self, *lines: str, by: str = "小李", project: str = "P01", **order: Any) -> Operation:
        wanted = tuple(
            WantedLine(material=x.material, entered=x.quantity, price=x.price) for x in map(self.line, lines)
        )
        return requisition.submit(RequisitionOrder(project=project, lines=wanted, **order), by=self.asker(by))

    async def request(self, *lines: str, by: str = "小李", project: str = "P01", **order: Any) -> Number:
        """The project asks for material."""
        return _number(await self.do(self.requesting(*lines, by=by, project=project, **order)))

    async def approve(self, number: str, *, by: str) -> Answer:
        return await self.do(requisition.decide(Number(number), Verdict.APPROVE, by=self.asker(by)))

    async def reject(self, number: str, *, by: str, reason: str = "先用库存") -> Answer:
        return await self.do(requisition.decide(Number(number), Verdict.REJECT, by=self.asker(by), reason=reason))

    async def withdraw(self, number: str, *, by: str = "小李") -> Answer:
        return await self.do(requisition.withdraw(Number(number), by=self.asker(by)))

    async def order(self, *lines: str, by: str = "王姐", project: str = "P01", supplier: str = "S01") -> Number:
        """Purchasing orders directly."""
        wanted = tuple(
            OrderedLine(material=x.material, entered=x.quantity, price=x.price) for x in map(self.line, lines)
        )
        order = PurchaseOrderOrder(project=project, supplier=supplier, lines=wanted, price_meant=True)
        return _number(await self.do(purchase_order.place(order, by=self.asker(by))))

    async def confirm(self, number: str, *, by: str = "王姐", supplier: str = "", price: str = "") -> Answer:
        """Purchasing places an order that was drawn up."""
        paid = Price.of(price) if price else None
        operation = purchase_order.confirm(Number(number), by=self.asker(by), supplier_code=supplier, price=paid)
        return await self.do(operation)

    async def cancel(self, number: str, *, by: str = "王姐") -> Answer:
        return await self.do(purchase_order.cancel(Number(number), by=self.asker(by)))

    async def undo(self, number: str, *, by: str = "老张", reason: str = "") -> Number:
        """Take a booking back."""
        return _number(await self.do(reversal.undo(Number(number), by=self.asker(by), reason=reason)))

    async def do(self, operation: Operation, *, key: str = "") -> Answer:
        """Carry an operation out. Raises its refusal, if it is refused."""
        self._said += 1
        reply = Reply(person=operation.by.person, chat=GROUP, is_group=True)
        answer = await self.book.work(key or f"said:{self._said}", operation, reply=reply)
        if answer.refusal is not None and answer.end is End.REFUSED:
            raise answer.refusal
        assert answer.end is not End.FAULT, answer
        return answer

    async def on_hand(self, name: str, *, place: str = "W02") -> Quantity:
        """What lies there, all lots together."""
        kept = self.company.materials[self._codes[name]]
        sql = "SELECT COALESCE(SUM(quantity), 0) AS q FROM balance WHERE material = :material AND warehouse = :place"
        return Quantity(int(await self._one(sql, material=kept.code, place=place)), kept.base_unit)

    async def value(self, name: str, *, owner: str = "P01") -> str:
        """What the owner's stock of a material is worth, in yuan."""
        sql = "SELECT COALESCE(SUM(value), 0) AS v FROM pool WHERE material = :material AND owner = :owner"
        return decimal_text(int(await self._one(sql, material=self._codes[name], owner=owner)), 2)

    async def price_difference(self) -> str:
        """What the price-difference account has taken, less what it has given."""
        sql = """
            SELECT COALESCE(SUM(CASE source_kind WHEN 'price_difference' THEN amount ELSE -amount END), 0) AS v
            FROM move WHERE 'price_difference' IN (source_kind, target_kind)
        """
        return decimal_text(int(await self._one(sql)), 2)

    async def document(self, number: str) -> Mapping[str, Any]:
        """A document's row as it stands."""
        return (await self.rows("SELECT * FROM document WHERE number = :number", number=number))[0]

    async def amounts(self, number: str) -> list[str]:
        """What each line of a document was worth, in yuan."""
        sql = "SELECT amount FROM document_line WHERE number = :number ORDER BY no"
        return [decimal_text(row["amount"], 2) for row in await self.rows(sql, number=number)]

    async def rows(self, sql: str, **values: object) -> list[Mapping[str, Any]]:
        """Read back over a connection of its own."""
        async with self.database.read() as connection:
            return [dict(row) for row in (await connection.execute(text(sql), values)).mappings()]

    async def report(self) -> Report:
        async with self.database.read() as connection:
            return await verify(connection)

    async def verify(self) -> None:
        """Every invariant holds."""
        report = await self.report()
        assert report.ok, "\n".join(report.lines())

    async def head(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last."""
        row = (await self.rows("SELECT seq, hash FROM chain"))[0]
        return row["seq"], bytes(row["hash"]).hex()

    def asker(self, name: str) -> Asker:
        return Asker(person=self._ids.get(name, name), chat=GROUP)

    def line(self, said: str) -> Said:
        found = _LINE.fullmatch(said)
        assert found is not None, said
        return Said(
            material=self._codes[found["name"]],
            quantity=Quantity.of(found["number"], found["unit"]),
            price=Price.of(found["price"]) if found["price"] else None,
            lot=found["lot"] or "",
            expiry=date.fromisoformat(found["expiry"]) if found["expiry"] else None,
        )

    async def _one(self, sql: str, **values: object) -> Any:
        return next(iter((await self.rows(sql, **values))[0].values()))


def _number(answer: Answer) -> Number:
    """The document that an answer tells of."""
    told = [found for event in answer.events if isinstance(found := getattr(event, "document", None), Document)]
    return told[0].number
