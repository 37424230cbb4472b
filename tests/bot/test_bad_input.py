"""Whatever people type, nothing is booked wrongly, and the process lives."""

import asyncio
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dingtalk.frames import read_frame
from bot.render import Renderer
from storage.database import Database
from storage.unit import Units
from tests.conftest import Clock, Databases
from tests.stories.chat import PRIVATE, Chat, open_chat

CEMENT = "42.5水泥"
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])

# What stands for the quantity, and what may come of it: the bags that are booked, or None where nothing may be.
QUANTITIES: dict[str, str | None] = {
    "-5": None,
    "－5": None,
    "0": None,
    "-0": None,
    "NaN": None,
    "nan": None,
    "Infinity": None,
    "inf": None,
    "1e400": None,
    "1E+3": None,
    "0.0000001": None,
    "10000000000000": None,
    "99999999999999999999": None,
    "1/3": None,
    "半": None,
    "3-5": None,
    "1.234,5": None,
    "1_000": None,
    "1\u202e2": None,
    "1\u200b2": None,
    "1\u200d2": None,
    "1\u20602": None,
    "١٢": None,
    "१२": None,
    "²": None,
    "Ⅻ": None,
    "0x10": None,
    "１２": "12",
    "12": "12",
    "十二": "12",
    "壹拾贰": "12",
    "一打": None,
    "12.5": "12.5",
    "12.": None,
    ".5": None,
    "1,200": "1200",
    "0.000001": "0.000001",
    "1.0000001": None,
}
# A reader may still understand these in the one way a storekeeper would; any other number is wrong.
ALSO_RIGHT = {"-0": "", "半": "0.5", "12.": "12", ".5": "0.5", "²": "", "一打": "12", "1/3": "", "١٢": "12", "१२": "12"}

HOSTILE = [
    "'; DROP TABLE move; --",
    '" OR 1=1 --',
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "{0.__class__} %s %n ${jndi:ldap://x}",
    "[点我](http://evil.example) ![](http://evil.example/x.png)",
    "# 标题\n> 引用\n- 列表\n```\ncode\n```",
    "<script>alert(1)</script><font color=red>红</font>",
    "@所有人 @all",
    "dingtalk://dingtalkclient/page/link?url=http://evil.example",
    '=HYPERLINK("http://evil.example","x")',
    "\x00\x01\x02\x1b[31m",
    "\ud83d\ude00 \ud83d",
    "\u202eesrever\u202c \u2066x\u2069",
    "a" * 19_000,
    "水" * 19_000,
    "水泥 20包\n" * 2_000,
    "领水泥" + "，水泥1包" * 3_000,
    " ".join(f"@u{n}" for n in range(4_000)),
    "(" * 8_000,
    "1" * 15_000,
    "1," * 9_000,
    "同意" * 5_000,
    "SG20261123-001 " * 1_000,
    "领" + "\t" * 15_000 + "包",
    "",
    "   \n\t  ",
    "\ufeff",
    "𝟏𝟐包",
]
VERBS = ["领", "收货", "申购", "采购", "库存", "撤销", "同意", "驳回", "绑定项目", "登记 x", "确认", "日报", ""]


async def bags(chat: Chat) -> str:
    return (await chat.on_hand()).removesuffix(" 包")


@SQLITE
@pytest.mark.parametrize("said", QUANTITIES, ids=[ascii(q) for q in QUANTITIES])
async def test_a_quantity_is_booked_as_it_was_meant_or_not_at_all(chat: Chat, said: str) -> None:
    answer = await chat.says("张建国", f"收货{CEMENT}{said}包 单价27")
    wanted = {QUANTITIES[said] or "0", ALSO_RIGHT.get(said) or "0", "0"}
    assert await bags(chat) in wanted, answer
    if QUANTITIES[said] is not None:
        assert await bags(chat) == QUANTITIES[said], answer
    assert answer != ""
    assert "抱歉" not in answer
    await chat.verify()


@SQLITE
@pytest.mark.parametrize("said", ["-5", "NaN", "1e400", "27\u202e5", "2\u200b7", "0.0000001", "99999999999999", "abc"])
async def test_a_price_is_booked_as_it_was_meant_or_not_at_all(chat: Chat, said: str) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包")
    answer = await chat.says("张建国", said)
    assert "抱歉" not in answer
    assert await bags(chat) == "0", answer
    assert "抱歉" not in await chat.says("张建国", f"收货{CEMENT}21包 单价{said}")
    assert (await chat.rows("SELECT COALESCE(SUM(value), 0) AS v FROM pool"))[0]["v"] in {0}


