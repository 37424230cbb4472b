"""Items: which quantity, size, price and lot belong to which material words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from handlers.language.lexicon import Domain, Tier, Word
from handlers.language.pieces import Piece, Shape
from handlers.language.size_amounts import as_size
from handlers.language.sizes import COLOURS, Size, size_of
from handlers.language.vocabulary import PHRASES, Cue

# No thing has a name of more words, nor more sizes; a heap of them is strange, and looking it up would cost a cube.
WORDS_MAX: Final = 20
# What may be told of a thing beside its amount.
DETAILS: Final = frozenset((Shape.PRICE, Shape.AMOUNT, Shape.LOT, Shape.EXPIRY, Shape.SERIALS))


@dataclass(slots=True)
class Number:
    """A number without unit: a size or a quantity. `marked` where the text shows that it is a size (20的)."""

    text: str | None
    marked: bool = False


@dataclass(slots=True)
class Item:
    """One thing spoken of, before the catalogue is asked what it is."""

    words: list[Word] = field(default_factory=list[Word])
    sizes: list[Size] = field(default_factory=list[Size])
    numbers: list[Number] = field(default_factory=list[Number])
    quantity: Piece | None = None
    first_quantity: Piece | None = None
    unit_price: Piece | None = None
    amount: Piece | None = None
    lot: str | None = None
    expiry: date | None = None
    serials: tuple[str, ...] = ()
    strange: str = ""
    said: str = ""
    start: int = 0
    end: int = 0
    is_correction: bool = False
    is_echo: bool = False
    is_dropped: bool = False
    is_each: bool = False
    in_list: bool = False
    has_conflict: bool = False
    is_total: bool = False
    is_ground: bool = False
    is_among: bool = False
    clause: int = 0

    @property
    def has_head(self) -> bool:
        """Whether a word, not merely a size or a colour, says what it is."""
        return any(word.best_tier is not None and word.best_tier < Tier.TRAIT for word in self.words)

    @property
    def is_named(self) -> bool:
        """Whether some word is more than the beginning of a name."""
        return any(word.best_tier is not None and word.best_tier <= Tier.PART for word in self.words)

    @property
    def has_mention(self) -> bool:
        return bool(self.words or self.sizes or self.numbers or self.strange)

    @property
    def is_bare_number(self) -> bool:
        """实盘 120: a number without unit, parted from its name by a verb."""
        bare = [number for number in self.numbers if not number.marked]
        return len(bare) == len(self.numbers) == 1 and not (self.words or self.sizes or self.strange or self.quantity)

    @property
    def has_details(self) -> bool:
        """Whether a price, a lot or the like is told of it."""
        return bool(self.unit_price or self.amount or self.lot or self.expiry or self.serials)

    @property
    def is_empty(self) -> bool:
        return not self.has_mention and self.quantity is None


def is_head(piece: Piece) -> bool:
    """Whether a word names a material by itself, not by a colour or a last syllable."""
    return is_part(piece) and piece.word is not None and (piece.word.is_head or len(piece.text) > 1)


def is_part(piece: Piece) -> bool:
    """Whether a word speaks of a material rather than of a person, a place, or a verb."""
    word = piece.word
    best = word.best_tier if word is not None and piece.shape is Shape.WORD else None
    if word is None or best is None or word.intents or word.cues:
        return False
    if word.units and best > Tier.KIND:
        return False
    if not word.names:
        return True
    names = [tier for codes in word.names.values() for tier in codes.values()]
    return best < min(names) or (best == min(names) and best == Tier.EXACT)


def is_name(piece: Piece) -> bool:
    """Whether a word names somebody or some place of the book, and no material."""
    return piece.word is not None and bool(piece.word.names) and not is_part(piece)


class ItemBuilder:
    """Walks the pieces once. An item is closed by a break, a verb, a name, or the beginning of another item."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.current = Item()
        self.loose = ""
        self.loose_end = self.number_end = -1
        self.correcting = False
        self.recalling = False
        self.parting = False
        self.dropping = False
        self.each = False
        self.negating = self.negated = False
        self.totalling = False
        self.clause = 0
        self.in_list = False
        self.ends_with_name = False

    def build(self, pieces: Sequence[Piece]) -> list[Item]:
        ends = _clause_ends(pieces)
        for index, piece in enumerate(pieces):
            self.ends_with_name = ends[index]
            self._take(
                piece, pieces[index + 1] if index + 1 < len(pieces) else None, pieces[index - 1] if index else None
            )
        self._close()
        return _merged(self.items)

    def _take(self, piece: Piece, after: Piece | None, before: Piece | None) -> None:
        if piece.shape is Shape.BREAK or _is_plus(piece, after):
            self._break(listing=piece.text in "、\n;加")
        elif piece.shape is Shape.QUANTITY:
            if not _counts_people(piece, after):
                self._quantity(piece)
        elif piece.shape is Shape.NUMBER:
            self._number(piece, after, before)
        elif piece.shape is Shape.SIZE and piece.size is not None:
            self._size(piece, piece.size)
        elif piece.shape in DETAILS:
            self.detail(piece)
        elif is_part(piece) and piece.word is not None:
            self._word(piece, piece.word)
        elif piece.shape is Shape.UNKNOWN and _is_converted(piece, before, after):
            self.totalling = True
        elif piece.shape is Shape.UNKNOWN:
            self._strange(piece)
        elif piece.shape is not Shape.SPACE:
            self._other(piece, after)

    def _other(self, piece: Piece, after: Piece | None) -> None:
        if self._turns(piece, after):
            return
        if piece.has(Cue.EACH):
            self.each = True
        elif piece.has(Cue.TOTAL):
            self.totalling = True
        elif piece.has(Cue.LIST):
            self._break(listing=True)
        elif self._is_glued_unit(piece):
            self.current.strange += piece.text  # 木方 is no 木
        elif piece.intents or (piece.word is not None and piece.word.names) or piece.shape is not Shape.WORD:
            self._close()

    def _is_glued_unit(self, piece: Piece) -> bool:
        """A counter right behind a name, and no number between."""
        item = self.current
        is_unit = piece.word is not None and bool(piece.word.units) and not piece.text.isascii()
        return is_unit and bool(item.words) and item.end == piece.start and item.quantity is None and not item.numbers

    def _turns(self, piece: Piece, after: Piece | None) -> bool:
        """Whether a word turns what was said, or what comes: 不对, 哎, 其中, 不要了, 不够了."""
        if piece.text == "不是" and after is not None and after.shape is Shape.QUANTITY and not self.recalling:
            self._close()
            self.negating = True  # 8桶不是6桶; 不是6瓶，8瓶
        elif piece.has(Cue.CORRECT):
            # 图纸改成1.2m的: something else is changed, and why is told.
            is_subject = self.current.end == piece.start and bool(self.current.strange) and not self.current.words
            is_of_other = piece.text.startswith(PHRASES.changes) and is_subject
            self._close()
            self.correcting = not is_of_other
        elif piece.has(Cue.RECALL):
            self._close()
            self.recalling = True
        elif piece.has(Cue.AMONG):
            self._close()
            self.parting = True
        elif piece.has(Cue.MORE) and self.recalling:
            self.recalling = False
        elif piece.has(Cue.DROP):
            is_led = piece.text in PHRASES.leading and after is not None and is_head(after)  # 水泥54包 算了细砂不要了
            if self.current.has_mention and not is_led:
                self.current.is_dropped = True
                self._close()
            else:
                self._close()
                self.dropping = True
        elif piece.text in PHRASES.short and self.current.quantity is None:
            self.current.is_ground = True  # 水管不够了: why something else is wanted
            self._close()
        else:
            return False
        return True

    def _break(self, *, listing: bool) -> None:
        self._close()
        self.clause += 1
        self.dropping = False
        self.in_list = listing
        self.current = Item(clause=self.clause, in_list=listing)

    def _close(self) -> None:
        item = self.current
        if not item.is_empty:
            item.is_correction, self.correcting = self.correcting or (self.negated and not item.has_mention), False
            self.negated = False
            item.is_echo, self.recalling = self.recalling, False
            item.is_dropped = item.is_dropped or (self.dropping and item.quantity is None)
            self.dropping = False
            self.items.append(item)
        self.loose = ""
        self.current = Item(clause=self.clause, in_list=self.in_list)

    def _mention(self, piece: Piece) -> Item:
        """The item that a piece of a mention belongs to; a complete one is closed first."""
        item = self.current
        loose = self.loose if self.loose_end == piece.start else ""
        if item.quantity is not None and item.has_mention and not self._may_be_size_first(item):
            self._close()
            item = self.current
        else:
            loose = self.loose
        # What is glued to a name is part of it: 玻化砖 is no 砖.
        item.strange, self.loose = item.strange + loose, ""
        if item.is_empty:
            item.start = piece.start
        item.end = piece.end
        item.said += piece.text
        return item

    @staticmethod
    def _may_be_size_first(item: Item) -> bool:
        """Quantity first: the mention goes on until something ends it."""
        return item.first_quantity is item.quantity

    def _size(self, piece: Piece, size: Size) -> None:
        item = self._mention(piece)
        is_counted = item.quantity is None and any(not number.marked for number in item.numbers)
        if is_counted and item.sizes and item.has_head:
            self._close()  # 5W灯泡46 9W灯泡83
            item = self._mention(piece)
        if len(item.sizes) < WORDS_MAX:
            item.sizes.append(size)
        else:
            item.strange += piece.text

    def _word(self, piece: Piece, word: Word) -> None:
        item = self._mention(piece)
        if len(item.words) >= WORDS_MAX:
            item.strange += piece.text
            return
        if item.quantity is None and any(not n.marked for n in item.numbers) and _is_apart(item.words, word):
            item = self._next_thing(item, piece)  # 疏散灯左向40右向40: after a number a word that cannot belong
        if self._is_second_colour(item, word):
            item = self._in_two_colours(item, piece)
        heads = [w for w in item.words if w.is_head] if word.is_head else []
        if heads and not any(w.materials & word.materials for w in heads):
            item = self._next_thing(item, piece)
        item.words.append(word)

    def _next_thing(self, item: Item, piece: Piece) -> Item:
        """25的水管跟25弯头: of a thing whose size is told already, the last number is that of the next."""
        is_sized = bool(item.sizes) or any(number.marked for number in item.numbers)
        is_led = is_sized and item.quantity is None and self.number_end == piece.start and not item.numbers[-1].marked
        number = item.numbers.pop() if is_led else None
        self._close()
        found = self._mention(piece)
        found.numbers += [] if number is None else [Number(number.text, marked=True)]
        return found

    def _is_second_colour(self, item: Item, word: Word) -> bool:
        """6平方光伏线红黑各1000米: both colours are of the same thing."""
        is_open = item.quantity is None or self._may_be_size_first(item)
        return is_open and _is_colour(word) and any(map(_is_colour, item.words)) and _is_apart(item.words, word)

    def _in_two_colours(self, item: Item, piece: Piece) -> Item:
        """Close the item of the first colour, and open one of the second with the same name and size."""
        size = as_size(item.quantity) if item.quantity is not None else None
        if size is not None:
            item.sizes.append(size)
            item.quantity = item.first_quantity = None
        words, sizes = [word for word in item.words if not _is_colour(word)], list(item.sizes)
        self._close()
        item = self._mention(piece)
        item.words, item.sizes = words, sizes
        return item

    def _number(self, piece: Piece, after: Piece | None, before: Piece | None) -> None:
        if piece.text == "一" and not (after is not None and (after.has(Cue.OF) or after.has(Cue.SIZE))):
            return  # alone it counts nothing
        item = self._mention(piece)
        marked = after is not None and (after.has(Cue.OF) or after.has(Cue.SIZE))
        if after is not None and after.text.startswith("厚") and piece.number is not None:
            size = size_of(piece.number + "厚")
            if size is not None:
                item.sizes.append(size)
                return
        if before is not None and before.has(Cue.SIZE):
            marked = True
        if marked and item.quantity is None and any(not number.marked for number in item.numbers) and item.has_head:
            self._close()  # 加气块100的640 200的415
            item = self._mention(piece)
        if not item.words and after is not None and is_part(after):
            marked = True
        if len(item.numbers) < WORDS_MAX:
            item.numbers.append(Number(piece.number, marked))
            self.number_end = piece.end
        else:
            item.strange += piece.text

    def _quantity(self, piece: Piece) -> None:
        if self.negating:
            self._refuse(piece)
            return
        item = self.current
        if self._is_stray(piece):
            self._close()
            item = self.current
        is_among, self.parting = self.parting, False
        if is_among:  # 其中200块: which amount is meant is asked
            piece = replace(piece, number=None)
        if item.is_empty and self._is_awaited():
            self.items[-1].quantity, self.items[-1].end = piece, piece.end
            return
        is_next = item.first_quantity is None or item.has_conflict or (item.has_head and self.ends_with_name)
        if item.quantity is not None and item.has_mention and is_next:
            # 3车中砂2车细砂: a clause that ends with a name puts every amount before its own.
            # Name, 20kg, 10包: the first may turn out to be the packing, which only the catalogue knows.
            # 2.5平方线4卷 2.5平方线1卷: a third amount begins the next thing; it never counts the one before.
            self._close()
            item = self.current
        elif item.quantity is not None:
            if item.has_mention:
                item.quantity, item.first_quantity, item.has_conflict = piece, item.quantity, True
                item.end = piece.end
                return
            size = as_size(piece)
            if size is not None:  # 60个25平方的铜鼻子
                item.sizes.append(size)
                item.end, item.said = piece.end, item.said + piece.text
                return
            item.has_conflict = True
        if self.loose and not item.has_mention:
            item.strange, self.loose = self.loose, ""
        if item.is_empty:
            item.start = piece.start
        if not item.has_mention:
            item.first_quantity = piece
        item.quantity, item.end, item.is_among = piece, piece.end, is_among
        item.is_each, self.each = self.each, False
        item.is_total, self.totalling = self.totalling and not item.has_mention, False

    def _refuse(self, piece: Piece) -> None:
        """8桶不是6桶: the amount that does not hold."""
        self.negating, self.negated = False, True
        last = self.items[-1] if self.items else None
        if last is not None and last.quantity is not None and not piece.text[0].isascii():
            # 二十包不是三十包, dictated: which of the two holds is asked.
            last.quantity = replace(last.quantity, number=None)

    def _is_stray(self, piece: Piece) -> bool:
        """墙面还差十几包抹灰砂浆: a strange word apart from an amount whose name follows."""
        item = self.current
        is_strange = bool(item.strange) and not (item.words or item.sizes or item.numbers)
        return is_strange and item.end != piece.start and item.quantity is None and self.ends_with_name

    def _is_awaited(self) -> bool:
        """桥架领30米 弯头2个: an amount behind a verb is that of the name before it."""
        last = self.items[-1] if self.items else None
        if last is None or self.correcting or self.recalling or self.each or self.totalling or self.loose:
            return False
        is_named = last.has_head or any(size.prefix for size in last.sizes)  # R22实盘4瓶
        is_open = is_named and last.quantity is None and not last.is_dropped
        return is_open and last.clause == self.clause and not any(not number.marked for number in last.numbers)

    def _strange(self, piece: Piece) -> None:
        item = self.current
        if item.quantity is not None and item.has_mention:
            self.loose += piece.text
            self.loose_end = piece.end
        elif piece.text in PHRASES.small and item.words and len(item.words[-1].text) == 1 and item.end == piece.start:
            item.end = piece.end  # 钉子 is 钉
        else:
            self._mention(piece).strange += piece.text

    def detail(self, piece: Piece) -> None:
        """What is told of the thing before, or of the one to come."""
        item = self.current if not self.current.is_empty or not self.items else self.items[-1]
        if piece.shape is Shape.PRICE:
            item.unit_price = piece
        elif piece.shape is Shape.AMOUNT:
            item.amount = piece
        elif piece.shape is Shape.LOT:
            item.lot = piece.values[0].upper()
        elif piece.shape is Shape.EXPIRY and piece.when is not None:
            item.expiry = piece.when.ahead[1]
        elif piece.shape is Shape.SERIALS:
            item.serials = tuple(number.upper() for number in piece.values)


