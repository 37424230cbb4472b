"""A list sent as a file in private: read row by row, then done like typed lines, or asked what it is for."""

from dataclasses import dataclass

from domain.company import Company, Role
from domain.company_file.headings import KEYS, synonyms
from domain.errors import DomainError
from domain.operation import Facts, Operation
from handlers import listing
from handlers.language.pasted import columns_of
from handlers.listing import Content, ReadAhead
from handlers.messages import ChatKind, Listed
from handlers.talk import Catalogues, Talk, said_digest


@dataclass(eq=False)
class CompanyFileSent(DomainError):
    """A company's data come in by `load`, not by chat."""

    name: str
    is_administrator: bool


@dataclass(eq=False)
class ListInGroup(DomainError):
    """Lists are read in private."""


def read_ahead(message: Listed, company: Company, catalogues: Catalogues) -> ReadAhead:
    """The rows, read before the operation's turn comes; may be called in a thread."""
    today = message.sent_at.date()  # no column is read as a day
    return listing.read_ahead(message.rows, catalogue=catalogues.of(company), company=company, today=today)


def operation_for(message: Listed, catalogues: Catalogues, ahead: ReadAhead | None = None) -> Operation:
    """The operation for a file that was opened; `ahead` counts as long as the company is the same."""
    return _WorkbookTalk(message, catalogues, ahead).operation()


class _WorkbookTalk(Talk):
    def __init__(self, message: Listed, catalogues: Catalogues, ahead: ReadAhead | None):
        super().__init__(message, "", catalogues)
        self._listed = message
        self._ahead = ahead

    def _meaning(self, facts: Facts) -> Operation:
        """Raises what is wrong with the list, or WhatToDo."""
        listed = self._listed
        if listed.chat.kind is ChatKind.GROUP:
            raise ListInGroup
        if _is_company_file(listed):
            person = facts.company.people[self.by.person]
            raise CompanyFileSent(listed.name, person.has(Role.ADMINISTRATOR))
        content = self._content(facts.company)
        self._unused = content.unused
        memo = listing.memo_for(content, said=said_digest(listing.digest_of(listed.rows), self.by))
        act = listing.act_titled((listed.name, *listed.titles[:1]))
        told = None
        if act:
            words = self._reading_of(facts, None, text=act, pointed=listing.pointed(memo))
            told = listing.told(words, memo, facts.company)
        if told is None:
            self._kept = memo
            raise listing.question_of(memo)
        return self._do_list(told, memo, facts)

    def _content(self, company: Company) -> Content:
        if self._ahead is None or self._ahead.company is not company:
            self._ahead = read_ahead(self._listed, company, self._catalogues)
        if self._ahead.refusal is not None:
            raise self._ahead.refusal
        return self._ahead.content


def _is_company_file(listed: Listed) -> bool:
    """Its sheets are called like a company's data; one sheet alone may be a list that is called 材料."""
    keys = synonyms(KEYS)
    found = {name for title in listed.titles if (name := keys.get(title, title)) in KEYS}
    headed = any(columns_of([cell.text for cell in cells]) for _, cells in listed.rows[: listing.HEADINGS_WITHIN])
    return len(found) > 1 or "opening_stock" in found or (bool(found) and not headed)
