"""Approvals: I20 decisions as each node's mode needs them, I21 nodes end in order, I22 nobody decides on their own."""

from typing import Final

from storage.verify.book import Book, Row, grouped
from storage.verify.documents import DECIDED, Paper, papers
from storage.verify.report import Tally

_ENDED: Final = {
    "pending": (("approved",), ("open",), ("waiting",)),
    "approved": (("approved",), (), ()),
    "rejected": (("approved",), ("rejected",), ("void",)),
    "withdrawn": (("approved",), (), ("void",)),
}


async def decisions(book: Book) -> Tally:
    """I20: the journal and the signers tell the same decisions, and each node is where its mode says they lead."""
    tally = Tally("nodes")
    async for paper in papers(book, among=DECIDED):
        signers = grouped(paper.signers, "node")
        told = [e for e in paper.entries if e["act"] in {"approve", "reject"}]
        made = sorted((e["node"], e["by"], e["act"], e["at"], e["capacity"]) for e in told)
        kept = sorted(
            (s["node"], s["person"], s["verdict"], s["at"], s["capacity"]) for s in paper.signers if s["verdict"]
        )
        tally.expect(made == kept, f"{paper.head['number']}: decisions {kept}, the journal tells {made}")
        for node in paper.nodes:
            tally.counted += 1
            asked = signers.pop(node["no"], [])
            for said in _unlike_mode(node, asked):
                tally.fault(f"{node['number']} node {node['no']}: {said}")
        for no in signers:
            tally.fault(f"{paper.head['number']}: signers of node {no}, which is not there")
    return tally


def _unlike_mode(node: Row, asked: list[Row]) -> list[str]:
    said = [s["verdict"] for s in asked]
    made = [verdict for verdict in said if verdict]
    found = list[str]()
    if node["mode"] not in {"any", "all", "in_turn"}:
        found.append(f"mode {node['mode']}")
    if [(s["verdict"] is None) for s in asked] != [(s["at"] is None) for s in asked]:
        found.append("a decision without its moment")
    if node["mode"] == "in_turn" and said[: len(made)] != made:
        found.append("decided out of turn")
    enough = len(made) == 1 if node["mode"] == "any" else len(made) == len(asked)
    fits = {
        "approved": bool(asked) and enough and set(made) == {"approve"},
        "rejected": made.count("reject") == 1,
        "open": "reject" not in made and not (asked and enough),
        "waiting": not made,
        "void": "reject" not in made,
    }
    if not fits.get(node["state"], False):
        found.append(f"is {node['state']} in mode {node['mode']} with the decisions {said}")
    return found


async def order(book: Book) -> Tally:
    """I21: nodes end one after the other, one is open while the document is being decided, none afterwards."""
    tally = Tally("chains")
    async for paper in papers(book, among=DECIDED):
        if not paper.nodes:
            continue
        tally.counted += 1
        number, states = paper.head["number"], [node["state"] for node in paper.nodes]
        numbers = [node["no"] for node in paper.nodes]
        tally.expect(numbers == list(range(1, len(numbers) + 1)), f"{number}: nodes {numbers}")
        fits = paper.head["state"] in _ENDED and _follows(states, _ENDED[paper.head["state"]])
        tally.expect(fits, f"{number}: is {paper.head['state']} with the nodes {states}")
        reached = [e["node"] for e in paper.entries if e["node"]]
        tally.expect(reached == sorted(reached), f"{number}: decided at the nodes {reached} in this order")
        _nothing_afterwards(tally, paper)
    return tally


def _follows(states: list[str], form: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> bool:
    """Any number of states of the first form, exactly one of the second if it has any, the rest of the third."""
    before, at, after = form
    rest = list(states)
    while rest and rest[0] in before:
        rest.pop(0)
    if at and (not rest or rest.pop(0) not in at):
        return False
    return all(state in after for state in rest)


def _nothing_afterwards(tally: Tally, paper: Paper) -> None:
    ends = [at for at, e in enumerate(paper.entries) if e["act"] in {"reject", "withdraw"}]
    late = ends and ends[0] != len(paper.entries) - 1
    tally.expect(not late, f"{paper.head['number']}: something was decided after the end")


async def separation(book: Book) -> Tally:
    """I22: nobody is asked about, or decides on, a document of their own, and nobody twice at one node."""
    tally = Tally("decisions")
    async for paper in papers(book, among=DECIDED):
        number, requester = paper.head["number"], paper.head["requester"]
        told = [(e["node"], e["by"]) for e in paper.entries if e["act"] in {"approve", "reject"}]
        tally.counted += len(told)
        for node, person in told:
            tally.expect(person != requester, f"{number} node {node}: {person} decided on their own document")
        for signer in paper.signers:
            own = signer["person"] == requester
            tally.expect(not own, f"{number} node {signer['node']}: {requester} is asked about their own document")
        tally.expect(len(told) == len(set(told)), f"{number}: somebody decided twice at one node")
    return tally