def details_of(pieces: Iterable[Piece]) -> Item:
    """The prices, lots and serials of a text, for a thing that stands elsewhere."""
    builder = ItemBuilder()
    for piece in pieces:
        if piece.shape in DETAILS:
            builder.detail(piece)
    return builder.current


def _counts_people(piece: Piece, after: Piece | None) -> bool:
    """两个小唐: right before a person it counts nothing of the book."""
    return after is not None and after.start == piece.end and bool(after.codes(Domain.PERSON)) and not is_part(after)


def _is_plus(piece: Piece, after: Piece | None) -> bool:
    """美缝剂48支 加 瓷砖胶35袋; but 加厚 is a kind."""
    if piece.text != "加" or after is None:
        return False
    return after.shape in (Shape.SPACE, Shape.SIZE, Shape.QUANTITY)


def _is_converted(piece: Piece, before: Piece | None, after: Piece | None) -> bool:
    """30卷(合300平)."""
    is_amount = after is not None and after.shape is Shape.QUANTITY
    return piece.text in PHRASES.equals and is_amount and before is not None and before.is_gap


def _is_colour(word: Word) -> bool:
    return word.text.removesuffix("色") in COLOURS


def _is_apart(words: Sequence[Word], word: Word) -> bool:
    """Whether nothing is called by all these words, though something is by those before."""
    pool = None
    for one in words:
        pool = one.materials if pool is None else pool & one.materials
    return bool(pool) and not (pool or 0) & word.materials


