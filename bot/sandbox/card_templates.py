"""The templates that DingTalk publishes: which variables they show, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.sandbox.body import BadBody, Json, as_record, flag, items, parse_record, record, strings, text
from bot.sandbox.limits import CARD_TEXT_SHOWN_CHARS_MAX

MARKDOWN_BUTTON: Final = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
AI_CARD: Final = "382e4302-551d-4880-bf29-a30acfab2e71.schema"
MARKDOWN: Final = "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema"

FLOW_STATES: Final[Mapping[str, str]] = {"1": "处理中…", "2": "输入中…", "3": "", "4": "执行中…", "5": "执行失败"}
AI_ORDER: Final = ("msgTitle", "staticMsgContent", "msgContent", "msgButtons")


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card: it calls back, or opens an address."""

    id: str
    text: str
    is_main: bool
    calls_back: bool
    url: str
    params: Json


@dataclass(frozen=True, slots=True)
class Picture:
    """What a client draws. Blank: it draws an empty card, which is how broken variables look."""

    title: str = ""
    markdown: str = ""
    tips: str = ""
    state: str = ""
    buttons: tuple[Button, ...] = ()
    is_blank: bool = False

    def button(self, wanted: str) -> Button | None:
        """The button with this id that is to be seen and calls back."""
        return next((button for button in self.buttons if button.id == wanted and button.calls_back), None)


BLANK: Final = Picture(is_blank=True)


def draw(template: str, variables: Mapping[str, str]) -> Picture:
    """The card as a client draws it. Beyond some 3,000 characters clients were seen to draw nothing."""
    if any(len(value) > CARD_TEXT_SHOWN_CHARS_MAX for value in variables.values()):
        return BLANK
    return TEMPLATES[template](variables)


def _markdown_button(variables: Mapping[str, str]) -> Picture:
    return Picture(
        title=variables.get("title", ""),
        markdown=variables.get("markdown", ""),
        tips=variables.get("tips", ""),
        buttons=_buttons(_full_object(variables)),
        is_blank=not any(variables.get(key) for key in ("title", "markdown")),
    )


def _markdown(variables: Mapping[str, str]) -> Picture:
    title, markdown = variables.get("title", ""), variables.get("markdown", "")
    return Picture(title=title, markdown=markdown, is_blank=not (title or markdown))


def _ai_card(variables: Mapping[str, str]) -> Picture:
    """Each update has to repeat flowStatus: without it this template draws nothing."""
    state = variables.get("flowStatus", "")
    if state not in FLOW_STATES:
        return BLANK
    full = _full_object(variables)
    order = strings(full, "order") or list(AI_ORDER)
    contents = [variables.get(key, "") for key in ("staticMsgContent", "msgContent") if key in order]
    return Picture(
        title=variables.get("msgTitle", "") if "msgTitle" in order else "",
        markdown="\n\n".join(content for content in contents if content),
        state=FLOW_STATES[state],
        buttons=_buttons(full) if "msgButtons" in order and state == "3" else (),
    )


def _full_object(variables: Mapping[str, str]) -> dict[str, object]:
    try:
        return parse_record(variables.get("sys_full_json_obj") or "{}")
    except BadBody:
        return {}


def _buttons(full: Json) -> tuple[Button, ...]:
    entries = [found for item in items(full, "msgButtons") if (found := as_record(item)) is not None]
    return tuple(_button(entry) for entry in entries)


def _button(entry: Json) -> Button:
    params = record(entry, "params")
    button_id = text(entry, "id") or text(params, "id")
    return Button(
        id=button_id,
        text=text(entry, "text"),
        is_main=text(entry, "color") == "blue",
        calls_back=flag(entry, "request") and bool(button_id),
        url=text(entry, "url") or text(entry, "iosUrl"),
        params={"id": button_id, **params},
    )


TEMPLATES: Final[Mapping[str, Callable[[Mapping[str, str]], Picture]]] = {
    MARKDOWN_BUTTON: _markdown_button,
    AI_CARD: _ai_card,
    MARKDOWN: _markdown,
}
