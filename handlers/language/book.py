"""The words of the book: those of the language, the units, and the company's people, places and parties."""

import re
from collections.abc import Iterator
from typing import Final

from domain.company import Company
from handlers.language.index import MaterialIndex
from handlers.language.lexicon import Domain, Names, Tier, Word, graded
from handlers.language.normalise import plain
from handlers.language.numerals import spoken
from handlers.language.verbs import VERBS
from handlers.language.vocabulary import CUES, UNITS

_COUNTED: Final = re.compile("[一二三四五六七八九](?=[班组队号期标区栋座])")


def book_words(company: Company, index: MaterialIndex) -> dict[str, Word]:
    """Every word that is not merely a material's, with the materials that it names as well."""
    units = _units(company, index)
    names = _names_by_text(company, index, frozenset(units))
    texts = dict.fromkeys((*CUES, *VERBS.words, *units, *names))
    return {
        text: graded(
            Word(
                text,
                index.naming(text),
                units=units.get(text, ()),
                names=names.get(text, {}),
                intents=VERBS.words.get(text, {}),
                cues=CUES.get(text, frozenset()),
            )
        )
        for text in texts
    }


def full_names(company: Company) -> dict[tuple[Domain, str], tuple[str, ...]]:
    """All full names of every person, place and party."""
    found: dict[tuple[Domain, str], list[str]] = {}
    for domain, code, name in _named(company):
        if len(text := plain(name)) > 1:
            found.setdefault((domain, code), []).append(text)
    return {key: tuple(names) for key, names in found.items()}


def _units(company: Company, index: MaterialIndex) -> dict[str, tuple[str, ...]]:
    """What a word says as a unit: the names of the units that it may be."""
    own = {unit.name: unit.aliases for unit in company.units.values()}
    for name in (*index.units, *UNITS.work):
        own.setdefault(name, ())
    said: dict[str, set[str]] = {}
    for name, aliases in own.items():
        for text in (name, *aliases, *UNITS.aliases.get(name, ())):
            said.setdefault(plain(text), set()).add(name)
    for text in UNITS.counters:
        said.setdefault(text, {text})
    return {
        text: tuple(sorted({name for name in names if plain(name) == text} or names))
        for text, names in said.items()
        if text
    }


def _names_by_text(company: Company, index: MaterialIndex, units: frozenset[str]) -> dict[str, Names]:
    found: dict[str, dict[Domain, dict[str, Tier]]] = {}

    def add(text: str, domain: Domain, code: str, tier: Tier) -> None:
        codes = found.setdefault(text, {}).setdefault(domain, {})
        codes[code] = min(tier, codes.get(code, tier))

    full = {plain(name) for _, _, name in _named(company)}
    for domain, code, name in _named(company):
        text = plain(name)
        if len(text) < 2:
            continue
        for form in {text, text.replace(" ", ""), _dictated(text), _in_digits(text)}:
            add(form, domain, code, Tier.EXACT)
        for part in _parts(domain, text):
            if (
                part not in CUES
                and part not in VERBS.words
                and part not in units
                and not (_names_material(part, index) or _is_two_words(part, full))
            ):
                add(part, domain, code, Tier.PART)
    return dict[str, Names](found)


def _dictated(name: str) -> str:
    """二十五吨汽车吊, 三号楼: a name with a number as it is spoken."""
    if not any(char.isdigit() for char in name) or name.isascii():
        return name
    return re.sub(r"(?<![\d.a-z])\d{1,3}(?![\d.a-z])", lambda match: spoken(int(match[0])), name, flags=re.ASCII)


def _in_digits(name: str) -> str:
    """水暖2班 for 水暖二班."""
    return _COUNTED.sub(lambda match: str("一二三四五六七八九".index(match[0]) + 1), name)


def _names_material(part: str, index: MaterialIndex) -> bool:
    """海螺水泥 begins a supplier's name, but whoever writes it means the cement."""
    return any(index.is_head(part[start:]) for start in range(len(part) - 1))


def _is_two_words(part: str, full: set[str]) -> bool:
    """A座现场 begins the name of a store, but it is a project and a word, as 泵站土建 is a project and its stage."""
    return any(
        part[:at] in full and (part[at:] in full or part[at:] in CUES or part[at:] in VERBS.words)
        for at in range(2, len(part))
    )


def _named(company: Company) -> Iterator[tuple[Domain, str, str]]:
    yield from _places(company)
    yield from _parties(company)


def _places(company: Company) -> Iterator[tuple[Domain, str, str]]:
    for project in company.projects.values():
        for name in (project.code, project.name, *project.aliases):
            yield Domain.PROJECT, project.code, name
        for stage in project.stages:
            yield Domain.STAGE, stage, stage
    for domain, book in ((Domain.WAREHOUSE, company.warehouses), (Domain.EQUIPMENT, company.equipment)):
        for thing in book.values():
            for name in (thing.code, thing.name, *thing.aliases):
                yield domain, thing.code, name


def _parties(company: Company) -> Iterator[tuple[Domain, str, str]]:
    for person in company.people.values():
        for name in (person.id, person.name, *person.aliases):
            yield Domain.PERSON, person.id, name
    for team in company.teams.values():
        yield Domain.TEAM, team.name, team.name
    for domain, book in ((Domain.SUPPLIER, company.suppliers), (Domain.CUSTOMER, company.customers)):
        for party in book.values():
            for name in (party.code, party.name, *party.aliases):
                yield domain, party.code, name


def _parts(domain: Domain, name: str) -> Iterator[str]:
    """Shortened names that people say: the beginning, for some kinds also the end, 钢筋班 for 钢筋一班."""
    if domain is Domain.PERSON or not any("\u4e00" <= char <= "\u9fff" for char in name):
        return
    if domain is Domain.EQUIPMENT:
        yield from (part for part in name.split() if not part.isascii() and not part[0].isdigit())
        if bare := re.fullmatch(r"(?:\d[\d.]*[吨米立方t]*|[大中小]型)([\u4e00-\u9fff]{2,})", name):
            yield bare[1]  # 汽车吊 of 25吨汽车吊
        return
    shortest = 3 if domain is Domain.WAREHOUSE else 2
    for end in range(shortest, len(name)):
        yield name[:end]
    if domain in (Domain.STAGE, Domain.PROJECT, Domain.WAREHOUSE):
        for start in range(1, len(name) - 2):
            yield name[start:]
    if domain in (Domain.STAGE, Domain.PROJECT) and len(name) > 2:
        yield name[-2:]
    if domain is Domain.TEAM and len(name) > 3:
        yield re.sub(r"[一二三四五六七八九十]", "", name)
