"""What people say to each other without the robot: short, about the work, each only once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.practice.month.days import at
from bot.practice.month.story import Story

A_DAY: Final = 2  # exchanges that are not about anything the book knows

Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A few lines in a project's group, begun in this hour."""

    project: str
    hour: int
    lines: Lines


def plan(story: Story) -> None:
    """The fixed ones of the beginning and the end, and every other on some day."""
    days = story.days
    story.plan_chat(days.first, 7, 44, "P01", *OPENING_P01)
    story.plan_chat(days.first, 7, 47, "P02", *OPENING_P02)
    for back, hour, minute, project, lines in TOWARDS_THE_END:
        story.plan_chat(days.from_end(back), hour, minute, project, *lines)
    for project, hour, minute, lines in THE_MORNING_AFTER:
        story.plan_chat(days.after_last(), hour, minute, project, *lines)
    _spread(story)


def _spread(story: Story) -> None:
    """Each exchange once, in an order of chance, no more than a few on a day."""
    pool = list(TALK)
    story.rng.shuffle(pool)
    days = [day for day in story.days.working[1:] if day != story.days.rain]
    for index, talk in enumerate(pool[: A_DAY * len(days)]):
        day = days[index % len(days)]
        when = at(day, talk.hour, 0) + timedelta(minutes=story.rng.randrange(55))
        story.plan_chat(day, talk.hour, when.minute, talk.project, *talk.lines)


