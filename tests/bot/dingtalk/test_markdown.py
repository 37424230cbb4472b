"""Long answers in pieces that a phone can show."""

from hypothesis import given
from hypothesis import strategies as st

from bot.dingtalk.markdown import split_markdown


def test_a_short_text_stays_whole() -> None:
    assert split_markdown("水泥 20 包\n\n- 钢筋 3 吨") == ["水泥 20 包\n\n- 钢筋 3 吨"]


def test_a_long_text_is_cut_between_lines() -> None:
    lines = [f"- 材料{nth:03}：100 个" for nth in range(500)]
    pieces = split_markdown("\n".join(lines))
    assert len(pieces) > 1
    assert all(len(piece) <= 3500 for piece in pieces)
    assert "\n".join(pieces).split("\n") == lines


def test_only_a_line_that_is_too_long_by_itself_is_cut_inside() -> None:
    assert split_markdown("短\n" + "长" * 25 + "\n尾", characters_max=10, bytes_max=1000) == [
        "短", "长" * 10, "长" * 10, "长" * 5 + "\n尾"
    ]  # fmt: skip


def test_nothing_is_one_empty_piece() -> None:
    assert split_markdown("") == [""]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 40), st.integers(4, 60))
def test_every_piece_fits_and_no_word_is_lost(text: str, characters: int, size: int) -> None:
    pieces = split_markdown(text, characters_max=characters, bytes_max=size)
    assert all(len(piece) <= characters and len(piece.encode()) <= size for piece in pieces)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
