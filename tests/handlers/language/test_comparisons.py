"""粗的, 最大的那个: chosen by comparing, where the names differ in nothing but their numbers."""

import pytest

from handlers.language.comparisons import Compared

ROLLS = ("美纹纸24mm", "美纹纸48mm")
BARS = ("螺纹钢φ12", "螺纹钢φ25", "螺纹钢φ16")


@pytest.mark.parametrize(
    ("text", "names", "at"),
    [
        ("宽的", ROLLS, 1),
        ("拿窄的就行", ROLLS, 0),
        ("小卷的那种", ROLLS, 0),
        ("大一点的", ROLLS, 1),
        ("最粗的", BARS, 1),
        ("粗的", BARS, None),  # of three, 粗的 leaves two
        ("细的", ("铁丝8#", "铁丝22#"), None),  # the greater gauge is the thinner wire
        ("大的", ("大便器", "小便器"), None),  # no numbers to compare
        ("大的", ("管20x2", "管16x3"), None),  # neither outdoes the other
        ("大的", ("接头1/2", "接头1/4"), None),
    ],
)
def test_the_one_that_outdoes_the_others_is_meant(text: str, names: tuple[str, ...], at: int | None) -> None:
    compared = Compared.found(text)
    assert compared is not None
    assert compared.choice(names) == at


@pytest.mark.parametrize(("text", "rest"), [("大的20包", "20包"), ("窄的24的", "24的"), ("宽的，明天要", "明天要")])
def test_what_else_was_said_is_kept(text: str, rest: str) -> None:
    compared = Compared.found(text)
    assert compared is not None
    assert compared.rest == rest


@pytest.mark.parametrize("text", ["大概20", "长沙的", "高一了", "粗细都要", "大的和小的", "20包"])
def test_other_words_compare_nothing(text: str) -> None:
    compared = Compared.found(text)
    assert compared is None