def _clause_ends(pieces: Sequence[Piece]) -> list[bool]:
    """For every piece, whether a name stands last in its clause, behind all amounts."""
    found: list[bool] = []
    named: bool | None = None
    for piece in reversed(pieces):
        if piece.shape is Shape.BREAK or piece.has(Cue.LIST):
            named = None
        elif named is None and (piece.shape is Shape.QUANTITY or is_head(piece)):
            named = piece.shape is not Shape.QUANTITY
        found.append(bool(named))
    return found[::-1]


def _merged(items: Iterable[Item]) -> list[Item]:
    """A quantity parted from its name by a comma belongs to it still."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if last is None or item.is_correction or item.is_echo or item.is_dropped or last.is_dropped or item.in_list:
            found.append(item)
        elif _sums_up(item, last):
            continue
        elif last.quantity is None and not item.has_mention:
            last.quantity, last.is_each = item.quantity, item.is_each
            _keep_details(last, item)
        elif last.quantity is None and all(number.marked for number in last.numbers) and item.is_bare_number:
            last.numbers = [*last.numbers, *item.numbers]
            _keep_details(last, item)
        elif (
            not last.has_mention
            and item.has_head
            and last.quantity is not None
            and last.quantity.text in PHRASES.single
        ):
            found[-1] = item  # 补申购一个，扎丝100公斤
        elif not last.has_mention and item.has_head and _is_hollow(last) and last.clause != item.clause:
            found[-1] = item  # 还差几样，申购：…
        elif (
            not last.has_mention and item.quantity is None and not (item.has_head and last.is_correction and found[1:])
        ):
            # 扎丝改成30公斤，水泥是32.5的: what is corrected stands before.
            item.quantity, item.first_quantity = last.quantity, last.quantity
            item.is_correction, item.is_echo = last.is_correction, last.is_echo
            _keep_details(item, last)
            found[-1] = item
        else:
            found.append(item)
    return found


def _is_hollow(item: Item) -> bool:
    return item.quantity is not None and item.quantity.number is None


def _sums_up(item: Item, last: Item) -> bool:
    """共20包 behind 20包 says nothing new; in another unit it may (3捆共6吨), which the catalogue tells."""
    if not item.is_total or item.has_mention or item.quantity is None or last.quantity is None:
        return False
    return item.quantity.units == last.quantity.units and item.quantity.number == last.quantity.number


def with_details(item: Item, other: Item) -> Item:
    """The item with what is told of another beside its own."""
    _keep_details(item, other)
    return item


def _keep_details(item: Item, other: Item) -> None:
    item.unit_price = item.unit_price or other.unit_price
    item.amount = item.amount or other.amount
    item.lot = item.lot or other.lot
    item.expiry = item.expiry or other.expiry
    item.serials = item.serials or other.serials
