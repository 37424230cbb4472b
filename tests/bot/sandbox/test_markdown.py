"""Markdown becomes HTML, and what was typed never does."""

import pytest

from bot.sandbox.markdown import render


def html(text: str) -> str:
    return str(render(text, lambda target: f"/sandbox/media/{target}" if target.startswith("@") else ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#### 题目", '<p class="h h4">题目</p>'),
        ("**粗** *斜*", "<p><strong>粗</strong> <em>斜</em></p>"),
        ("> 引  \n> 用", "<blockquote>引<br>用</blockquote>"),
        ("- 一\n- 二", "<ul><li>一</li><li>二</li></ul>"),
        ("1. 一\n2. 二", "<ol><li>一</li><li>二</li></ol>"),
        ("一\n二\n\n三", "<p>一 二</p>\n<p>三</p>"),
        ("一  \n二", "<p>一<br>二</p>"),
        (r"\*\*不粗\*\* \<b\> 240\*115 \[x\]", "<p>**不粗** &lt;b&gt; 240*115 [x]</p>"),
        (r"\- 不是列表", "<p>- 不是列表</p>"),
        (r"\`不是命令\`", "<p>`不是命令`</p>"),
        (
            "[`看` 库存](https://a.example/x\\_y)",
            '<p><a href="https://a.example/x_y" target="_blank" rel="noopener noreferrer nofollow">'
            "<code>看</code> 库存</a></p>",
        ),
        ("`撤销 LL1*2*3`", "<p><code>撤销 LL1*2*3</code></p>"),
        ("240*115*53", "<p>240*115*53</p>"),
        ("***", "<hr>"),
        (
            "还剩1,234.5 千克，`领 5 包`",
            '<p>还剩<span class="amount">1,234.5 千克</span>，<code>领 <span class="amount">5 包</span></code></p>',
        ),
        ("**34 包**", '<p><strong><span class="amount">34 包</span></strong></p>'),
        ("240*115 C30 P.O42.5 2026-11-23", "<p>240*115 C30 P.O42.5 2026-11-23</p>"),
        ("![图](@l1)", '<p><img class="inline-picture" src="/sandbox/media/@l1" alt="图" loading="lazy"></p>'),
        (
            "[看](https://a.example/?x=1&y=2)",
            '<p><a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">看</a></p>',
        ),
        (
            "[说](dtmd://dingtalkclient/sendMessage?content=%E5%B8%AE%E5%8A%A9)",
            '<p><button type="button" class="say-link" data-say="帮助">说</button></p>',
        ),
    ],
)
def test_what_dingtalk_knows(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[看](javascript:alert(1))",
        '[<b>](https://a.example/"onmouseover="alert(1))',
        '![x](https://a.example/x.png"onerror="alert(1))',
        "**<svg onload=alert(1)>**",
        "`<b>`",
        "- <iframe src=//a.example>",
        "\x000\x00<b>",
        "[a](data:text/html,<script>alert(1)</script>)",
        "<font color=red onclick=alert(1)>红</font>",
    ],
)
def test_hostile_text_stays_text(text: str) -> None:
    shown = html(text)
    for opening in ("<script", "<img src=x", "<svg", "<b>", "<iframe", "<font", 'href="javascript', 'href="data'):
        assert opening not in shown
    assert '"onmouseover' not in shown
    assert '"onerror' not in shown


def test_tables_are_not_drawn() -> None:
    assert "<table" not in html("| 一 | 二 |\n| --- | --- |\n| 1 | 2 |")


def test_a_very_long_line_takes_no_time() -> None:
    assert html("*" * 20_000 + "[" * 20_000)
