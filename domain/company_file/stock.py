"""Stock and prices: rules, quotations, and what lies in the warehouses on the first day."""

from datetime import date

from domain.company import Material, OpeningStock, PriceNote, StockRule, Tracking
from domain.company_file.draft import Draft
from domain.company_file.faults import FaultKind, Thing, shown
from domain.company_file.limits import PEOPLE_MAX, SERIALS_MAX
from domain.company_file.row import Row
from domain.company_file.scalars import quantity_of, read_day, read_decimal, read_positive, read_price
from domain.company_file.site import in_base_units, usable_unit


def stock_rule(row: Row, draft: Draft) -> StockRule | None:
    """Safety stock, in the base unit."""
    code, warehouse = row.need_ref("material", Thing.MATERIAL), row.need_ref("warehouse", Thing.WAREHOUSE)
    old, material = draft.stock_rules.get((code, warehouse)), draft.materials.get(code)
    safety = row.need("safety_stock", old.safety_stock.exact if old else None, read_decimal)
    kept = old.reorder_to.exact if old and old.reorder_to else None
    reorder = row.maybe("reorder_to", kept, read_decimal)
    people = row.refs("responsible", Thing.PERSON, old.responsible if old else (), limit=PEOPLE_MAX)
    if safety is not None and reorder is not None and reorder < safety:
        row.fault(
            "reorder_to", FaultKind.BELOW, value=str(quantity_of(reorder, "")), other=str(quantity_of(safety, ""))
        )
    if material is None or safety is None or not warehouse:
        return None
    unit = material.base_unit
    return StockRule(
        material=code,
        warehouse=warehouse,
        safety_stock=quantity_of(safety, unit),
        reorder_to=None if reorder is None else quantity_of(reorder, unit),
        responsible=people,
    )


def price(row: Row, draft: Draft) -> PriceNote | None:
    """A price somebody was given on a day."""
    code = row.need_ref("material", Thing.MATERIAL)
    supplier = row.ref("supplier", Thing.SUPPLIER)
    unit = usable_unit(row, draft, draft.materials.get(code))
    unit_price, day = row.need("unit_price", None, read_price), row.need("date", None, read_day)
    if not (code and unit) or unit_price is None or day is None:
        return None
    return PriceNote(material=code, supplier=supplier, unit=unit, unit_price=unit_price, day=day)


def opening(row: Row, draft: Draft) -> OpeningStock | None:
    """Stock on the first day."""
    warehouse, code = row.need_ref("warehouse", Thing.WAREHOUSE), row.need_ref("material", Thing.MATERIAL)
    material = draft.materials.get(code)
    number = row.need("quantity", None, read_positive)
    unit = usable_unit(row, draft, material)
    unit_cost = row.need("unit_cost", None, read_price)
    lot, expiry = row.text("lot"), row.maybe("expiry", None, read_day)
    serials = row.names("serials", limit=SERIALS_MAX)
    if material is None or number is None or unit_cost is None or not (warehouse and unit):
        return None
    line = OpeningStock(
        warehouse=warehouse,
        material=code,
        quantity=quantity_of(number, unit),
        unit_cost=unit_cost,
        lot=lot,
        expiry=expiry,
        serials=serials,
    )
    _told_apart(row, line, material)
    return line


def _told_apart(row: Row, line: OpeningStock, material: Material) -> None:
    """Stock that is told apart says so from the first day; stock that is not has nothing to say."""
    lots, pieces = material.tracked is Tracking.LOT, material.tracked is Tracking.SERIAL
    if lots and not line.lot:
        row.fault("lot", FaultKind.LOT_MISSING, value=material.label)
    if line.lot and not lots:
        row.fault("lot", FaultKind.LOT_UNTRACKED, value=shown(line.lot), other=material.label)
    if line.expiry and not line.lot and not lots:
        row.fault("expiry", FaultKind.EXPIRY_WITHOUT_LOT, value=line.expiry.isoformat())
    if line.serials and not pieces:
        row.fault("serials", FaultKind.SERIALS_UNTRACKED, value=material.label)
    base = in_base_units(material, line.quantity.exact, line.quantity.unit)
    if pieces and base != len(line.serials):
        row.fault("serials", FaultKind.SERIAL_COUNT, value=str(len(line.serials)), other=str(line.quantity))


class OpeningBook:
    """What all opening lines together must keep: pieces stand in one place, a lot has one expiry."""

    def __init__(self) -> None:
        self._serials = dict[tuple[str, str], str]()
        self._expiries = dict[tuple[str, str], tuple[date | None, str]]()
        self._lines = dict[tuple[object, ...], str]()

    def check(self, row: Row, line: OpeningStock) -> None:
        """Compare one line with those before it."""
        for serial in line.serials:
            before = self._serials.setdefault((line.material, serial), row.place)
            if before != row.place:
                row.fault("serials", FaultKind.DUPLICATE, value=shown(serial), other=before)
        if line.lot:
            expiry, before = self._expiries.setdefault((line.material, line.lot), (line.expiry, row.place))
            if expiry != line.expiry:
                row.fault("expiry", FaultKind.LOT_EXPIRIES, value=shown(line.lot), other=before)
        if not line.serials:
            # The same stock at another cost is a further layer; at the same cost it was written twice.
            key = (line.warehouse, line.material, line.lot, line.quantity.unit, line.unit_cost)
            before = self._lines.setdefault(key, row.place)
            if before != row.place:
                row.fault("material", FaultKind.DUPLICATE, value=line.material, other=before)
