"""The step with the photograph of a label."""

from pathlib import Path

from bot.practice.lessons.verdict import Wrong
from tests.bot.practice.lessons.school import school
from tests.stories.labels import photo

KEEPER, GROUP = "u-caobin", "cidYunqiYayuanMaterials01=="


async def test_the_right_label_is_recognised_and_another_is_named(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", KEEPER, "keeper")
        for _ in range(3):
            await here.does_step(KEEPER)
        assert "标签" in (await here.ready(KEEPER)).do
        assert 'data-testid="lesson-labels"' in await here.panel(KEEPER)
        for text, why in (("LZG:SN-BAI", "这张是白水泥的标签"), ("https://example.com", "没有认出材料标签")):
            here.local.picture(KEEPER, GROUP, photo(text), name="label.jpg")
            walk = await here.until(KEEPER, lambda w, why=why: isinstance(w.verdict, Wrong) and why in w.verdict.why)
            assert walk.at == 3
        here.shows(KEEPER, "SN-425")
        walk = await here.until(KEEPER, lambda w: w.at == 4)
        assert "认出来了：普通硅酸盐水泥" in walk.past[-1]
        while not here.walk(KEEPER).is_finished:
            await here.does_step(KEEPER)
