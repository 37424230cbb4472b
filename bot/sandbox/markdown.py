"""DingTalk's classic markdown as HTML: headings, bold, italic, quotes, lists, links, pictures. No tables.

Everything is escaped first and marked up afterwards, so nothing that was typed can ever become an element.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup, escape

from bot.sandbox.amounts import keep_whole

_HEADING: Final = re.compile(r"(#{1,6})\s+(.+)")
_BULLET: Final = re.compile(r"\s*[-*+]\s+(.+)")
_NUMBERED: Final = re.compile(r"\s*(\d{1,4})[.、]\s+(.+)")
_RULE: Final = re.compile(r"\s*(\*{3,}|-{3,})\s*")
_LINK: Final = re.compile(r"(?P<bang>!?)\[(?P<words>[^\[\]]{0,200})\]\((?P<target>[^()\s]{1,2000})\)")
# A backslash before a mark makes it a plain character; inside a `command` nothing is a mark.
_LITERAL: Final = re.compile(r"\\(?P<mark>[!-/:-@\[-`{-~])|`(?P<code>[^`\n]{1,500})`")
_BOLD: Final = re.compile(r"\*\*([^*\n]{1,2000}?)\*\*")
_ITALIC: Final = re.compile(r"(?<![\w*])\*([^*\s][^*\n]{0,500}?)\*(?![\w*])")
_HELD: Final = re.compile("\x00(\\d+)\x00")

PictureAddress = Callable[[str], str]
"""What an `img` may load for a media id or an address; empty when it may not be shown."""


PictureSize = Callable[[str], tuple[int, int] | None]
"""Width and height of what an `img` loads, so that its place is kept before it has come."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a text cannot say of itself: its pictures, and whose `@name` is a mention."""

    address: PictureAddress
    size: PictureSize
    mention: re.Pattern[str] | None


def render(
    text: str,
    picture_address: PictureAddress,
    picture_size: PictureSize = lambda _: None,
    mentioned: Sequence[str] = (),
) -> Markup:
    """The text as safe HTML."""
    words = "|".join(re.escape(f"@{name}") for name in sorted(mentioned, key=len, reverse=True))
    around = Around(picture_address, picture_size, re.compile(words) if words else None)
    return Markup("\n".join(_blocks(text.replace("\x00", "").splitlines(), around)))  # noqa: S704  # escaped below


def _blocks(lines: list[str], around: Around) -> list[str]:
    html: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if not line.strip():
            index += 1
        elif line.lstrip().startswith(">"):
            index, quoted = _run(lines, index, lambda x: x.lstrip().startswith(">"))
            inner = [x.lstrip()[1:].lstrip() for x in quoted]
            html.append(f"<blockquote>{_paragraph(inner, around)}</blockquote>")
        elif _RULE.fullmatch(line):
            html.append("<hr>")
            index += 1
        elif heading := _HEADING.fullmatch(line.strip()):
            level = len(heading[1])
            html.append(f'<p class="h h{level}">{_inline(heading[2], around)}</p>')
            index += 1
        elif _BULLET.fullmatch(line) or _NUMBERED.fullmatch(line):
            index, entries = _run(lines, index, lambda x: bool(_BULLET.fullmatch(x) or _NUMBERED.fullmatch(x)))
            html.append(_list(entries, around))
        else:
            index, words = _run(lines, index, _is_plain)
            html.append(f"<p>{_paragraph(words, around)}</p>")
    return html


def _run(lines: list[str], start: int, belongs: Callable[[str], bool]) -> tuple[int, list[str]]:
    end = start + 1
    while end < len(lines) and belongs(lines[end]):
        end += 1
    return end, lines[start:end]


def _is_plain(line: str) -> bool:
    starts = line.lstrip()
    shapes = (_RULE, _HEADING, _BULLET, _NUMBERED)
    return bool(starts) and not starts.startswith(">") and not any(shape.fullmatch(line) for shape in shapes)


