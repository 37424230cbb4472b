"""Resolved items become the lines of a reading, with what is missing or open in them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.catalogue import Catalogue
from handlers.language.draft import Draft
from handlers.language.items import Item, ItemBuilder
from handlers.language.numerals import CHINESE, exact
from handlers.language.pieces import Piece
from handlers.language.postings import Pool
from handlers.language.prices import REPEATED, without_prices
from handlers.language.reading import Line
from handlers.language.resolve import Resolved, Resolver
from handlers.language.sizes import size_of
from handlers.language.verbs import PRICED_INTENTS
from handlers.language.vocabulary import PHRASES

_NUMBER_BEHIND: Final = re.compile(rf"[0-9.,]+$|[{CHINESE}]+$", re.ASCII)
_NUMBER_BEFORE: Final = re.compile(rf"^[0-9.,]+|^[{CHINESE}]+", re.ASCII)

# So many lines back a correction reaches; looking further would cost the square of a message.
_BACK_MAX: Final = 50


def add_lines(draft: Draft, pieces: Sequence[Piece], catalogue: Catalogue, *, things: tuple[str, ...] = ()) -> None:
    """The lines of a document: every item with material and quantity, or with the gap named.

    Where no item names a material, the things that were pointed at are meant.
    """
    items = ItemBuilder().build(pieces if draft.intent in PRICED_INTENTS else without_prices(pieces))
    meant = () if any(_names(item) for item in items) else things
    resolver = Resolver(catalogue, counts=True, things=meant)
    told = _told(corrected(resolver.resolve(items), resolver))
    if meant and not told:
        told = [Resolved(item=Item(), pool=resolver.things, catalogue=catalogue)]
    for resolved in told:
        add_line(draft, resolved, catalogue, index=len(draft.lines))


def _names(item: Item) -> bool:
    """Whether an item says by itself what it is, be it a stranger."""
    return item.has_head or bool(item.strange and item.quantity is not None)


def add_queried(draft: Draft, pieces: Sequence[Piece], catalogue: Catalogue, *, things: tuple[str, ...] = ()) -> None:
    """The materials that a question is about; a word that fits several means them all."""
    items = [item for item in ItemBuilder().build(pieces) if item.has_mention]
    if things and not any(_names(item) for item in items):
        draft.lines.extend(Line(material=code) for code in things)
        return
    resolver = Resolver(catalogue, counts=False)
    found = corrected(resolver.resolve(items), resolver)
    pool: Pool = 0
    for resolved in found:  # each word's materials in the order of the catalogue, the words as they were said
        draft.lines.extend(catalogue.lines(resolved.pool & ~pool))
        pool |= resolved.pool
    strangers = [
        r.item
        for r in found
        if not r.pool and (r.item.words or r.item.sizes or r.item.numbers or len(r.item.strange) > 1)
    ]
    named = [item for item in strangers if item.is_named]
    if named or (strangers and not pool):
        draft.lack(f"lines[{len(draft.lines)}].material")
        draft.lines.append(Line(said=(named or strangers)[0].said or None))


def add_line(draft: Draft, resolved: Resolved, catalogue: Catalogue, *, index: int) -> None:
    """One line, its candidates and its gaps."""
    item, path = resolved.item, f"lines[{index}]"
    codes = resolved.codes
    material = codes[0] if len(codes) == 1 else None
    if len(codes) > 1:
        draft.candidates[f"{path}.material"] = codes
    quantity, unit = resolved.quantity, resolved.unit
    if quantity == "0" and draft.intent != "count.create":
        quantity = None
    if resolved.is_unit_wrong or (quantity is not None and not resolved.pool and not _is_kept(unit, catalogue)):
        unit = None
        if resolved.pool:
            draft.lack(f"{path}.unit")
    price, amount = _price(draft, resolved, unit, catalogue, path), item.amount
    if amount is not None and amount.number is None:
        draft.lack(f"{path}.amount")
    draft.lines.append(
        Line(
            material=material,
            quantity=quantity,
            unit=unit if quantity is not None or _is_vague(item) else None,
            unit_price=price,
            amount=amount.number if amount is not None else None,
            lot=item.lot,
            expiry=item.expiry.isoformat() if item.expiry else None,
            serials=item.serials,
            said=_said(item, quantity) if len(codes) != 1 else None,
        )
    )


def with_details(draft: Draft, line: Line, resolved: Resolved, catalogue: Catalogue, *, index: int) -> Line:
    """The line with the price, the lot and the like that an item tells of it."""
    item, path = resolved.item, f"lines[{index}]"
    price = _price(draft, resolved, line.unit, catalogue, path)
    if item.amount is not None and item.amount.number is None:
        draft.lack(f"{path}.amount")
    return replace(
        line,
        unit_price=price or line.unit_price,
        amount=item.amount.number if item.amount is not None else line.amount,
        lot=item.lot or line.lot,
        expiry=item.expiry.isoformat() if item.expiry else line.expiry,
        serials=item.serials or line.serials,
    )


def _said(item: Item, quantity: str | None) -> str | None:
    """The words that named it, without a bare number that turned out to be the amount (水泥5)."""
    if quantity is not None and item.quantity is None:
        for pattern in (_NUMBER_BEHIND, _NUMBER_BEFORE):
            found = pattern.search(item.said)
            if found is not None and exact(found[0]) == quantity:
                return pattern.sub("", item.said) or None
    return item.said or None


def _is_vague(item: Item) -> bool:
    """几支: how many is asked, in what unit is known."""
    return item.quantity is not None and item.quantity.number is None


def _is_kept(unit: str | None, catalogue: Catalogue) -> bool:
    return unit is None or catalogue.is_unit(unit)


def _price(draft: Draft, resolved: Resolved, unit: str | None, catalogue: Catalogue, path: str) -> str | None:
    """A price per another unit than the quantity's is asked for, not converted."""
    price = resolved.item.unit_price
    if price is None:
        return None
    first = catalogue.first(resolved.pool) if resolved.pool.bit_count() == 1 else None
    per = unit or (first.base_unit if first is not None else None)
    is_other = bool(price.units) and per is not None and per not in price.units
    if price.number is None or is_other or _may_be_no_price(price, resolved, catalogue):
        draft.lack(f"{path}.unit_price")
        return None
    return price.number


