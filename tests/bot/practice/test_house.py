"""The practice company stands up with its month, walks a week, starts afresh and gives way to another one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.practice.house import CannotOpen, House, reopen
from bot.practice.lessons.progress import ProgressFile
from bot.practice.lessons.service import Lessons
from bot.practice.source import CompanyFileFaults, NobodyThere, Source, demonstration, own
from bot.practice.wishes import NOBODY, Wishes
from bot.sandbox.clock import real_time

PATIENCE = 30
GARDEN_GROUP = "cid-garden"
GARDEN: dict[str, Any] = {
    "company": {"name": "青禾园林"},
    "units": [{"name": "株"}, {"name": "袋"}],
    "materials": [
        {"code": "XZ", "name": "香樟", "spec": "胸径15cm", "base_unit": "株"},
        {"code": "YTF", "name": "营养土", "base_unit": "袋"},
    ],
    "projects": [{"code": "Y1", "name": "湖滨绿地", "stages": ["栽植"], "manager": "u-fan", "budget": "300000"}],
    "people": [
        {"id": "u-fan", "name": "范工", "roles": []},
        {"id": "u-tu", "name": "涂师傅", "roles": [{"role": "材料员", "project": "Y1"}], "superior": "u-fan"},
        {"id": "u-ai", "name": "艾总", "roles": ["老板", "管理员"]},
    ],
    "teams": [{"name": "栽植班", "leader": "u-tu", "project": "Y1"}],
    "warehouses": [{"code": "W1", "name": "湖滨库", "project": "Y1", "keeper": "u-tu"}],
    "groups": [{"conversation_id": GARDEN_GROUP, "name": "湖滨绿地群", "project": "Y1"}],
    "prices": [{"material": "YTF", "unit_price": "18", "date": "2026-01-01"}],
}


def file(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def names(folder: Path, pattern: str = "*") -> list[str]:
    return [path.name for path in folder.glob(pattern)]


def since_nine() -> Callable[[], datetime]:
    """A machine whose day begins at nine now, so that the evening's report is always still to come."""
    begun = real_time()
    nine = begun.replace(hour=9, minute=0, second=0, microsecond=0)
    return lambda: nine + (real_time() - begun)


