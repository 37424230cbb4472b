"""Pictures and files through the real program and DingTalk's own way of handing them out, and what a death between
storing, fetching and booking leaves.
"""

from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.media import MediaStore
from tests.durability.run import NEVER_AGAIN, Site, at_work
from tests.stories.chat import GROUP, PRIVATE, until
from tests.stories.labels import nothing, photo, workbook

FOREMAN = "u-liqiang"
WANTED = "SELECT number FROM entry e JOIN entry_line l ON l.seq = e.seq WHERE l.quantity = 777000000"

pytestmark = pytest.mark.slow


async def wanted(site: Site, times: int = 1) -> None:
    """So often somebody asked for 777 of something."""

    async def holds() -> bool:
        return len(await site.rows(WANTED)) == times

    await until(holds, seconds=30)


def answers(local: LocalDingTalk, chat: str) -> list[str]:
    return [str(m["text"]) for m in local.messages(FOREMAN, chat) if m["from"] == "robot"]


async def answered(local: LocalDingTalk, chat: str, words: str) -> None:
    async def holds() -> bool:
        return any(words in said for said in answers(local, chat))

    try:
        await until(holds, seconds=30)
    except TimeoutError:
        raise AssertionError(answers(local, chat)) from None


@pytest.mark.parametrize("point", ["inbox-stored", "media-fetched"])
async def test_killed_before_or_after_fetching_it_reads_the_picture_at_the_next_start_and_books_it_once(
    morning: str, point: str, tmp_path: Path
) -> None:
    async with at_work(morning, tmp_path, redeliver_after=NEVER_AGAIN) as site:
        async with site.robot(f"{point}:kill:1") as robot:
            await robot.says("connected to DingTalk")
            site.local.picture(FOREMAN, GROUP, photo("LZG:CEM-42"), text="申购777包")
            await site.dies(robot)
        assert await site.rows(WANTED) == []
        async with site.robot() as robot:
            await wanted(site)
            await answered(site.local, GROUP, "已提交")
            await robot.stop()
        assert len(await site.rows(WANTED)) == 1


async def test_what_dingtalk_hands_out_is_read_and_what_has_run_out_is_said(morning: str, tmp_path: Path) -> None:
    async with at_work(morning, tmp_path, redeliver_after=NEVER_AGAIN) as site:
        local = site.local
        async with site.robot() as robot:
            await robot.says("connected to DingTalk")
            local.picture(FOREMAN, PRIVATE, photo("LZG:BRK"))
            await answered(local, PRIVATE, "红砖")
            local.say(FOREMAN, PRIVATE, "申购777块")
            await wanted(site)
            local.picture(FOREMAN, PRIVATE, nothing())
            await answered(local, PRIVATE, "没找到二维码")
            rows: list[list[Any]] = [["材料", "数量", "单位"], ["红砖", 777, "块"], ["42.5水泥", 5, "包"]]
            local.file(FOREMAN, PRIVATE, "申购单.xlsx", workbook(*rows))
            await wanted(site, 2)
            media: MediaStore = local.rooms.media
            media._codes.clear()
            real = media.download_code
            media.download_code = lambda media_id: real(media_id)[:-1]  # pyright: ignore[reportAttributeAccessIssue]
            local.picture(FOREMAN, PRIVATE, photo("LZG:BRK"))
            await answered(local, PRIVATE, "已经取不到了")
            await robot.stop()
