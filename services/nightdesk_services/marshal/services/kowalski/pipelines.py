"""Aggregations: stage after stage on the documents that the asker sees."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nightdesk.filters.pipeline.stages import Stage

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski import paths
from nightdesk_services.marshal.services.kowalski.catalogs import chosen
from nightdesk_services.marshal.services.kowalski.evaluation import parse, run
from nightdesk_services.marshal.services.kowalski.finding import Question, find
from nightdesk_services.marshal.services.kowalski.limits import MOST_JOINED, Budget
from nightdesk_services.marshal.services.kowalski.readers import Reader

Plain = list[tuple[str, Stage]]

_KEYS: Final = ("_id", "candid", "objectId")
"""Fields that a ``$lookup`` may find documents by: those with an index."""


@dataclass(frozen=True)
class Joined:
    """``$lookup``: documents of another catalogue, as far as the asker sees them."""

    reader: Reader
    local: str
    foreign: str
    name: str
    inner: Plain
    place: str

    async def run(self, documents: list[Document], budget: Budget) -> list[Document]:
        """Return the documents, each with a list of those that belong to it."""
        keys = [_values(document, self.local) for document in documents]
        wanted = sorted({key for own in keys for key in own}, key=str)
        if len(wanted) > MOST_JOINED:
            raise Invalid(
                f"{self.place}: looks up more than {MOST_JOINED} documents; put a $match or a $limit in front"
            )
        found = []
        if wanted:
            question = Question({self.foreign: {"$in": wanted}})
            found = await find(self.reader, question, budget)
        by_key: dict[Any, list[Document]] = {}
        for one in found:
            by_key.setdefault(one.get(self.foreign), []).append(one)
        lists = [[one for key in own for one in by_key.get(key, ())] for own in keys]
        if self.inner:
            flat = [one for own in lists for one in own]
            owners = [row for row, own in enumerate(lists) for _ in own]
            made, whose = await asyncio.to_thread(run, self.inner, flat, owners)
            lists = [[] for _ in lists]
            for one, row in zip(made, whose, strict=True):
                lists[row].append(one)
        return [{**document, self.name: own} for document, own in zip(documents, lists, strict=True)]


@dataclass(frozen=True)
class Facets:
    """``$facet``: several pipelines over the same documents."""

    parts: Mapping[str, Plain]

    async def run(self, documents: list[Document], budget: Budget) -> list[Document]:
        """Return one document with the result of each."""
        made: Document = {}
        for name, stages in self.parts.items():
            budget.check()
            made[name] = (await asyncio.to_thread(run, stages, documents))[0]
        return [made]


Step = Joined | Facets | tuple[str, Stage]


@dataclass(frozen=True)
class Plan:
    """How a pipeline is carried out: what the catalogue is asked first, and what is done with the answer."""

    question: Question
    steps: Sequence[Step]

    async def run(self, documents: list[Document], budget: Budget) -> list[Document]:
        """Return what the steps make of documents."""
        plain: Plain = []
        for step in self.steps:
            if isinstance(step, tuple):
                plain.append(step)
                continue
            documents = await _together(plain, documents, budget)
            plain = []
            documents = await step.run(documents, budget)
        return await _together(plain, documents, budget)


def plan(stages: Sequence[Mapping[str, Any]], reader: Reader, catalogs: dict[str, Reader]) -> Plan:
    """Return how to carry out a checked pipeline on a catalogue.

    Raises
    ------
    Invalid
        If a stage or operator is not one of those that run here; says which and where.
    """
    rest = [next(iter(stage.items())) for stage in stages]
    condition: Mapping[str, Any] = {}
    by: Mapping[str, int] = {}
    limit = taken = 0
    if rest and rest[0][0] == "$match":
        condition, taken = rest[0][1], 1
    if len(rest) > taken and rest[taken][0] == "$sort" and _orders(rest[taken][1], reader):
        by, taken = rest[taken][1], taken + 1
    if len(rest) > taken and rest[taken][0] == "$limit" and _whole(rest[taken][1]):
        limit, taken = int(rest[taken][1]), taken + 1
    steps: list[Step] = []
    for number, (name, body) in enumerate(rest[taken:], taken):
        steps += _steps(name, body, f"pipeline.{number}", catalogs)
    fields = paths.of_pipeline(stages)
    return Plan(Question(condition, by, 0, limit, fields=fields), steps)


def _steps(name: str, body: Any, place: str, catalogs: dict[str, Reader]) -> list[Step]:
    if name == "$lookup":
        keys = ("_id",) if body["from"].endswith("_aux") else _KEYS
        if body["foreignField"] not in keys:
            raise Invalid(f"{place}.foreignField: {' or '.join(keys)}")
        if "." in body["as"]:
            raise Invalid(f"{place}.as: a name without dots")
        inner = _plain(body.get("pipeline") or [], f"{place}.pipeline")
        reader = chosen(catalogs, body["from"])
        return [Joined(reader, body["localField"], body["foreignField"], body["as"], inner, place)]
    if name == "$facet":
        return [Facets({part: _plain(stages, f"{place}.{part}") for part, stages in body.items()})]
    return list(_plain([{name: body}], place, numbered=False))


def _plain(stages: Sequence[Mapping[str, Any]], place: str, *, numbered: bool = True) -> Plain:
    made: Plain = []
    for number, stage in enumerate(stages):
        ((name, body),) = stage.items()
        here = f"{place}.{number}" if numbered else place
        if name == "$sortByCount":
            made.append((here, parse("$group", {"_id": body, "count": {"$sum": 1}}, here)))
            name, body = "$sort", {"count": -1}
        made.append((here, parse(name, body, here)))
    return made


async def _together(stages: Plain, documents: list[Document], budget: Budget) -> list[Document]:
    budget.check()
    return (await asyncio.to_thread(run, stages, documents))[0] if stages else documents


def _orders(by: Any, reader: Reader) -> bool:
    plain = isinstance(by, dict) and all(direction in (1, -1) for direction in by.values())
    return plain and "$natural" not in by and reader.sorts(by)


def _whole(limit: Any) -> bool:
    return isinstance(limit, int) and not isinstance(limit, bool) and limit > 0


def _values(document: Document, path: str) -> list[Any]:
    """Return the plain values that a path leads to, through arrays too."""
    found: list[Any] = [document]
    for name in path.split("."):
        inner = [one.get(name) for one in found if isinstance(one, dict)]
        found = [part for one in inner for part in (one if isinstance(one, list) else [one])]
    return list(dict.fromkeys(one for one in found if isinstance(one, int | float | str)))
