"""Lines: which thing, how much of it, at what price; in words, in lists, in pasted tables."""

from datetime import date

import pytest

from handlers.language import Catalogue, Context, Reading, Status, read

TODAY = date(2026, 11, 23)


def said(text: str, catalogue: Catalogue) -> Reading:
    return read(text, context=Context(project="P01"), catalogue=catalogue, today=TODAY)


def told(reading: Reading) -> list[str]:
    """Each line as code, amount and unit."""
    return [" ".join(filter(None, (line.material, line.quantity, line.unit))) for line in reading.lines]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # sizes
        ("领八百乘八百的地砖五箱", ["TIL-800 5 箱"]),
        ("领5乘10的电缆三十米", ["YJV-5x10 30 米"]),
        ("领5公分厚挤塑板20平", ["XPS-50 20 平方米"]),
        ("领镀锌管1寸的6根", ["GIP-DN25 6 根"]),
        ("领3寸钉子2公斤", ["NAIL-3 2 千克"]),
        ("领8个的盘圆2吨", ["STL-HPB300-8 2 吨"]),
        ("入库焊条3.2的两包 4.0的一包", ["ROD-3.2 2 包", "ROD-4.0 1 包"]),
        ("领焊条3.2两包 4.0一包", ["ROD-3.2 2 包", "ROD-4.0 1 包"]),
        ("报损石膏板九点五的四张", ["BRD-GYP-9.5 4 张"]),
        # what leans on what was said before or behind
        ("领水泥20包，要32.5的", ["CEM-P.C32.5 20 包"]),
        ("申购盘圆，8的3吨、10的2吨", ["STL-HPB300-8 3 吨", "STL-HPB300-10 2 吨"]),
        ("领红线2.5的3卷，4的2卷", ["BV-2.5-R 3 卷", "BV-4-R 2 卷"]),
        ("领安全帽，红的和黄的各6顶", ["HAT-R 6 顶", "HAT-Y 6 顶"]),
        ("领安全帽红色5顶白色2顶", ["HAT-R 5 顶", "HAT-W 2 顶"]),
        ("红砖领300块 多孔砖200块", ["BRK-STD 300 块", "BRK-POR 200 块"]),
        # amounts
        ("领PPR弯头20的俩", ["PPR-EL-20 2"]),
        ("入库螺纹钢20的三吨二五", ["STL-HRB400-20 3.25 吨"]),
        ("入库螺纹钢20的3吨2", ["STL-HRB400-20 3.2 吨"]),
        ("领红砖1w块", ["BRK-STD 10000 块"]),
        ("领中砂整两车", ["SND-M 2 车"]),
        ("领两吨半42.5水泥", ["CEM-P.O42.5 2.5 吨"]),
        ("领3车中砂2车细砂", ["SND-M 3 车", "SND-F 2 车"]),
        ("领三卷2.5平方红线", ["BV-2.5-R 3 卷"]),
        ("入库C30砼3车共36方", ["CON-C30 36 立方米"]),
        ("入库红砖500块，多孔砖300块，共800块", ["BRK-STD 500 块", "BRK-POR 300 块"]),
        ("申购水泥42.5：20，52.5：10", ["CEM-P.O42.5 20", "CEM-P.O52.5 10"]),
        ("领红砖500块，3个人搬", ["BRK-STD 500 块"]),
        ("退红砖 500", ["BRK-STD 500"]),
        # corrections
        ("领接头扣300个，哎接头扣是600个", ["SCF-CPL-B 600 个"]),
        ("领水泥42.5一百包，错了一百二", ["CEM-P.O42.5 120 包"]),
        ("入库红砖5000块 实收4800", ["BRK-STD 4800 块"]),
        ("领水泥二十包，哦不是，三十包，42.5的", ["CEM-P.O42.5 30 包"]),
        # lists
        ("领 1、42.5水泥 20包 2、中砂3方 3、红砖500块", ["CEM-P.O42.5 20 包", "SND-M 3 立方米", "BRK-STD 500 块"]),
    ],
)
def test_the_plain_lines_of_a_site(text: str, lines: list[str], site: Catalogue) -> None:
    reading = said(text, site)
    assert (reading.status, told(reading)) == (Status.OK, lines)