def _may_be_no_price(price: Piece, resolved: Resolved, catalogue: Catalogue) -> bool:
    """A bare sum does not say per what; 4.0一包 may be the next size of the same thing."""
    if not price.values:
        return False
    size = size_of(price.number) if price.number and REPEATED in price.values else None
    return size is None or bool(catalogue.sized(size, marked=False) & catalogue.namesakes(resolved.pool))


def _told(found: Sequence[Resolved]) -> list[Resolved]:
    """Strange words beside real lines are a remark, unless they stand in a list or with an amount."""
    kept: list[Resolved] = []
    is_counted = any(resolved.has_amount for resolved in found)
    for resolved in found:
        item = resolved.item
        if is_counted and (_is_aside(resolved) or (item.is_ground and not resolved.has_amount)):
            continue
        is_syllable = bool(item.strange) and all(len(word.text) == 1 for word in item.words)  # the 门 of 门厅铺
        is_named = bool(
            (item.is_named and not is_syllable)
            or item.sizes
            or item.numbers
            or item.quantity
            or (item.in_list and not is_syllable)
        )
        if is_named or resolved.pool or (item.strange and len(found) == 1):
            kept.append(resolved)
    return kept


def _is_aside(resolved: Resolved) -> bool:
    """急死了 beside real lines: one strange character without an exact amount."""
    item = resolved.item
    is_syllable = not item.is_among and len(item.strange) == 1 and "\u4e00" <= item.strange <= "\u9fff"
    return is_syllable and not (item.words or item.numbers or item.sizes) and resolved.quantity is None


def corrected(found: Sequence[Resolved], resolver: Resolver) -> list[Resolved]:
    """不对，30包 replaces the amount before it; 地漏不要了 takes the line out."""
    kept: list[Resolved] = []
    for resolved in found:
        item = resolved.item
        if item.is_dropped:
            kept[-_BACK_MAX:] = _without(kept[-_BACK_MAX:], resolved)
        elif kept and (item.is_correction or (item.is_echo and _is_mere_amount(item))):
            place = _place(kept, resolved, resolver)
            kept[place] = _replaced(kept[place], resolved, resolver)
        elif (priced := _repriced(kept, resolved)) is not None:
            kept[priced] = replace(kept[priced], item=_retold(kept[priced].item, kept[priced].item, item))
        elif (again := _echoed(kept, resolved)) is not None:
            kept[again] = replace(resolved, item=_retold(resolved.item, kept[again].item, resolved.item))
        else:
            kept.append(resolved)
    return kept


