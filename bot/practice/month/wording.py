"""How people put it: names they use for a material, and the ways to say the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

# The first name is understood beside any figure; "16螺纹20吨" is not, because 螺纹20 is a material as well.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "SN-425": ("42.5水泥", "水泥", "42.5水泥", "425水泥"),
    "SN-GH": ("砌筑砂浆", "干混砂浆"),
    "GJ-12": ("12的螺纹钢", "12螺纹", "三级钢12"),
    "GJ-16": ("16的螺纹钢", "16螺纹", "三级钢16"),
    "GJ-20": ("20的螺纹钢", "20螺纹"),
    "GJ-PY8": ("盘圆8", "线材8"),
    "GJ-ZS": ("扎丝", "绑扎丝"),
    "SS-ZS": ("黄砂", "中砂", "黄沙"),
    "SS-SZ": ("碎石", "石子"),
    "SS-XS": ("细砂",),
    "ZW-HZ": ("红砖", "标准砖"),
    "MC-DZ800": ("800地砖",),
    "JN-CZJ": ("瓷砖胶",),
    "MU-MB": ("模板", "木模板"),
    "MU-MF": ("方木", "木方"),
    "WJ-TD": ("铁钉", "圆钉"),
    "WJ-DL": ("对拉螺杆", "穿墙螺杆"),
    "DL-BV25": ("2.5电线", "2.5平方电线"),
    "DL-BV4": ("4平方电线",),
    "DL-XG20": ("线管", "20线管"),
    "DL-XH86": ("接线盒", "底盒"),
    "DL-CZ": ("五孔插座", "插座"),
    "DL-KG": ("单开开关", "墙开"),
    "GC-PPR25": ("25PPR", "PPR管25"),
    "GC-PVC110": ("110排水管", "110PVC"),
    "TL-FS": ("防水涂料",),
    "TL-NZ": ("腻子粉", "耐水腻子"),
    "TL-NQ": ("乳胶漆", "内墙漆"),
    "LB-AQM": ("安全帽",),
    "LB-ST": ("手套",),
}
SPOKEN_UNITS: Final = {"立方米": "方", "千克": "公斤"}
_DIGITS: Final = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a material, in the unit in which it is said."""

    material: str
    quantity: Decimal
    unit: str


def plain(number: Decimal) -> str:
    """A number as people type it."""
    return f"{number.normalize():f}"


def name(rng: Random, material: str, *, safe: bool = False) -> str:
    """What somebody calls a material; the safe name where a figure follows that could be part of another's name."""
    names = NAMES[material]
    return names[0] if safe else rng.choice(names)


def amount(rng: Random, one: Amount, *, safe: bool = False) -> str:
    """黄砂5方; steel now and then in kilograms."""
    number, unit = one.quantity, SPOKEN_UNITS.get(one.unit, one.unit)
    if unit == "吨" and number < 1 and rng.randrange(6) == 0:
        number, unit = number * 1000, "公斤"
    is_whole = number == number.to_integral_value() and one.material.startswith("GJ")
    called = name(rng, one.material, safe=safe or is_whole)
    return f"{called}{' ' if called[-1].isdigit() else ''}{plain(number)}{unit}"


def amounts(rng: Random, them: Sequence[Amount], *, safe: bool = False) -> str:
    """Several of them, in one breath."""
    return rng.choice(("、", " ")).join(amount(rng, one, safe=safe) for one in them)


def issue(rng: Random, team: str, them: Sequence[Amount], *, stage: str = "", where: str = "") -> str:
    """A storekeeper's message that books an issue. `where` names a store that is not the site's own."""
    said, after = amounts(rng, them), f" {stage}" if stage else ""
    if where:
        return rng.choice((f"从{where}领{said} {team}{after}", f"{where}领{said} {team}{after}"))
    ways = [
        f"领{said} {team}{after}",
        f"领{said} {team}{after}",
        f"{team}领{said}{after}",
        f"{team}领{said}{after}",
        f"{team} 出库{said}{after}",
        f"领料：{said}，{team}{after}",
        f"{said} {team}领{after}",
    ]
    if len(them) == 1:
        ways.append(f"发{said}给{team}{after}")
    if rng.randrange(40) == 0:
        return f"零料{said} {team}{after}"  # a slip of the keyboard that is understood
    return rng.choice(ways)


def receipt(rng: Random, them: Sequence[Amount]) -> str:
    """A storekeeper's message that books what a lorry brought."""
    said = amounts(rng, them, safe=True)
    return rng.choice((f"收货{said}", f"收货{said}", f"到货 {said}", f"{said}入库", f"收料 {said}"))


def aloud(number: Decimal) -> str:
    """A number below ten with one decimal as speech recognition writes it: 零点九, 一点二."""
    whole, tenth = divmod(int(number * 10), 10)
    return f"{_DIGITS[whole]}点{_DIGITS[tenth]}" if tenth else _DIGITS[whole]
