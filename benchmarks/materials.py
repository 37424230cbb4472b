"""Fabricates a believable book of materials, up to 50,000: few heads, many sizes, makers and colours of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final

from domain.company import Company, Customer, Equipment, Material, Person, Project, Supplier, Team, Unit, Warehouse

_STEEL: Final = ["沙钢", "永钢", "中天", "首钢", "河钢", "鞍钢", "马钢", "日照"]
_CABLES: Final = ["远东", "上上", "宝胜", "江南", "起帆", "亨通", "中天", "熊猫"]
_BRANDS: Final = ["公牛", "正泰", "德力西", "施耐德", "西门子", "ABB", "人民", "天正"]
_PIPES: Final = ["联塑", "伟星", "日丰", "中财", "公元", "金牛"]
_TILES: Final = ["马可波罗", "东鹏", "诺贝尔", "冠珠", "蒙娜丽莎", "鹰牌"]
_PAINTS: Final = ["立邦", "多乐士", "三棵树", "嘉宝莉", "华润"]
_COLOURS: Final = ["红", "黄", "蓝", "绿", "黑", "白", "灰", "双色"]
_FINISHES: Final = ["镀锌", "发黑", "304不锈钢", "316不锈钢", "达克罗"]
_DIAMETERS: Final = (6, 8, 10, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 50)
_NOMINAL: Final = (15, 20, 25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400)
_SECTIONS: Final = ("1.5", "2.5", "4", "6", "10", "16", "25", "35", "50", "70", "95", "120", "150", "185", "240")
_CORES: Final = ("1", "2", "3", "4", "5", "3+1", "3+2", "4+1")


@dataclass(frozen=True, slots=True)
class Family:
    """One head: its name, category, unit, other units, aliases, and every specification it comes in."""

    name: str
    category: str
    unit: str
    specs: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    units: tuple[tuple[str, Fraction], ...] = ()


def _crossed(*parts: object) -> tuple[str, ...]:
    """Every combination of the parts, each a row of words or numbers."""
    return tuple(" ".join(map(str, row)) for row in product(*parts))  # type: ignore[call-overload]  # rows of words


def families() -> tuple[Family, ...]:
    """All heads, the crowded ones first."""
    weights = (("千克", Fraction(1000)),)
    found = [
        Family(
            "螺纹钢",
            "钢材",
            "吨",
            _crossed(("HRB400", "HRB400E", "HRB500"), [f"Φ{d}" for d in _DIAMETERS], ("9m", "12m"), _STEEL),
            ("钢筋", "螺纹"),
            weights,
        ),
        Family(
            "盘螺",
            "钢材",
            "吨",
            _crossed(("HRB400", "HRB400E"), [f"Φ{d}" for d in (6, 8, 10, 12)], _STEEL),
            (),
            weights,
        ),
        Family("圆钢", "钢材", "吨", _crossed(("HPB300", "Q235"), [f"Φ{d}" for d in _DIAMETERS], _STEEL), (), weights),
        Family(
            "工字钢",
            "钢材",
            "吨",
            _crossed(("Q235B", "Q355B"), [f"{n}#" for n in range(10, 46, 2)], _STEEL),
            (),
            weights,
        ),
        Family(
            "槽钢", "钢材", "吨", _crossed(("Q235B", "Q355B"), [f"{n}#" for n in range(5, 41, 2)], _STEEL), (), weights
        ),
        Family(
            "镀锌钢管",
            "管材",
            "米",
            _crossed([f"DN{d}" for d in _NOMINAL], ("2.5mm", "2.75mm", "3.25mm", "4.0mm"), _STEEL),
            ("镀锌管",),
            (("根", Fraction(1, 6)),),
        ),
        Family(
            "无缝钢管",
            "管材",
            "米",
            _crossed(
                [f"{d}x{t}" for d in (32, 38, 45, 57, 76, 89, 108, 133, 159, 219) for t in (3, 4, 5, 6, 8)],
                ("20#", "Q345"),
                _STEEL,
            ),
            ("无缝管",),
        ),
        Family(
            "电力电缆",
            "电缆",
            "米",
            _crossed(
                ("YJV", "YJV22", "WDZ-YJY", "VV", "YJLV"), [f"{c}x{s}" for c in _CORES for s in _SECTIONS], _CABLES
            ),
            ("电缆",),
            (("卷", Fraction(1, 100)),),
        ),
        Family(
            "控制电缆",
            "电缆",
            "米",
            _crossed(
                ("KVV", "KVVP", "KVVR"),
                [f"{c}x{s}" for c in (2, 3, 4, 5, 7, 10, 14, 19) for s in ("1", "1.5", "2.5")],
                _CABLES,
            ),
        ),
        Family(
            "电线",
            "电线",
            "卷",
            _crossed(("BV", "BVR", "WDZ-BYJ", "ZR-BV"), _SECTIONS[:8], _COLOURS, _CABLES),
            ("铜芯线",),
            (("米", Fraction(100)),),
        ),
        Family(
            "网线",
            "弱电",
            "箱",
            _crossed(("六类", "超五类", "七类"), ("屏蔽", "非屏蔽"), _CABLES),
            ("双绞线",),
            (("米", Fraction(305)),),
        ),
        *(
            Family(
                name,
                "紧固件",
                "个",
                _crossed(
                    [f"M{d}x{n}" for d in (5, 6, 8, 10, 12, 14, 16, 20, 24, 27, 30) for n in range(16, 201, 8)],
                    grades,
                    _FINISHES,
                ),
            )
            for name, grades in (
                ("外六角螺栓", ("4.8级", "8.8级", "10.9级")),
                ("内六角螺栓", ("8.8级", "12.9级")),
                ("沉头螺栓", ("4.8级",)),
                ("膨胀螺栓", ("4.8级",)),
                ("化学锚栓", ("5.8级",)),
                ("双头螺柱", ("8.8级",)),
            )
        ),
        *(
            Family(
                name,
                "紧固件",
                "个",
                _crossed([f"M{d}" for d in (5, 6, 8, 10, 12, 14, 16, 20, 24, 27, 30, 36)], _FINISHES),
            )
            for name in ("六角螺母", "平垫", "弹垫", "法兰螺母", "盖形螺母")
        ),
        *(
            Family(
                name,
                "水暖",
                "个",
                _crossed([f"dn{d}" for d in (20, 25, 32, 40, 50, 63, 75, 90, 110)], ("PPR", "PE", "PVC"), _PIPES),
            )
            for name in ("90度弯头", "45度弯头", "等径三通", "直接", "管帽", "内丝直接", "外丝弯头", "异径三通")
        ),
        Family(
            "PPR管",
            "水暖",
            "米",
            _crossed([f"dn{d}" for d in (20, 25, 32, 40, 50, 63)], ("S2.5", "S3.2", "S4"), _PIPES),
            (),
            (("根", Fraction(1, 4)),),
        ),
        Family(
            "PVC排水管",
            "水暖",
            "米",
            _crossed([f"De{d}" for d in (50, 75, 110, 160, 200, 315)], ("2.0mm", "3.2mm", "4.0mm"), _PIPES),
            ("排水管",),
        ),
        *(
            Family(
                name,
                "阀门",
                "个",
                _crossed([f"DN{d}" for d in _NOMINAL], ("PN10", "PN16", "PN25"), ("铸铁", "铸钢", "不锈钢")),
            )
            for name in ("闸阀", "蝶阀", "球阀", "止回阀", "截止阀", "减压阀", "过滤器")
        ),
        *(
            Family(
                name,
                "电气",
                "个",
                _crossed(
                    kinds,
                    [f"{a}A" for a in (6, 10, 16, 20, 25, 32, 40, 50, 63, 80, 100)],
                    ("1P", "2P", "3P", "4P"),
                    _BRANDS,
                ),
            )
            for name, kinds in (("断路器", ("C型", "D型")), ("漏电断路器", ("30mA", "300mA")), ("隔离开关", ("",)))
        ),
        Family(
            "接触器",
            "电气",
            "个",
            _crossed([f"{a}A" for a in (9, 12, 18, 25, 32, 40, 65, 95)], ("220V", "380V", "24V"), _BRANDS),
        ),
        Family(
            "开关面板",
            "电气",
            "个",
            _crossed(("单开", "双开", "三开", "四开"), ("单控", "双控"), ("白", "灰", "金"), _BRANDS),
            ("开关",),
        ),
        Family(
            "插座面板",
            "电气",
            "个",
            _crossed(("五孔", "七孔", "三孔16A", "网络"), ("白", "灰", "金"), _BRANDS),
            ("插座",),
        ),
        Family(
            "LED灯管",
            "灯具",
            "根",
            _crossed([f"{w}W" for w in (8, 12, 16, 18, 22, 30)], ("0.6m", "1.2m"), ("暖光", "白光"), _BRANDS),
            ("灯管",),
        ),
        Family(
            "筒灯",
            "灯具",
            "个",
            _crossed(
                [f"{w}W" for w in (3, 5, 7, 9, 12, 18)], ("开孔75", "开孔95", "开孔120"), ("暖光", "白光"), _BRANDS
            ),
        ),
        Family(
            "电缆桥架",
            "电气",
            "米",
            _crossed(
                [
                    f"{w}x{h}x{t}"
                    for w in (100, 150, 200, 300, 400, 500, 600)
                    for h in (50, 100, 150, 200)
                    for t in ("1.0", "1.2", "1.5", "2.0")
                ],
                ("槽式", "梯式", "托盘式"),
            ),
            ("桥架",),
        ),
        Family(
            "地砖",
            "瓷砖",
            "片",
            _crossed(
                ("300x300", "600x600", "800x800", "600x1200", "750x1500"), ("灰", "米黄", "白", "木纹", "仿石"), _TILES
            ),
            (),
            (("平方米", Fraction(9, 25)), ("箱", Fraction(1, 4))),
        ),
        Family(
            "墙砖",
            "瓷砖",
            "片",
            _crossed(("300x600", "400x800", "300x900"), ("灰", "米黄", "白", "暗花"), _TILES),
            (),
            (("平方米", Fraction(9, 50)), ("箱", Fraction(1, 8))),
        ),
        Family(
            "乳胶漆",
            "涂料",
            "桶",
            _crossed(("内墙", "外墙", "防霉", "净味"), ("5L", "18L", "20kg"), ("白", "象牙白", "浅灰"), _PAINTS),
        ),
        Family("防水涂料", "涂料", "桶", _crossed(("JS", "K11", "聚氨酯", "丙烯酸"), ("10kg", "20kg"), _PAINTS)),
        Family(
            "水泥",
            "水泥",
            "吨",
            _crossed(("P.O42.5", "P.C32.5", "P.O52.5"), ("袋装", "散装"), ("海螺", "华新", "中联", "南方")),
            (),
            (("包", Fraction(20)),),
        ),
        Family(
            "木方",
            "木材",
            "根",
            _crossed(
                [f"{a}x{b}" for a, b in ((40, 60), (40, 90), (50, 70), (50, 100), (100, 100))],
                ("2m", "3m", "4m"),
                ("松木", "杉木", "白松"),
            ),
            ("方木",),
        ),
        Family(
            "竹胶板",
            "木材",
            "张",
            _crossed(("1220x2440", "915x1830"), ("10mm", "12mm", "15mm"), ("A级", "B级")),
            ("模板",),
        ),
        Family(
            "深沟球轴承",
            "轴承",
            "个",
            _crossed(
                [str(n) for n in (*range(6000, 6021), *range(6200, 6221), *range(6300, 6321))],
                ("2RS", "ZZ", "开式"),
                ("NSK", "SKF", "哈轴", "瓦轴"),
            ),
            ("轴承",),
        ),
        *(
            Family(name, "工具", unit, _crossed(sizes, ("世达", "史丹利", "得力", "田岛", "博世")))
            for name, unit, sizes in (
                ("活动扳手", "把", ("6寸", "8寸", "10寸", "12寸", "15寸")),
                ("麻花钻头", "支", [f"{d / 2:g}mm" for d in range(2, 41)]),
                ("切割片", "片", [f"{d}x{t}" for d in (100, 125, 150, 180, 350, 400) for t in ("1.2", "1.6", "3.0")]),
                ("砂纸", "张", [f"{n}目" for n in (60, 80, 120, 180, 240, 320, 400, 600, 800, 1000, 1500, 2000)]),
                ("卷尺", "把", ("3m", "5m", "7.5m", "10m")),
            )
        ),
        Family("安全帽", "劳保", "顶", _crossed(("ABS", "玻璃钢"), ("红", "黄", "蓝", "白"), ("透气", "普通"))),
        Family(
            "劳保手套",
            "劳保",
            "双",
            _crossed(("棉纱", "浸胶", "挂胶", "帆布"), ("加厚", "普通"), ("S号", "M号", "L号")),
            ("手套",),
        ),
        Family("密目网", "安全", "张", _crossed(("1.8x6", "1.5x6"), ("2000目", "2300目"), ("绿", "蓝")), ("安全网",)),
    ]
    return tuple(sorted(found, key=lambda family: -len(family.specs)))


def materials(count: int, seed: int = 1) -> dict[str, Material]:
    """So many materials. Every family is there from the beginning, the crowded ones grow with the count."""
    chance = random.Random(seed)  # reproducible, not secret
    heads = families()
    whole = sum(len(family.specs) for family in heads)
    found: dict[str, Material] = {}
    for number, family in enumerate(heads):
        specs = list(family.specs)
        chance.shuffle(specs)
        for index, spec in enumerate(_grown(family, specs, round(count * len(specs) / whole))):
            code = f"{_letters(number)}-{index:05d}"
            has_barcode = chance.random() < 0.5
            found[code] = Material(
                code=code,
                name=family.name,
                spec=spec,
                category=family.category,
                base_unit=family.unit,
                units=family.units,
                aliases=family.aliases,
                barcode=f"69{number:03d}{index:08d}" if has_barcode else "",
            )
    # Rounding leaves some over or out; the most crowded family takes them up.
    crowd = heads[0]
    for index in range(count - len(found)):
        code = f"ZZ-{index:05d}"
        found[code] = Material(
            code=code, name=crowd.name, spec=f"{crowd.specs[index]} 库存", category=crowd.category, base_unit=crowd.unit
        )
    return dict(list(found.items())[:count])


def _grown(family: Family, specs: list[str], count: int) -> Iterator[str]:
    """At least one; beyond all combinations, the same again from another works."""
    for index in range(max(count, 1)):
        series, place = divmod(index, len(specs))
        yield specs[place] + (f" {series}厂" if series else "")


def _letters(number: int) -> str:
    return "".join(chr(ord("A") + part) for part in divmod(number, 26))


def company(count: int, seed: int = 1) -> Company:
    """A company with so many materials, and people and places enough to talk of."""
    units = ("吨", "千克", "米", "卷", "箱", "个", "根", "片", "桶", "张", "把", "支", "双", "顶", "平方米", "包")
    return Company(
        units={name: Unit(name=name) for name in units},
        materials=materials(count, seed),
        projects={
            f"P{n:02d}": Project(code=f"P{n:02d}", name=name, stages=("基础", "主体结构", "装饰装修", "机电安装"))
            for n, name in enumerate(("滨江花园", "科技园二期", "城南医院", "地铁五号线"), 1)
        },
        people={
            f"u{n:02d}": Person(id=f"u{n:02d}", name=name) for n, name in enumerate(["李明", "王强", "陈伟", "赵敏"])
        },
        teams={name: Team(name=name) for name in ("钢筋一班", "木工班", "水电班", "泥工二班")},
        suppliers={
            f"S{n:02d}": Supplier(code=f"S{n:02d}", name=name)
            for n, name in enumerate(("恒信建材", "大众五金", "宏远电气", "永兴钢材贸易"), 1)
        },
        customers={"C01": Customer(code="C01", name="绿城建设")},
        warehouses={"W01": Warehouse(code="W01", name="总仓库"), "W02": Warehouse(code="W02", name="二号仓库")},
        equipment={"E01": Equipment(code="E01", name="塔吊", unit="台班")},
    )


_VERBS: Final = ["领", "领料", "入库", "申购", "退料", "报损", "出库", "收货"]
_ENDS: Final = ("", "", "，钢筋一班", "，主体结构用", " 李明", "，明天要", "谢谢")


def utterances(book: Company, count: int, seed: int = 2) -> list[str]:
    """What people would write about these materials: whole names, bare heads, sizes, codes, slips, lists, questions."""
    chance = random.Random(seed)  # reproducible, not secret
    kinds = list(book.materials.values())
    return [_utterance(chance, kinds) for _ in range(count)]


def _utterance(chance: random.Random, kinds: list[Material]) -> str:
    draw = chance.random()
    if draw < 0.06:
        return f"{_spoken(chance, chance.choice(kinds))}还有多少"
    if draw < 0.12:
        return chance.choice(("在吗", "好的谢谢", "今天下雨吗", "帮助", "我的待办", "同意 SG20261122-003", "本月成本"))
    items = [_amount(chance, chance.choice(kinds)) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    return chance.choice(_VERBS) + chance.choice("，、\n").join(items) + chance.choice(_ENDS)


def _amount(chance: random.Random, kind: Material) -> str:
    number = chance.choice(("3", "20", "1.5", "两", "一百二十", "50", "200"))
    name = _spoken(chance, kind)
    return f"{name} {number}{kind.base_unit}" if chance.random() < 0.8 else f"{number}{kind.base_unit}{name}"


def _spoken(chance: random.Random, kind: Material) -> str:
    """One of the ways in which a material is called."""
    parts = kind.spec.split()
    name = chance.choice((kind.name, kind.name, *kind.aliases))
    ways = (
        kind.label,
        f"{kind.name}{chance.choice(parts)}",
        f"{' '.join(chance.sample(parts, min(2, len(parts))))}{name}",
        f"{name} {' '.join(parts)}",
        name,
        f"{chance.choice(parts)}的{name}",
        kind.barcode or kind.code,
        kind.code,
        name.replace("螺", "罗").replace("缆", "览").replace("钢", "刚"),
    )
    return chance.choice(ways)
