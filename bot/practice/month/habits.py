"""Who takes what on an ordinary day, and how quickly people answer: the habits of two building sites."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

SITE: Final = {"P01": "W01", "P02": "W02"}  # where a project's material lies
SHARED: Final = "W00"
KEEPER: Final = {"P01": "u-caobin", "P02": "u-weilan"}
STEWARD: Final = "u-jiangmei"
BUYER: Final = "u-xujing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One material of a trip to the store: between `low` and `high` steps of `step`; taken `chance` times in 100.

    `floor` is what the keeper leaves lying there whatever happens.
    """

    material: str
    low: int
    high: int
    unit: str
    step: Decimal = Decimal(1)
    chance: int = 100
    per_base: Decimal = Decimal(1)  # how many of `unit` make one base unit
    floor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A team fetches material `chance` days in 100, from the working day `begins` on."""

    team: str
    project: str
    stage: str
    takes: tuple[Take, ...]
    chance: int = 100
    is_morning: bool = True
    begins: int = 0
    warehouse: str = ""  # the site's own unless another is named


TENTH: Final = Decimal("0.1")
TWENTIETH: Final = Decimal("0.05")
TEN: Final = Decimal(10)

CEMENT: Final = Take(material="SN-425", low=24, high=36, unit="包")
STEEL_16: Final = Take(material="GJ-16", low=7, high=10, unit="吨", step=TENTH)
STEEL_12: Final = Take(material="GJ-12", low=9, high=13, unit="吨", step=TWENTIETH)
# From ten days before the end the steel fixers take clearly more: longer laps, and the short ends stay in the mud.
MUCH_STEEL_16: Final = Take(material="GJ-16", low=10, high=13, unit="吨", step=TENTH)
MUCH_STEEL_12: Final = Take(material="GJ-12", low=13, high=17, unit="吨", step=TWENTIETH)
WIRE: Final = Take(material="GJ-ZS", low=5, high=8, unit="公斤", floor=Decimal(64))

MASONS: Final = "瓦工班"
STEEL_FIXERS: Final = "钢筋班"
CARPENTERS: Final = "木工班"
PLUMBERS: Final = "水电班"
PLASTERERS: Final = "抹灰班"

TRIPS: Final = (
    Trip(
        team=MASONS,
        project="P01",
        stage="主体结构",
        takes=(CEMENT, Take(material="SS-ZS", low=3, high=5, unit="方", chance=85)),
    ),
    Trip(
        team=MASONS,
        project="P01",
        stage="主体结构",
        takes=(
            Take(material="ZW-HZ", low=60, high=100, unit="块", step=TEN),
            Take(material="SN-GH", low=6, high=12, unit="包", chance=50),
        ),
        chance=50,
        is_morning=False,
    ),
    Trip(
        team=MASONS,
        project="P01",
        stage="装饰装修",
        takes=(
            Take(material="JN-CZJ", low=4, high=7, unit="包"),
            Take(material="MC-DZ800", low=2, high=4, unit="箱", chance=60, per_base=Decimal(3)),
        ),
        chance=35,
        is_morning=False,
        begins=9,
    ),
    Trip(team=STEEL_FIXERS, project="P01", stage="主体结构", takes=(STEEL_16, STEEL_12)),
    Trip(
        team=STEEL_FIXERS,
        project="P01",
        stage="主体结构",
        takes=(
            Take(material="GJ-PY8", low=2, high=4, unit="吨", step=TENTH),
            Take(material="GJ-20", low=3, high=5, unit="吨", step=TENTH, chance=50),
        ),
        chance=30,
        is_morning=False,
    ),
    Trip(team=STEEL_FIXERS, project="P01", stage="主体结构", takes=(WIRE,), chance=66, is_morning=False),
    Trip(
        team=CARPENTERS,
        project="P01",
        stage="主体结构",
        takes=(
            Take(material="MU-MB", low=12, high=22, unit="张", floor=Decimal(18)),
            Take(material="MU-MF", low=5, high=9, unit="根", step=Decimal(5), chance=85, floor=Decimal(25)),
        ),
        chance=65,
    ),
    Trip(
        team=CARPENTERS,
        project="P01",
        stage="主体结构",
        takes=(
            Take(material="WJ-DL", low=6, high=12, unit="根", step=TEN),
            Take(material="WJ-TD", low=2, high=5, unit="公斤", chance=60),
        ),
        chance=25,
        is_morning=False,
    ),
    Trip(
        team=PLUMBERS,
        project="P02",
        stage="机电安装",
        takes=(
            Take(material="DL-BV25", low=2, high=3, unit="卷", floor=Decimal(2)),
            Take(material="DL-XG20", low=4, high=8, unit="根", step=TEN, chance=75),
        ),
        chance=80,
    ),
    Trip(
        team=PLUMBERS,
        project="P02",
        stage="机电安装",
        takes=(
            Take(material="GC-PPR25", low=8, high=15, unit="米", step=Decimal(4)),
            Take(material="GC-PVC110", low=3, high=6, unit="米", step=Decimal(4), chance=40),
        ),
        chance=45,
        is_morning=False,
    ),
    Trip(
        team=PLUMBERS,
        project="P02",
        stage="机电安装",
        takes=(
            Take(material="DL-XH86", low=6, high=12, unit="个", step=TEN),
            Take(material="DL-BV4", low=1, high=2, unit="卷", chance=50),
        ),
        chance=30,
        is_morning=False,
    ),
    Trip(
        team=PLUMBERS,
        project="P02",
        stage="机电安装",
        takes=(
            Take(material="DL-CZ", low=2, high=4, unit="个", step=TEN),
            Take(material="DL-KG", low=1, high=2, unit="个", step=TEN, chance=60),
        ),
        chance=45,
        is_morning=False,
        begins=16,
    ),
    Trip(
        team=PLASTERERS,
        project="P02",
        stage="精装修",
        takes=(
            Take(material="SN-425", low=4, high=7, unit="包"),
            Take(material="SS-XS", low=1, high=2, unit="方", chance=70),
        ),
        chance=55,
    ),
    Trip(
        team=PLASTERERS,
        project="P02",
        stage="精装修",
        takes=(Take(material="TL-FS", low=1, high=3, unit="桶", floor=Decimal(20)),),
        chance=60,
        begins=10,
    ),
    Trip(
        team=PLASTERERS,
        project="P02",
        stage="精装修",
        takes=(Take(material="TL-NZ", low=8, high=14, unit="包"),),
        chance=50,
        is_morning=False,
        begins=13,
    ),
    Trip(
        team=PLASTERERS,
        project="P02",
        stage="精装修",
        takes=(Take(material="TL-NQ", low=1, high=2, unit="桶"),),
        chance=20,
        is_morning=False,
        begins=12,
        warehouse=SHARED,
    ),
)

# How many minutes pass before somebody presses a card's button.
PRESSES_WITHIN: Final[Mapping[str, tuple[int, int]]] = {
    "u-hewei": (6, 70),
    "u-tangyu": (4, 35),
    "u-xujing": (8, 55),
    "u-pengfang": (20, 110),
    "u-shenrong": (30, 180),
    "u-caobin": (8, 35),
    "u-weilan": (5, 30),
}

# How many days after the order a supplier's lorry comes.
LEAD_DAYS: Final[Mapping[str, int]] = {"S01": 2, "S02": 3, "S03": 1, "S04": 2, "S05": 2, "S06": 2}
DRIVERS: Final[Mapping[str, str]] = {
    "S01": "水泥车",
    "S02": "钢筋车",
    "S03": "东港的车",
    "S04": "百汇送货的",
    "S05": "顺达送货的",
    "S06": "青松的车",
}
LEADER: Final[Mapping[str, str]] = {
    MASONS: "u-majun",
    STEEL_FIXERS: "u-fanggang",
    CARPENTERS: "u-zhouliang",
    PLUMBERS: "u-dengtao",
    PLASTERERS: "u-tianfeng",
}
