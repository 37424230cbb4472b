"""The reading that the robot has asked about, on its way to the next one: its lines, its choices, what was settled."""

import re
from dataclasses import replace
from typing import Final

from handlers.language.catalogue import Catalogue
from handlers.language.draft import Draft, judge
from handlers.language.reading import Line, Reading, Status

CANCEL: Final = Reading(status=Status.OK, intent="dialogue.cancel")
_LINE_PATH: Final = re.compile(r"lines\[(\d{1,4})\]", re.ASCII)


class OpenQuestion:
    """`choices` holds the candidates that are still open, by path; `touched`: something was answered."""

    def __init__(self, pending: Reading, catalogue: Catalogue) -> None:
        self.pending, self.catalogue = pending, catalogue
        self.draft = Draft(pending.intent or "", fields=dict(pending.fields))
        self.lines = list(pending.lines)
        told = [at for path in (*pending.missing, *pending.candidates) if (at := _line_index(path)) is not None]
        self.lines += [Line()] * (max(told, default=-1) + 1 - len(self.lines))
        self.choices = {path: codes for path, codes in pending.candidates.items() if self._is_known(path, codes)}
        self.touched = False
        self.refuses = False  # 不是: what was offered is wrong
        self._dropped = set[int]()

    def _is_known(self, path: str, codes: tuple[str, ...]) -> bool:
        """Choices among materials that the catalogue no longer has cannot be answered."""
        return not path.endswith(".material") or all(code in self.catalogue.materials for code in codes)

    def asks(self, path: str) -> bool:
        """Whether the robot asked for it."""
        return path in self.pending.missing

    def offered(self, index: int) -> tuple[str, ...]:
        """The materials that a line may still be."""
        return self.choices.get(f"lines[{index}].material", ())

    def lines_asked_for(self, part: str) -> list[int]:
        """The lines whose unit, say, the robot asked for."""
        paths = [path for path in self.pending.missing if path.endswith(f".{part}")]
        return [at for path in paths if (at := _line_index(path)) is not None]

    def agree(self) -> bool:
        """对 says something only where one thing alone was offered."""
        if len(self.choices) != 1 or any(len(codes) != 1 for codes in self.choices.values()):
            return False
        path, codes = next(iter(self.choices.items()))
        self.settle(path, codes)
        return True

    def pick(self, picked: list[tuple[str, str]]) -> bool:
        """第二个, 1和4: what is chosen by its number in the list. False where one thing was chosen twice over."""
        if len({path for path, _ in picked}) < len(picked):
            return False
        for path, code in picked:
            if path in self.choices:
                self.settle(path, (code,))
        return True

    def settle(self, path: str, codes: tuple[str, ...]) -> None:
        """One code answers the choice, several narrow it."""
        is_told = len(codes) == 1 or self.choices.get(path) != codes  # what leaves all of several tells nothing
        self.touched = self.touched or is_told
        self.choices.pop(path, None)
        if path.startswith("fields."):
            self.draft.choose(path[7:], codes)
            return
        index = _line_index(path)
        if len(codes) > 1:
            self.choices[path] = codes
        elif codes and index is not None and index < len(self.lines):
            self.lines[index] = replace(self.lines[index], material=codes[0], said=None)
            self._check_unit(index)

    def settle_line(self, index: int, codes: tuple[str, ...]) -> None:
        """The material of a line is one of these."""
        self.settle(f"lines[{index}].material", codes)

    def _check_unit(self, index: int) -> None:
        """What was only now told to be this material may not be kept in the unit that was said."""
        line = self.lines[index]
        if line.unit is not None and line.material and not self.catalogue.materials[line.material].keeps(line.unit):
            self.draft.lack(f"lines[{index}].unit")
            self.lines[index] = replace(line, unit=None)

    def lack_unit(self, index: int, *, is_lacking: bool) -> None:
        """Ask for the unit of a line, or no more."""
        path = f"lines[{index}].unit"
        if is_lacking:
            self.draft.lack(path)
        elif path in self.draft.missing:
            self.draft.missing.remove(path)

    def drop(self, index: int) -> None:
        """The line is not wanted any more."""
        self._dropped.add(index)
        self.choices.pop(f"lines[{index}].material", None)
        self.touched = True

    def keep(self, index: int) -> None:
        """水泥不要了，改领扎丝: something else is wanted in its place."""
        self._dropped.discard(index)

    def still_lacks(self, index: int) -> bool:
        """Whether something that was asked about this line is not answered yet."""
        line, path = self.lines[index], f"lines[{index}]"
        asked = {part for part in ("material", "quantity", "unit") if self.asks(f"{path}.{part}")}
        lacks = {"material": line.material is None, "quantity": line.quantity is None, "unit": line.unit is None}
        return any(lacks[part] for part in asked)

    def refuses_only(self, index: int) -> bool:
        """Whether 不对，30包 can be about no other line."""
        path = f"lines[{index}].material"
        return self.refuses and [other for other in self.choices if other.startswith("lines[")] == [path]

    def named(self, index: int) -> str:
        """The words that named the line, else what the names of its candidates end with."""
        if said := self.lines[index].said:
            return said
        heads = {self.catalogue.materials[code].name[-2:] for code in self.offered(index)}
        return heads.pop() if len(heads) == 1 else ""

    def judged(self) -> Reading:
        """The reading as it stands after the answer."""
        self.draft.lines = self.lines
        for path, codes in self.choices.items():
            self.draft.candidates[path] = codes
        for path in self.pending.missing:
            if path.endswith(".unit") and self._is_untouched(path):
                self.draft.lack(path)
            if path.endswith(".material") and path in self.choices and path in self.pending.candidates:
                self.draft.lack(path)  # what is offered is only like what was said
            if path in ("fields.stage", "fields.recipient") and not self._is_told_otherwise(path[7:]):
                self.draft.lack(path)
        return self._without_dropped() if self._dropped else judge(self.draft)

    def _is_told_otherwise(self, name: str) -> bool:
        """Whether a name is known; 钢筋班, where somebody unknown was to get it, is as good as a person."""
        told = self.draft.fields.get("team")
        return self.draft.knows(name) or (
            name == "recipient" and told is not None and told != self.pending.fields.get("team")
        )

    def _is_untouched(self, path: str) -> bool:
        index = _line_index(path)
        return index is not None and self.lines[index : index + 1] == list(self.pending.lines[index : index + 1])

    def _without_dropped(self) -> Reading:
        """The lines that are not wanted any more are taken out, and the paths of those behind move up."""
        kept = [index for index in range(len(self.lines)) if index not in self._dropped]
        if not kept:
            return CANCEL
        place = {f"lines[{old}]": f"lines[{new}]" for new, old in enumerate(kept)}

        def moved(path: str) -> str | None:
            head, _, tail = path.partition(".")
            return path if _line_index(path) is None else f"{place[head]}.{tail}" if head in place else None

        self.draft.lines = [self.lines[index] for index in kept]
        self.draft.missing = [to for path in self.draft.missing if (to := moved(path)) is not None]
        self.draft.candidates = {
            to: codes for path, codes in self.draft.candidates.items() if (to := moved(path)) is not None
        }
        return judge(self.draft)


def _line_index(path: str) -> int | None:
    match = _LINE_PATH.match(path)
    return int(match[1]) if match else None