@pytest.mark.parametrize(
    "text",
    [
        "领水泥42.5 20包x3",  # sixty, or at three yuan
        "领水泥42.5的20包/天",
        "领手套各班2双",
        "领手套一人一双",
        "领红砖500块其中200块是多孔砖",
        "申请买扎丝百把公斤",
        "领红砖大几百块",
        "领玻化砖20箱",
        "水泥42.5的20包 白砂5方 领料",
        "领红砖500块500块",
        "入库螺纹钢20的3吨256",
        "入库红砖500块，多孔砖300块，共900块",
        "领螺纹钢20的3吨，不对，25",  # the size, or the amount
        "入库焊条3.2两包 4.0一包",  # the price, or the next size
    ],
)
def test_what_may_mean_two_things_is_asked(text: str, site: Catalogue) -> None:
    assert said(text, site).status in (Status.INCOMPLETE, Status.AMBIGUOUS)


@pytest.mark.parametrize(
    ("text", "price", "amount"),
    [
        ("入库闸阀6个@136.5元", "136.5", None),
        ("入库闸阀6个 单价28块5", "28.5", None),
        ("入库水泥42.5 20包 每包28元 总价560", "28", "560"),
        ("入库红砖5000块，0.45一块", "0.45", None),
    ],
)
def test_prices(text: str, price: str, amount: str | None, site: Catalogue) -> None:
    (line,) = said(text, site).lines
    assert (line.unit_price, line.amount) == (price, amount)


def test_serial_numbers_go_on_behind_a_list_sign(site: Catalogue) -> None:
    (line,) = said("闸阀DN100入库3个，编号ZF-021、ZF-022、ZF-023，放中心库", site).lines
    assert line.serials == ("ZF-021", "ZF-022", "ZF-023")


@pytest.mark.parametrize(
    ("text", "intent", "lines"),
    [
        (
            "3号楼盘点表：\n材料\t规格\t单位\t账面数\t实盘数\n木方\t50×100×4000\t根\t320\t318\n建筑模板\t15\t张\t96\t95",
            "count.create",
            ["TMB-50x100 318 根", "FRM-15 95 张"],
        ),
        (
            "序号\t材料名称\t规格型号\t单位\t数量\n1\t细木工板\t18mm\t张\t40\n2\t纸面石膏板\t12mm\t张\t30\n以上请购",
            "requisition.create",
            ["BRD-CORE-18 40 张", "BRD-GYP-12 30 张"],
        ),
        (
            "领料\n名称 规格 单位 数量\n水泥 P.O42.5 包 20\n中砂 - 方 3",
            "issue.create",
            ["CEM-P.O42.5 20 包", "SND-M 3 立方米"],
        ),
        ("红砖\t块\t3000\n水泥42.5\t包\t200\n入库", "receipt.create", ["BRK-STD 3000 块", "CEM-P.O42.5 200 包"]),
        ("申购\n名称\t规格\t数量(吨)\n螺纹钢\t20\t3\n合计\t\t3", "requisition.create", ["STL-HRB400-20 3"]),
        ("领用表错了别用\n名称\t数量\n红砖\t20", None, []),
    ],
)
def test_pasted_tables(text: str, intent: str | None, lines: list[str], site: Catalogue) -> None:
    reading = said(text, site)
    assert (reading.intent, told(reading)) == (intent, lines)


def test_serials_and_expiry_stand_in_columns(site: Catalogue) -> None:
    first, second = said(
        "收货\n品名\t数量\t单位\t序列号\t有效期\n闸阀\t2\t个\tFR-2611001,FR-2611002\t\n瓷砖胶\t5\t包\t\t2027-03-01",
        site,
    ).lines
    assert first.serials == ("FR-2611001", "FR-2611002")
    assert (second.material, second.expiry) == ("ADH-TILE", "2027-03-01")


@pytest.mark.parametrize(
    ("text", "percent_or_quantity"),
    [("架子班人工六个半工", "6.5"), ("架子班记工两个半小时", "2.5"), ("架子班记工十二个工，不对，十三个", "13")],
)
def test_halves_and_corrections_of_labour(text: str, percent_or_quantity: str, site: Catalogue) -> None:
    assert said(text, site).fields["quantity"] == percent_or_quantity