@SQLITE
@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_hostile_text_is_answered_calmly_or_left_alone(chat: Chat, number: int) -> None:
    before = await chat.entries()
    for verb in ("", f"领{CEMENT}5包 ", f"申购{CEMENT}5包 备注"):
        answer = await chat.says("张建国", verb + HOSTILE[number], chat=PRIVATE if verb == "" else "cid-cuihu")
        assert "抱歉" not in answer, verb
        assert "49" not in answer or "{{" in answer
    assert not await chat.rows("SELECT key FROM inbox WHERE state IN ('dead', 'received')")
    requests = await chat.rows("SELECT number FROM document WHERE kind <> 'requisition'")
    assert requests == []
    assert await chat.entries() <= before + 2
    await chat.verify()


@SQLITE
async def test_a_flood_from_one_person_is_answered_and_others_are_heard(chat: Chat) -> None:
    flood = [read_frame(chat.text_frame("刘洋", f"哈哈{n}")) for n in range(100)]
    work = [read_frame(chat.text_frame("张建国", f"收货{CEMENT}20包 单价27"))]
    await asyncio.gather(*(chat.corridor.receive(one) for one in [*flood, *work]))
    await chat.settle()
    assert await bags(chat) == "20"
    assert len([one for one in chat.heard if one.people == ("u-liuyang",)]) == 1


class Talkers:
    """A company that goes on talking from one example to the next, on a loop of its own."""

    def __init__(self, url: str):
        self.loop = asyncio.new_event_loop()
        self.chat = self.loop.run_until_complete(self._open(url))

    async def _open(self, url: str) -> Chat:
        zone = ZoneInfo("Asia/Shanghai")
        self.clock = Clock()
        database = Database.open(url)
        units = Units(database, clock=self.clock, zone=zone, render=Renderer(zone))
        chat = open_chat(database, units, self.clock, zone)
        await chat.load()
        await chat.says("张建国", f"收货{CEMENT}100包 单价27")
        await chat.says("李强", f"申购{CEMENT}20包")
        return chat

    def hear(self, who: str, words: str, place: str) -> None:
        self.clock.forward(seconds=1)
        self.loop.run_until_complete(self.chat.says(who, words, chat=place))

    def dead(self) -> list[object]:
        query = "SELECT key, raw FROM inbox WHERE state IN ('dead', 'received')"
        return list(self.loop.run_until_complete(self.chat.rows(query)))

    def close(self) -> None:
        async def close() -> None:
            await self.chat.verify()
            await self.chat.units.close()
            await self.chat.database.close()

        self.loop.run_until_complete(close())
        self.loop.close()


@pytest.fixture(scope="module")
def talkers(databases: Databases) -> Iterator[Talkers]:
    found = Talkers(databases.url("sqlite"))
    yield found
    found.close()


WORDS = st.sampled_from(
    [
        *VERBS,
        *[CEMENT, "水泥", "红砖", "防水涂料", "门锁", "20", "0", "-1", "1.5", "半", "包", "吨", "块", "单价", "27"],
        *[
            "瓦工班",
            "主体结构",
            "翠湖",
            "海螺",
            "SG20261123-001",
            "RK20261123-001",
            "CG20261123-001",
            "明天",
            "批号",
            "，",
        ],
        *["\n", "对", "算了", "2", "昨天", "全部", "@P01", "备注", "（", "）", "%", "保质期到2027-12-31", "给李强"],
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=80),  # lone surrogates as well
    st.lists(WORDS, max_size=9).map(" ".join),
    st.lists(WORDS, max_size=9).map("".join),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=TEXTS,
    who=st.sampled_from(["张建国", "李强", "张伟", "张丽", "何平", "赵云飞", "u-nobody"]),
    place=st.sampled_from(["cid-cuihu", "cid-binjiang", "cid-nowhere", PRIVATE]),
)
def test_no_text_from_anybody_is_ever_a_fault_of_ours(talkers: Talkers, words: str, who: str, place: str) -> None:
    talkers.hear(who, words, place)
    assert talkers.dead() == []


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=TEXTS,
    who=st.sampled_from(["张建国", "李强", "张伟", "张丽", "何平", "赵云飞", "u-nobody"]),
    place=st.sampled_from(["cid-cuihu", "cid-binjiang", "cid-nowhere", PRIVATE]),
)
def test_no_text_of_twenty_thousand_is_ever_a_fault_of_ours(talkers: Talkers, words: str, who: str, place: str) -> None:
    talkers.hear(who, words, place)
    assert talkers.dead() == []
