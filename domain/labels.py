"""What stands in the code on a label, and what the text of a code means. Pure: a text and the company."""

from dataclasses import dataclass
from typing import Final

from domain.company import Company
from domain.documents import NoSuchDocument, Number

# Ours begin so: `LZG:<material code>` or `LZG:<material code>:<lot>`.
MARK: Final = "LZG:"
LOT_LENGTH_MAX: Final = 64
# Shorter digits are a count or a size printed as a code, not the number of an article.
_ARTICLE_DIGITS_MIN: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a code's text means: materials (several: they share a barcode), or a document, or nothing that we know."""

    text: str
    materials: tuple[str, ...] = ()
    lot: str = ""
    document: Number | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.materials) or self.document is not None


def label_text(material: str, *, lot: str = "") -> str:
    """What the code on a material's label holds."""
    return f"{MARK}{material}:{lot}" if lot else f"{MARK}{material}"


def read_label(text: str, company: Company) -> Label:
    """What a code means. Total: any text whatever; what fits nothing is a label that is not known."""
    said = text.strip()
    if said.upper().startswith(MARK):
        code, lot = _split(said[len(MARK) :], company)
        is_sound = bool(code) and len(lot) <= LOT_LENGTH_MAX and lot.isprintable()
        return Label(text=text, materials=(code,), lot=lot) if is_sound else Label(text=text)
    if (number := _number(said)) is not None:
        return Label(text=text, document=number)
    return Label(text=text, materials=_named(said, company))


def _split(said: str, company: Company) -> tuple[str, str]:
    """Code and lot; either may have colons of its own, so the longest code that the company keeps is meant."""
    parts = said.split(":")
    for end in range(len(parts), 0, -1):
        if code := _code(":".join(parts[:end]).strip(), company):
            return code, ":".join(parts[end:]).strip()
    return "", ""


def _number(said: str) -> Number | None:
    try:
        return Number.read(said)
    except NoSuchDocument:
        return None


def _named(said: str, company: Company) -> tuple[str, ...]:
    """By barcode and by code: the same text may be one material's barcode and another's code."""
    code, wanted = _code(said, company), _article(said)
    barcoded = (m.code for m in company.materials.values() if m.barcode and _article(m.barcode) == wanted)
    return tuple(dict.fromkeys((*((code,) if code else ()), *barcoded)))


def _code(said: str, company: Company) -> str:
    """A material's code as the company writes it; in another case only if no two differ by it."""
    if said in company.materials:
        return said
    folded = [code for code in company.materials if code.casefold() == said.casefold()]
    return folded[0] if len(folded) == 1 and said else ""


def _article(said: str) -> str:
    """An article number without the leading zeros that scanners of the two continents add or leave out."""
    plain = said.strip()
    is_article = plain.isascii() and plain.isdigit() and len(plain) >= _ARTICLE_DIGITS_MIN
    return plain.lstrip("0") if is_article else plain