class Standing:
    """A house that stands, and what a page in front of it does."""

    def __init__(self, folder: Path, source: Source, http: aiohttp.ClientSession):
        self.wishes = Wishes(source)
        lessons = Lessons(ProgressFile(folder / "practice.json"))
        routes = self.wishes.routes()
        self.house = House(host="127.0.0.1", port=0, folder=folder, lessons=lessons, routes=routes, now=since_nine())
        self.http, self.url = http, ""

    async def get(self, path: str, **query: str) -> Any:
        async with self.http.get(self.url + path, params=query) as answer:
            return await answer.json()

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        async with self.http.post(self.url + path, json=body) as answer:
            return answer.status, await answer.json()

    async def upload(self, path: str, name: str, content: bytes) -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("media", content, filename=name)
        async with self.http.post(self.url + path, data=form) as answer:
            return answer.status, await answer.json()

    async def says(self, person: str, conversation: str, text: str) -> None:
        body = {"person": person, "conversation": conversation, "text": text}
        assert (await self.post("/sandbox/api/say", body))[0] == 200

    async def texts(self, person: str, conversation: str) -> list[str]:
        found = await self.get("/sandbox/api/messages", person=person, conversation=conversation)
        return [message["text"] for message in found["messages"]]

    async def reads(self, person: str, conversation: str, *words: str) -> str:
        """Wait for a message with all these words."""
        found: list[str] = []

        def is_there() -> bool:
            return any(all(word in text for word in words) for text in found)

        async with asyncio.timeout(PATIENCE):
            while not is_there():
                await asyncio.sleep(0.05)
                found = await self.texts(person, conversation)
        return next(text for text in found if all(word in text for word in words))

    async def fulfil(self) -> None:
        """What whoever keeps the house does with a wish."""
        self.wishes.done(await reopen(self.house, await self.wishes.next(), self.wishes.present))

    async def until(self, holds: Callable[[dict[str, Any]], bool], path: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds(await self.get(path)):  # noqa: ASYNC110  # what is waited for lies behind HTTP
                await asyncio.sleep(0.05)


@pytest.fixture
async def garden(tmp_path: Path) -> AsyncIterator[Standing]:
    async with aiohttp.ClientSession() as http:
        standing = Standing(tmp_path, own(file(GARDEN)), http)
        standing.url = await standing.house.open(standing.wishes.present)
        yield standing
        await standing.house.close()


async def test_a_week_brings_seven_evenings_in_their_order(garden: Standing) -> None:
    await garden.says("u-tu", GARDEN_GROUP, "收货 营养土 40袋 单价18")
    await garden.reads("u-tu", GARDEN_GROUP, "已入库", "40 袋")
    now = (await garden.get("/sandbox/clock"))["now"]
    assert (await garden.post("/sandbox/api/clock", {"preset": "week"}))[0] == 200
    await garden.until(lambda clock: clock["walking_to"] is None, "/sandbox/clock")
    found = await garden.get("/sandbox/api/messages", person="u-ai", conversation=GARDEN_GROUP)
    evenings = [m["at"] for m in found["messages"] if "日报" in m["title"] + m["text"]]
    assert len(evenings) == 7
    assert evenings == sorted(evenings)
    assert {at[11:16] for at in evenings} <= {"18:00", "18:01"}
    assert len({at[:10] for at in evenings}) == 7
    assert evenings[0] > now


async def test_a_week_on_a_line_that_says_no_loses_and_doubles_no_evening(garden: Standing) -> None:
    await garden.says("u-tu", GARDEN_GROUP, "收货 营养土 40袋 单价18")
    await garden.reads("u-tu", GARDEN_GROUP, "已入库", "40 袋")
    await garden.post("/sandbox/api/faults", {"seed": 3, "faults": {"throttled": 200}})
    assert (await garden.post("/sandbox/api/clock", {"preset": "week"}))[0] == 200
    await garden.until(lambda clock: clock["walking_to"] is None, "/sandbox/clock")
    found = await garden.get("/sandbox/api/messages", person="u-ai", conversation=GARDEN_GROUP)
    evenings = [m["at"][:10] for m in found["messages"] if "日报" in m["title"] + m["text"]]
    assert len(evenings) == 7
    assert evenings == sorted(set(evenings))


async def test_a_fresh_start_forgets_what_was_said_at_the_same_address(garden: Standing) -> None:
    await garden.says("u-tu", GARDEN_GROUP, "收货 营养土 40袋 单价18")
    await garden.reads("u-tu", GARDEN_GROUP, "已入库")
    await garden.post("/sandbox/api/clock", {"preset": "tomorrow"})
    assert (await garden.post("/sandbox/api/reset", {}))[0] == 202
    assert (await garden.post("/sandbox/api/reset", {}))[0] == 409
    await garden.fulfil()
    assert await garden.texts("u-tu", GARDEN_GROUP) == []
    assert (await garden.get("/sandbox/clock"))["offset_seconds"].lstrip("-").startswith("0.0")
    await garden.says("u-tu", GARDEN_GROUP, "库存 营养土")
    assert "40" not in await garden.reads("u-tu", GARDEN_GROUP, "营养土", "湖滨库")


async def test_a_file_of_ones_own_is_checked_whole_before_anything_changes(garden: Standing) -> None:
    bad = file({**GARDEN, "materials": [{"code": "A", "name": "草皮", "base_unit": "亩"}], "surprise": 1})
    status, said = await garden.upload("/sandbox/api/company", "坏.json", bad)
    assert status == 400
    assert any("亩" in fault for fault in said["faults"])
    assert (await garden.upload("/sandbox/api/company", "空.json", b"{}"))[1]["error"] == NOBODY
    assert (await garden.upload("/sandbox/api/company", "照片.png", b"\x89PNG"))[0] == 400
    assert (await garden.get("/sandbox/api/world"))["company"] == "青禾园林"
    renamed = file({**GARDEN, "company": {"name": "远山园林"}})
    assert (await garden.upload("/sandbox/api/company", "好.json", renamed))[0] == 200
    await garden.fulfil()
    assert (await garden.get("/sandbox/api/world"))["company"] == "远山园林"
    await garden.says("u-tu", GARDEN_GROUP, "收货 营养土 5袋 单价18")
    await garden.reads("u-tu", GARDEN_GROUP, "已入库", "5 袋")


async def test_from_ones_own_company_back_to_the_demonstration(garden: Standing) -> None:
    assert await garden.get("/sandbox/api/practice") == {"is_demo": False}
    assert (await garden.post("/sandbox/api/reset", {"company": "demo"}))[0] == 202
    await garden.fulfil()
    world = await garden.get("/sandbox/api/world")
    assert world["company"] == "云启建设有限公司"
    group = world["groups"][0]["conversation"]
    assert len(await garden.texts("u-caobin", group)) > 100
    assert await garden.get("/sandbox/api/practice") == {"is_demo": True}


async def test_a_company_that_does_not_start_gives_way_to_the_one_before(garden: Standing) -> None:
    broken = Source(content=b"{", data=garden.wishes.present.data)
    assert await reopen(garden.house, broken, garden.wishes.present) is garden.wishes.present
    await garden.says("u-tu", GARDEN_GROUP, "帮助")
    await garden.reads("u-tu", GARDEN_GROUP, "库存")


async def test_the_demonstration_stands_with_its_month_and_starts_afresh(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as http:
        standing = Standing(tmp_path, demonstration(), http)
        standing.url = await standing.house.open(demonstration())
        try:
            first = await standing.texts("u-caobin", "cidYunqiYayuanMaterials01==")
            await standing.says("u-caobin", "cidYunqiYayuanMaterials01==", "库存 42.5水泥")
            await standing.reads("u-caobin", "cidYunqiYayuanMaterials01==", "云栖雅苑现场库", "普通硅酸盐水泥")
            await reopen(standing.house, demonstration(), demonstration())
            assert await standing.texts("u-caobin", "cidYunqiYayuanMaterials01==") == first
        finally:
            await standing.house.close()


def test_a_company_without_people_or_groups_is_nobodys() -> None:
    with pytest.raises(NobodyThere):
        own(file({**GARDEN, "groups": []}))
    with pytest.raises(CompanyFileFaults):
        own(b"{")


async def test_whoever_stops_while_the_month_is_made_leaves_nothing_behind(tmp_path: Path) -> None:
    standing = Standing(tmp_path, demonstration(), aiohttp.ClientSession())
    opening = asyncio.create_task(standing.house.open(demonstration()))
    async with asyncio.timeout(PATIENCE):
        while not (tmp_path / "month" / "book.sqlite3").exists():  # noqa: ASYNC110  # it is made by another thread
            await asyncio.sleep(0.01)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(opening, 5)
    assert names(tmp_path) == ["month"]
    await standing.http.close()


async def test_a_port_that_is_taken_and_a_folder_that_is_full_are_told_apart(garden: Standing, tmp_path: Path) -> None:
    port, beside = int(garden.url.rpartition(":")[2]), tmp_path / "beside"
    beside.mkdir()
    lessons = Lessons(ProgressFile(tmp_path / "practice.json"))
    for folder, at, words in ((beside, port, f"端口 {port} 用不了"), (tmp_path / "gone", 0, "临时文件夹")):
        with pytest.raises(CannotOpen, match=words):
            await House(host="127.0.0.1", port=at, folder=folder, lessons=lessons).open(garden.wishes.present)
    assert names(beside) == []


async def test_the_books_of_companies_before_do_not_pile_up(garden: Standing, tmp_path: Path) -> None:
    for _ in range(2):
        await reopen(garden.house, garden.wishes.present, garden.wishes.present)
    assert names(tmp_path, "**/*.sqlite3") == ["book.sqlite3"]
