"""The company's names, indexed once for reading: materials by word and size, people and places by name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from domain.company import Company, Material
from handlers.language.lexicon import Domain, Lexicon, Tier
from handlers.language.normalise import normalise
from handlers.language.sizes import Size, sizes_in, spelled_in
from handlers.language.verbs import VERBS
from handlers.language.vocabulary import CUES, HOMOPHONES, NAMES, UNITS

_RUN: Final = re.compile(r"[\u4e00-\u9fff]+|[a-z]+")
_PART_MAX: Final = 6
_CHINESE_LETTERS: Final = re.compile(r"[a-z]{2,}[\u4e00-\u9fff]+")
_OWN_LETTERS: Final = re.compile(r"[a-z]{2,}|[a-z][\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """What reading needs to know of one material."""

    code: str
    order: int
    name: str
    category: str
    base_unit: str
    per_base: Mapping[str, Fraction]
    sizes: tuple[Size, ...]
    names: frozenset[str]
    traits: frozenset[str]
    text: str

    def keeps(self, unit: str) -> bool:
        return unit == self.base_unit or unit in self.per_base


class Catalogue:
    """The index over one company. Immutable once built."""

    def __init__(self, company: Company) -> None:
        self._lexicon = Lexicon()
        self.materials: Mapping[str, Kind] = MappingProxyType(
            {m.code: _kind(m, order) for order, m in enumerate(company.materials.values())}
        )
        self.codes: frozenset[str] = frozenset(_plain(code) for code in company.materials)
        self.stages: Mapping[str, tuple[str, ...]] = {p.code: p.stages for p in company.projects.values()}
        self.equipment_unit: Mapping[str, str] = {e.code: e.unit for e in company.equipment.values()}
        self.people: frozenset[str] = frozenset(company.people)
        self.known_dims: frozenset[tuple[str, ...]] = frozenset(
            size.dims[:n]
            for kind in self.materials.values()
            for size in kind.sizes
            for n in range(2, len(size.dims) + 1)
        )
        self.spelled_tails: frozenset[str] = frozenset(
            size.suffix for kind in self.materials.values() for size in kind.sizes if size.is_spelled
        )
        self.size_prefixes: frozenset[str] = frozenset(
            size.prefix for m in company.materials.values() for size in sizes_in(_plain(m.spec)) if size.prefix
        )
        self._add_language()
        self._add_units(company)
        for material in company.materials.values():
            self._add_material(material)
        self._forms: dict[tuple[Domain, str], list[str]] = {}
        self._add_names(company)
        self._lexicon.finish(HOMOPHONES.items())

    @classmethod
    def of(cls, company: Company) -> "Catalogue":
        """Build the index."""
        return cls(company)

    @property
    def lexicon(self) -> Lexicon:
        return self._lexicon

    def forms(self, domain: Domain, code: str) -> tuple[str, ...]:
        """All full names of one person, place or party."""
        return tuple(self._forms.get((domain, code), ()))

    def in_order(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Material codes in the order of the catalogue, each once."""
        return tuple(sorted(set(codes), key=lambda code: self.materials[code].order))

    def _add_language(self) -> None:
        for text, cues in CUES.items():
            self._lexicon.word(text).cues = cues
        for text, intents in VERBS.words.items():
            self._lexicon.word(text).intents = dict(intents)

    def _add_units(self, company: Company) -> None:
        own = {unit.name: unit.aliases for unit in company.units.values()}
        for material in company.materials.values():
            for name in (material.base_unit, *(name for name, _ in material.units)):
                own.setdefault(name, ())
        for name in UNITS.work:
            own.setdefault(name, ())
        taken: dict[str, set[str]] = {}
        for name, aliases in own.items():
            for text in (name, *aliases, *UNITS.aliases.get(name, ())):
                taken.setdefault(_plain(text), set()).add(name)
        for text in UNITS.counters:
            taken.setdefault(text, {text})
        for text, names in taken.items():
            if text:
                exact = {name for name in names if _plain(name) == text}
                self._lexicon.word(text).units = tuple(sorted(exact or names))

    def _add_material(self, material: Material) -> None:
        code = material.code
        for name in (material.name, *material.aliases, material.label, code, material.barcode):
            text = _plain(name)
            if len(text) < 2 and not _RUN.fullmatch(text):
                continue
            for form in {text, text.replace(" ", "")}:
                self._lexicon.word(form).add_material(code, Tier.EXACT)
        for name in (material.name, *material.aliases):
            self._add_parts(code, _plain(name))
        if category := _plain(material.category):
            self._lexicon.word(category).add_material(code, Tier.HEAD)
        for trait in _traits_of(_plain(material.spec)):
            self._lexicon.word(trait).add_material(code, Tier.TRAIT)
        for token in _plain(material.spec).split():
            # BV 2.5平方: letters of their own say what it is, as those of a size (DN25) do not; C型 is one word.
            if _OWN_LETTERS.fullmatch(token):
                self._lexicon.word(token).add_material(code, Tier.PART if token.isascii() else Tier.TRAIT)

    def _add_parts(self, code: str, name: str) -> None:
        runs = _RUN.findall(name)
        for index, run in enumerate(runs):
            is_last = index == len(runs) - 1
            if run.isascii():
                if len(run) > 1:
                    self._lexicon.word(run).add_material(code, Tier.PART)
                continue
            for start in range(len(run)):
                if start and run[start - 1] in NAMES.beyond:
                    continue
                for end in range(start + 2, min(len(run), start + _PART_MAX) + 1):
                    tier = Tier.HEAD if is_last and end == len(run) else Tier.INNER
                    self._lexicon.word(run[start:end]).add_material(code, tier)
            self._lexicon.word(run[0]).add_material(code, Tier.TRAIT)
            self._lexicon.word(run[-1]).add_material(code, Tier.PART if is_last else Tier.TRAIT)
        for joined in _CHINESE_LETTERS.findall(name):
            self._lexicon.word(joined).add_material(code, Tier.HEAD)

    def _add_names(self, company: Company) -> None:
        for domain, code, name in _names(company):
            text = _plain(name)
            if len(text) < 2:
                continue
            self._forms.setdefault((domain, code), []).append(text)
            for form in {text, text.replace(" ", "")}:
                self._lexicon.word(form).add_name(domain, code, Tier.EXACT)
            for part in _name_parts(domain, text):
                if not self._is_material(part):
                    self._lexicon.word(part).add_name(domain, code, Tier.PART)

    def _is_material(self, part: str) -> bool:
        """海螺水泥 begins a supplier's name, but whoever writes it means the cement."""
        for start in range(len(part) - 1):
            word = self._lexicon.get(part[start:])
            if word is not None and any(tier <= Tier.HEAD for tier in word.materials.values()):
                return True
        word = self._lexicon.get(part)
        return word is not None and bool(word.cues or word.intents or word.units)