OPENING_P01: Final[Lines] = (
    ("u-luyi", "各位，从今天起领料、收货、申购都在群里跟料掌柜说，写之前先@它，不用再填纸单子"),
    ("u-hewei", "班组长要料先报，老曹负责出入库，晚上看日报"),
    ("u-caobin", "好的何工"),
    ("u-majun", "收到"),
)
OPENING_P02: Final[Lines] = (
    ("u-tangyu", "南湖也一样，小韦负责出入库，要料的在群里申购"),
    ("u-dengtao", "收到"),
    ("u-weilan", "好，数量我都在群里报，大家看着点"),
)
TOWARDS_THE_END: Final[tuple[tuple[int, int, int, str, Lines], ...]] = (
    (
        6,
        16,
        40,
        "P01",
        (
            ("u-caobin", "钢筋班这几天领得有点凶，16的一天一吨多了"),
            ("u-fanggang", "这层梁多，接头也多，没办法"),
            ("u-caobin", "废料堆里我看见好几根两米多的，你让他们先用短的"),
        ),
    ),
    (
        4,
        9,
        12,
        "P01",
        (
            ("u-qinlei", "我按料单算了一下，这一段16的八吨够了，已经领了九吨多"),
            ("u-hewei", "方刚你晚上把下料单拿来，我看一下"),
            ("u-fanggang", "行"),
        ),
    ),
    (
        3,
        15,
        5,
        "P01",
        (("u-pengfang", "这个月钢筋钱走得快，何工你们心里有个数"), ("u-hewei", "知道，在查")),
    ),
    (
        2,
        11,
        20,
        "P01",
        (("u-xujing", "恒通孟经理说剩下的10吨还在排车，最快后天"), ("u-fanggang", "快点啊，不然又要等")),
    ),
    (
        1,
        8,
        40,
        "P01",
        (
            ("u-zhouliang", "@何威 何工，模板那张单子帮忙批一下，这两天就要支模了"),
            ("u-caobin", "何工这两天在甲方那边开会"),
        ),
    ),
    (1, 16, 20, "P01", (("u-hewei", "12的也超了，钢筋班从明天起领料先跟我说一声"), ("u-fanggang", "好吧"))),
    (0, 16, 25, "P01", (("u-caobin", "扎丝也没多少了，一下领走这么多"), ("u-fanggang", "明天要绑两层，先备着"))),
    (0, 17, 35, "P01", (("u-zhouliang", "模板单子还没批，明天我那边就没活干了"),)),
    (3, 10, 15, "P02", (("u-weilan", "防水那批老批号还有几天就到期了，抹灰班先领老的"), ("u-tianfeng", "知道了"))),
    (0, 17, 10, "P02", (("u-tangyu", "进度不错，明天甲方来看样板层，收拾干净"), ("u-dengtao", "收到"))),
)
# Said only where the month is told later than this.
THE_MORNING_AFTER: Final[tuple[tuple[str, int, int, Lines], ...]] = (
    ("P01", 7, 12, (("u-fanggang", "早，今天四层开始绑梁"), ("u-qinlei", "早，塔吊七点半到位"))),
    ("P02", 7, 20, (("u-tangyu", "今天样板层最后收一遍口"), ("u-tianfeng", "好"))),
)
TALK: Final[tuple[Exchange, ...]] = (
    Exchange("P01", 7, (("u-qinlei", "塔吊今天早上检修，八点半以后用"), ("u-fanggang", "收到"))),
    Exchange("P01", 17, (("u-hewei", "明天早上七点半安全交底，班组长都到"), ("u-zhouliang", "收到"))),
    Exchange("P01", 11, (("u-majun", "食堂今天有红烧肉"), ("u-qinlei", "给我留一份"))),
    Exchange("P01", 9, (("u-hewei", "监理下午来看三层钢筋，方刚你在现场等着"), ("u-fanggang", "好"))),
    Exchange("P01", 16, (("u-fanggang", "三层梁筋绑完了，可以验了"), ("u-hewei", "好，我叫监理"))),
    Exchange("P01", 10, (("u-zhouliang", "二号楼梯的模板拆下来了，能用的我码在西边"),)),
    Exchange("P01", 8, (("u-caobin", "仓库门口别停电瓶车，叉车出不去"),)),
    Exchange("P01", 14, (("u-majun", "今天砌筑的人少两个，请假了"), ("u-hewei", "活先往后挪，别赶"))),
    Exchange("P01", 15, (("u-qinlei", "放线弄好了，四层轴线都弹了"),)),
    Exchange("P01", 7, (("u-hewei", "今天风大，吊装都小心点"),)),
    Exchange("P01", 13, (("u-caobin", "谁把手推车推走了，仓库那两辆"), ("u-majun", "在我这，下午还你"))),
    Exchange("P01", 17, (("u-majun", "东边的墙到顶了，明天换西边"),)),
    Exchange("P01", 9, (("u-xujing", "水泥这个月涨了点，大家省着用"), ("u-majun", "已经很省了"))),
    Exchange("P01", 16, (("u-zhouliang", "支模的扣件差一些，先从二层拆"), ("u-qinlei", "拆之前跟我说"))),
    Exchange("P01", 8, (("u-fanggang", "弯箍机坏了，修理工上午来"), ("u-caobin", "盘圆先别拉了"))),
    Exchange("P01", 10, (("u-jiangmei", "上个月的退料单还差钢筋班的，方刚补一下"), ("u-fanggang", "晚上给你"))),
    Exchange("P01", 15, (("u-hewei", "甲方说样板间要提前，马军你抽两个人"), ("u-majun", "行，明天安排"))),
    Exchange("P01", 17, (("u-qinlei", "明天浇三层柱，泵车七点到"), ("u-majun", "好，人都在"))),
    Exchange("P01", 14, (("u-zhouliang", "电锯的漏保跳了，谁来看下"), ("u-qinlei", "马上"))),
    Exchange("P01", 9, (("u-caobin", "昨天的空托盘司机没拉走，先别扔"),)),
    Exchange("P01", 7, (("u-majun", "早，今天先砌电梯井"),)),
    Exchange("P01", 16, (("u-shenrong", "今天路过看了一眼，现场比上周整齐"), ("u-hewei", "谢谢沈总"))),
    Exchange("P01", 12, (("u-fanggang", "吃饭了"),)),
    Exchange("P01", 17, (("u-caobin", "我先下班了，要料的明早七点半来"),)),
    Exchange("P01", 13, (("u-qinlei", "北面围挡歪了一块，谁有空扶一下"), ("u-zhouliang", "我叫两个人"))),
    Exchange("P02", 8, (("u-dengtao", "三层的线槽开完了，今天穿管"), ("u-tangyu", "好，注意别伤到梁"))),
    Exchange("P02", 14, (("u-tianfeng", "卫生间的墙先拉毛，明天再抹"),)),
    Exchange("P02", 16, (("u-tangyu", "消防的人周末来，吊顶里的管先别封"), ("u-dengtao", "收到"))),
    Exchange("P02", 9, (("u-weilan", "库房换了锁，钥匙在我和唐工那"),)),
    Exchange("P02", 11, (("u-dengtao", "电梯今天能用吗，线太重了"), ("u-tangyu", "下午两点以后"))),
    Exchange("P02", 15, (("u-tianfeng", "二层东头抹完了，可以刮腻子"), ("u-tangyu", "先晾两天"))),
    Exchange("P02", 7, (("u-tangyu", "早上好，今天先把走廊收拾出来"), ("u-tianfeng", "好"))),
    Exchange("P02", 17, (("u-dengtao", "打压试验过了，没漏"), ("u-tangyu", "漂亮"))),
    Exchange("P02", 10, (("u-weilan", "借走的冲击钻记得还，登记本上写着呢"), ("u-dengtao", "晚上还"))),
    Exchange("P02", 13, (("u-tangyu", "下午两点例会，三楼会议室"),)),
    Exchange("P02", 16, (("u-weilan", "腻子受潮了一包，我单独放着，别领错"),)),
    Exchange("P02", 8, (("u-tianfeng", "今天多来三个人，安全帽不够"), ("u-weilan", "中心库有，我带过来"))),
    Exchange("P02", 14, (("u-dengtao", "弱电的图改了，二层多两个点位"), ("u-tangyu", "变更单我下午给你"))),
    Exchange("P02", 17, (("u-tangyu", "明天停水半天，要用的今晚先接好"),)),
    Exchange("P02", 9, (("u-jiangmei", "唐工，上周的签证单还差一张照片"), ("u-tangyu", "马上补"))),
)
