"""第二个, 选2, 1和4, 最后一个: choices made by their place in a list; 第二行改成30包: words about one line."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.language.numerals import value_of

_NUMERAL: Final = "[一二三四五六七八九十两]{1,3}|[0-9]{1,3}"
_ORDINAL: Final = re.compile(rf"(?:我?[选要]|就)?第({_NUMERAL})[个种项条样张位家台款]?(?:吧|的|的吧)?")
_PICKED: Final = re.compile(r"(?:我?选|就)?([一二三四五六七八九十]{1,2}|[0-9]{1,2})(?:号|吧)?")
_LAST: Final = re.compile(r"(?:我?[选要]|就)?(?:最后|后面|末尾)(?:的|一|那)?[个种项条样](?:吧)?")
_FIRST: Final = re.compile(r"(?:我?[选要]|就)?(?:前面|最前面|头)(?:的|一|那)?[个种](?:吧)?")
_SEVERAL: Final = re.compile(r"(?:我?[选要])?[0-9]{1,2}(?:[ ,，、和;]+[0-9]{1,2})+")

_ADDRESS: Final = re.compile(rf"(?<!倒数)(?:我?[选要]|就|那)?第({_NUMERAL})([行条项样个种号张位家款])")
# 前面那个5盒，后面那个4个
_SIDE: Final = re.compile(r"(?:(?P<first>前|上)|后|下|最后)(?:面|边|头)?的?(?:那|一)?(?:一)?[个行条项样种](?=.)")
_FROM_END: Final = re.compile(rf"(?:我?[选要]|就)?倒数第({_NUMERAL})[个种项条样](?:吧)?")
_WITHOUT: Final = re.compile(rf"(?:去掉|删掉|删了|删除|不要|取消|划掉)第({_NUMERAL})[行条项样个种]")
_CLAUSE: Final = re.compile(r"(?:[，;。、\n]|,(?![0-9])|(?<![0-9]),)+")
# What turns the words behind 第二个 into words about the second line rather than a choice.
_CHANGES: Final = re.compile(
    r"的?(?:数量|单价|价格|材料)?(?:改成|改为|改|换成|换|应该是|应为|写成|变成|不是|是|不要|不用|删|去掉|取消)"
)
_CHANGED_TO: Final = re.compile(r"的?(?:数量|材料)?(?:改成|改为|改|换成|换|应该是|应为|写成|变成|是|要)?")
_DROPPED: Final = re.compile(r"的?(?:不要|不用|删|去掉|取消|划掉|不领|不买)(?:了|掉|除)?(?:吧)?")
_WRONG: Final = re.compile(r"(?:哦|啊|哎)?(?:不对|不是|错了|说错了|不不?)+(?:不对)?")
_LINE_WORDS: Final = "行条项样"
CLAUSES_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class Addressed:
    """What was said of one line, counted from 0; `is_dropped`: it is not wanted any more."""

    line: int
    words: str
    is_dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer taken apart: places in a list (from 0), words about single lines, and the rest as it was said."""

    picks: tuple[int, ...] = ()
    addressed: tuple[Addressed, ...] = ()
    rest: str = ""


def chosen(text: str, count: int, *, bare: bool) -> int | None:
    """The index that is meant, within the count. `bare`: a number alone is such a choice."""
    plain = text.strip(" ,，。.!\n\t")
    if _LAST.fullmatch(plain):
        return count - 1
    if _FIRST.fullmatch(plain):
        return 0
    if back := _FROM_END.fullmatch(plain):
        place = _place(back[1], count)
        return None if place is None else count - 1 - place
    match = _ORDINAL.fullmatch(plain)
    if match is None and (bare or plain.startswith(("选", "我选"))):
        match = _PICKED.fullmatch(plain)
    return _place(match[1], count) if match else None


def taken_apart(text: str, choices: int, lines: int) -> Told:
    """Choices and words about lines, out of an answer to a question that offered so many choices."""
    if _SEVERAL.fullmatch(text.strip()):
        picks = tuple(_place(number, choices) for number in re.findall("[0-9]+", text))
        return Told(picks=tuple(p for p in picks if p is not None)) if None not in picks else Told(rest=text)
    picks, addressed, rest = list[int](), list[Addressed](), list[str]()
    for clause in _clauses(text):
        if picks and _WRONG.fullmatch(clause):
            picks.clear()  # 第一个，不对，第二个
        elif choices and (at := chosen(clause, choices, bare=True)) is not None:
            picks.append(at)
        elif (gone := _WITHOUT.fullmatch(clause)) is not None and (at := _place(gone[1], lines)) is not None:
            addressed.append(Addressed(at, "", is_dropped=True))
        elif lines > 1 and (side := _SIDE.match(clause)) is not None and clause[side.end() :].strip("的吧"):
            addressed.append(_about(0 if side["first"] else lines - 1, clause[side.end() :].strip()))
        elif (found := _ADDRESS.match(clause)) is not None and (at := _place(found[1], 999)) is not None:
            behind = clause[found.end() :].strip()
            is_told = lines > 1 and bool(behind.strip("的吧"))  # 第3个8桶
            if at < lines and (is_told or found[2] in _LINE_WORDS or _CHANGES.match(behind)):
                addressed.append(_about(at, behind))
            elif at < choices:
                picks.append(at)
                rest.append(behind)
            else:
                rest.append(clause)
        elif addressed and not rest and clause.startswith(("是", "改", "换", "应")):
            addressed[-1] = _about(addressed[-1].line, clause)  # 第二行不是红砖，是加气块
        else:
            rest.append(clause)
    if not (picks or addressed):
        return Told(rest=text)
    return Told(picks=tuple(picks), addressed=tuple(addressed), rest="，".join(word for word in rest if word.strip()))


def _clauses(text: str) -> list[str]:
    """Parted by punctuation, and in dictated text before every 第二行."""
    marked = text if _WITHOUT.search(text) else _ADDRESS.sub(lambda found: f"，{found[0]}", text)
    return [clause.strip() for clause in _CLAUSE.split(marked, maxsplit=CLAUSES_MAX) if clause.strip()]


def _about(line: int, words: str) -> Addressed:
    if _DROPPED.fullmatch(words):
        return Addressed(line, "", is_dropped=True)
    found = _CHANGED_TO.match(words)
    return Addressed(line, words[found.end() :].strip() if found else words)


def _place(numeral: str, count: int) -> int | None:
    value = value_of(numeral)
    if value is None or value.denominator != 1 or not 1 <= value <= count:
        return None
    return int(value) - 1