def _kind(material: Material, order: int) -> Kind:
    names = (material.name, *material.aliases)
    text = " ".join(_plain(part) for part in (material.spec, *names))
    return Kind(
        code=material.code,
        order=order,
        name=_plain(material.name),
        category=_plain(material.category),
        base_unit=material.base_unit,
        per_base=dict(material.units),
        sizes=tuple(
            dict.fromkeys(
                (
                    *(size for part in (material.spec, *names) for size in sizes_in(_plain(part))),
                    *spelled_in(_plain(material.spec)),
                )
            )
        ),
        names=frozenset(map(_plain, names)),
        traits=frozenset(_traits_of(_plain(material.spec))),
        text=text,
    )


def _traits_of(spec: str) -> Iterator[str]:
    """The words of a specification: 红 and 红色, 回路, yjv."""
    for run in _RUN.findall(spec):
        for text in {run, run.removesuffix("色")}:
            if text and not (text.isascii() and len(text) < 2):
                yield text


def _plain(text: str) -> str:
    return normalise(text).text.strip()


def _names(company: Company) -> Iterator[tuple[Domain, str, str]]:
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


def _name_parts(domain: Domain, name: str) -> Iterator[str]:
    """Shortened names that people say: the beginning, for some kinds also the end, 钢筋班 for 钢筋一班."""
    if domain is Domain.PERSON or not any("\u4e00" <= char <= "\u9fff" for char in name):
        return
    if domain is Domain.EQUIPMENT:
        yield from (part for part in name.split() if not part.isascii())
        return
    shortest = 3 if domain is Domain.WAREHOUSE else 2
    for end in range(shortest, len(name)):
        yield name[:end]
    if domain in (Domain.STAGE, Domain.PROJECT, Domain.WAREHOUSE):
        for start in range(1, len(name) - 2):
            yield name[start:]
    if domain is Domain.STAGE and len(name) > 2:
        yield name[-2:]
    if domain is Domain.TEAM and len(name) > 3:
        yield re.sub(r"[一二三四五六七八九十]", "", name)