def _paragraph(lines: list[str], around: Around) -> str:
    """Lines of one paragraph. DingTalk joins them unless two blanks stand before the break."""
    last = len(lines) - 1
    ends = ["" if n == last else "<br>" if line.endswith("  ") else " " for n, line in enumerate(lines)]
    return "".join(_inline(line.strip(), around) + end for line, end in zip(lines, ends, strict=True))


def _list(entries: list[str], around: Around) -> str:
    is_numbered = _NUMBERED.fullmatch(entries[0]) is not None
    shown: list[str] = []
    for entry in entries:
        match = _NUMBERED.fullmatch(entry)
        words = match[2] if match else (_BULLET.fullmatch(entry) or ["", entry])[1]
        shown.append(f"<li>{_inline(words, around)}</li>")
    name = "ol" if is_numbered else "ul"
    return f"<{name}>{''.join(shown)}</{name}>"


def _inline(text: str, around: Around) -> str:
    """One line. What has been marked up already is held aside under a number, so that it is not read again."""
    held: list[tuple[str, str]] = []

    def hold(raw: str, html: str) -> str:
        held.append((raw, html))
        return f"\x00{len(held) - 1}\x00"

    def literal(match: re.Match[str]) -> str:
        if match["mark"]:
            return hold(match["mark"], str(escape(match["mark"])))
        return hold(match[0], f"<code>{keep_whole(str(escape(match['code'])))}</code>")

    def link(match: re.Match[str]) -> str:
        target = _HELD.sub(lambda m: held[int(m[1])][0], match["target"])
        return hold(match[0], _link(match["words"], target, around if match["bang"] else None))

    marked = _LINK.sub(link, _LITERAL.sub(literal, text))
    if around.mention is not None:
        marked = around.mention.sub(lambda m: hold(m[0], f'<span class="mention">{escape(m[0])}</span>'), marked)
    html = keep_whole(str(escape(marked)))
    html = _BOLD.sub(r"<strong>\1</strong>", html)
    html = _ITALIC.sub(r"<em>\1</em>", html)
    # Twice, because the words of a link may hold a `command` in their turn.
    for _ in range(2):
        html = _HELD.sub(lambda m: held[int(m[1])][1], html)
    return html


def _link(words: str, target: str, picture: Around | None) -> str:
    if picture is not None and (address := picture.address(target)):
        size = picture.size(target)
        box = f' width="{size[0]}" height="{size[1]}"' if size else ""
        return f'<img class="inline-picture" src="{escape(address)}" alt="{escape(words)}"{box} loading="lazy">'
    return anchor(words or target, target)


def anchor(words: str, target: str) -> Markup:
    """A link when its address is one that may be opened, else just its words."""
    if said := sends_text(target):
        return Markup('<button type="button" class="say-link" data-say="{}">{}</button>').format(said, words)
    if not is_openable(target):
        return Markup("{}（{}）").format(words, target) if words != target else escape(words)
    rel = "noopener noreferrer nofollow"
    return Markup('<a href="{}" target="_blank" rel="{}">{}</a>').format(web_address(target), rel, words)


def is_openable(target: str) -> bool:
    """Whether a browser may go there: the web, and DingTalk's own wrapper around a page of the web."""
    return web_address(target) != ""


def web_address(target: str) -> str:
    """The address on the web that a link leads to; nothing when it leads elsewhere."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return target
    if parts.scheme == "dingtalk" and parts.netloc == "dingtalkclient" and parts.path == "/page/link":
        inner = parse_qs(parts.query).get("url", [""])[0]
        return inner if inner.startswith(("http://", "https://")) else ""
    return ""


def sends_text(target: str) -> str:
    """What a dtmd link says as the one who clicks it, as DingTalk has it for cards of robots."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    if parts.scheme != "dtmd" or parts.netloc != "dingtalkclient" or parts.path != "/sendMessage":
        return ""
    return parse_qs(parts.query).get("content", [""])[0]
