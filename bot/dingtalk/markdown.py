"""Long markdown in pieces: phones stop rendering, or cut, at about 3,500 to 4,000 characters."""

from typing import Final

CHARACTERS_MAX: Final = 3_500
BYTES_MAX: Final = 12_000  # UTF-8; msgParam as a whole may have 15,000, and JSON escapes some of what is counted here.


def split_markdown(text: str, *, characters_max: int = CHARACTERS_MAX, bytes_max: int = BYTES_MAX) -> list[str]:
    """The text in pieces that fit, cut between lines; only a line that is too long by itself is cut inside."""
    pieces: list[str] = []
    piece = ""
    for line in _short_lines(text, characters_max, bytes_max):
        if piece and not _fits(piece + line, characters_max, bytes_max):
            pieces.append(piece)
            piece = ""
        piece += line
    pieces.append(piece)
    return [stripped for stripped in (one.strip("\n") for one in pieces) if stripped] or [""]


def _short_lines(text: str, characters_max: int, bytes_max: int) -> list[str]:
    width = max(1, min(characters_max, bytes_max // 4))  # No character of UTF-8 takes more than four bytes.
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if _fits(line, characters_max, bytes_max):
            lines.append(line)
        else:
            lines.extend(line[start : start + width] for start in range(0, len(line), width))
    return lines


def _fits(text: str, characters_max: int, bytes_max: int) -> bool:
    return len(text) <= characters_max and len(text.encode(errors="surrogatepass")) <= bytes_max
