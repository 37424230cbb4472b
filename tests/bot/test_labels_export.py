"""The sheet of labels: drawn by a browser, and read back by the robot's own eye."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from bot.commands.labels import page
from bot.picture_apart import look
from tests.e2e.conftest import CHROMIUM
from tests.stories.chat import company_of

HOSTILE = [
    {"code": "CEM-42", "name": "<script>alert(1)</script>", "spec": "42.5 & <b>", "base_unit": "包"},
    {"code": "砂:1", "name": "中砂" * 30, "base_unit": "吨"},
]


def test_names_are_shown_as_they_are() -> None:
    written = page(company_of({"materials": HOSTILE, "prices": []}))
    assert "<script>" not in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written
    assert written.count("<section>") == 2
    assert "http" not in written.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
async def test_every_label_of_the_sheet_is_read_back(tmp_path: Path) -> None:
    company = company_of()
    sheet = tmp_path / "labels.html"
    sheet.write_text(page(company), encoding="utf-8")
    async with async_playwright() as browsers:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await browsers.chromium.launch(executable_path=CHROMIUM, args=arguments)
        window = await browser.new_page(viewport={"width": 794, "height": 1123}, device_scale_factor=2)
        await window.goto(sheet.as_uri())
        picture = await window.screenshot(path=tmp_path / "labels.png")
        await browser.close()
    assert sorted(look(picture)["codes"]) == sorted(f"LZG:{code}" for code in company.materials)