def _without(kept: list[Resolved], dropped: Resolved) -> list[Resolved]:
    """The lines without what is not wanted any more; which one 灰的不要了 means, the words tell, or it is asked."""
    left = [line for line in kept if not line.pool & dropped.pool]
    if len(left) < len(kept) or not dropped.item.words or dropped.item.strange:
        return left
    meant = [line for line in kept if line.pool and all(line.pool & word.materials for word in dropped.item.words)]
    if len(meant) == 1:
        return [line for line in kept if line is not meant[0]]
    pool: Pool = 0
    for line in meant:
        pool |= line.pool
    return [*kept, replace(dropped, pool=pool)] if meant else kept


def _is_mere_amount(item: Item) -> bool:
    return item.is_bare_number or (item.quantity is not None and not item.has_mention)


def _repriced(kept: list[Resolved], resolved: Resolved) -> int | None:
    """…，水泥单价改成30: the line of the thing whose price is another."""
    item = resolved.item
    price = item.unit_price or item.amount
    if (
        price is None
        or not any(mark in price.text for mark in PHRASES.retold)
        or resolved.has_amount
        or not resolved.pool
    ):
        return None
    same = [index for index, line in enumerate(kept) if line.pool == resolved.pool and line.has_amount]
    return same[0] if len(same) == 1 else None


def _echoed(kept: list[Resolved], resolved: Resolved) -> int | None:
    """哎接头扣是600个: the line of the thing that came to mind again, with another amount."""
    if not resolved.item.is_echo or resolved.quantity is None or not resolved.pool:
        return None
    same = [index for index, line in enumerate(kept) if line.pool == resolved.pool]
    return same[0] if len(same) == 1 else None


def _place(kept: list[Resolved], resolved: Resolved, resolver: Resolver) -> int:
    """The line that a correction is about: the one of the same material, the only one called alike, else the last."""
    while len(kept) > 1 and _is_murmur(kept[-1]):
        kept.pop()  # 少了，改成20双
    echo = kept[-1]
    if not echo.has_amount:
        # 水泥改成25包, 细砂换成中砂: the name before the correction points at a line above.
        above = range(max(len(kept) - 1 - _BACK_MAX, 0), len(kept) - 1)
        meant = [index for index in above if kept[index].pool & echo.pool]
        if len(meant) == 1:
            kept.pop()
            return meant[0]
    if resolved.item.is_bare_number:
        return len(kept) - 1
    reach = range(len(kept) - 1, max(len(kept) - 1 - _BACK_MAX, -1), -1)
    for index in reach:
        if kept[index].pool & resolved.pool:
            return index
    alike = [index for index in reach if resolver.is_called_alike(kept[index], resolved)] if len(kept) > 1 else []
    return alike[0] if len(alike) == 1 else len(kept) - 1  # 大切割片25片、角磨片40片，不对，切割片要小的


def _is_murmur(line: Resolved) -> bool:
    """颜色错了: strange words that name nothing and count nothing."""
    return not line.pool and bool(line.item.strange) and not line.has_amount


def _replaced(old: Resolved, new: Resolved, resolver: Resolver) -> Resolved:
    if new.item.is_bare_number:
        return resolver.recounted(old, new.item.numbers[0])
    is_vaguer = new.has_amount and new.pool & old.pool == old.pool and new.pool != old.pool
    if is_vaguer or not new.item.has_mention:
        # 25弯头一百个，不对，弯头要一百五十个; 两台，不对，三台，单价4100.
        item = _retold(old.item, old.item, new.item)
        counted = resolver.kept_in(item, old.pool, new.item.quantity)
        sized = resolver.otherwise_sized(old, new.item.quantity) if counted.is_unit_wrong else 0
        return resolver.kept_in(item, sized, old.item.quantity) if sized else counted
    if new.has_amount:  # 16螺纹，单价50，不对，16螺纹15吨: the price is still that of the same thing
        return replace(new, item=_retold(new.item, old.item, new.item)) if new.pool == old.pool else new
    if old.item.quantity is not None:
        return resolver.kept_in(_retold(new.item, old.item, new.item), new.pool, old.item.quantity)
    return replace(new, item=_retold(new.item, old.item, new.item), quantity=old.quantity, unit=old.unit)


def _retold(item: Item, first: Item, then: Item) -> Item:
    """The item with the price, the lot and the like that it is told of last."""
    return replace(
        item,
        unit_price=then.unit_price or first.unit_price,
        amount=then.amount or first.amount,
        lot=then.lot or first.lot,
        expiry=then.expiry or first.expiry,
        serials=then.serials or first.serials,
    )
