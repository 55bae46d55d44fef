"""The documents of one catalogue that meet a condition: read in batches, tested here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski import paths
from nightdesk_services.marshal.services.kowalski.evaluation import Filter, ordered, parse, run
from nightdesk_services.marshal.services.kowalski.limits import Budget, answerable
from nightdesk_services.marshal.services.kowalski.positions import ARCSEC, Cone
from nightdesk_services.marshal.services.kowalski.readers import Reader, Wanted, places

POSITION: Final = "coordinates.radec_geojson"
"""Where a document has its position."""


@dataclass(frozen=True)
class Question:
    """Which documents, in which order, and how many."""

    condition: Mapping[str, Any] = field(default_factory=dict)
    by: Mapping[str, int] = field(default_factory=dict)
    skip: int = 0
    limit: int = 0
    cone: Cone | None = None
    pixels: tuple[str, list[int]] | None = None
    """Pixel column and pixels to look in."""
    within: Callable[[list[Document]], list[Document]] | None = None
    """Which of the documents lie where it was asked for, of those in the pixels."""
    fields: set[str] | None = None
    """Paths that the asker needs; None: all."""

    def needing(self, fields: set[str] | None) -> Question:
        """Return the same question for some paths."""
        return replace(self, fields=fields)


def around(condition: Mapping[str, Any]) -> tuple[dict[str, Any], Cone | None]:
    """Return a condition without the circle that it may ask for, and the circle.

    Raises
    ------
    Invalid
        If a position is asked for in another way.
    """
    rest = dict(condition)
    test = rest.get(POSITION)
    if not (isinstance(test, dict) and "$geoWithin" in test):
        return rest, None
    match test:
        case {"$geoWithin": {"$centerSphere": [[x, y], angle]}} if all(map(_number, (x, y, angle))):
            if -180 <= x <= 180 and -90 <= y <= 90 and 0 < angle * ARCSEC["rad"] <= 30 * 3600:
                del rest[POSITION]
                return rest, Cone(x + 180.0, float(y), float(angle * ARCSEC["rad"]))
    raise Invalid(
        f"filter.{POSITION}: a $geoWithin is a $centerSphere of [ra - 180, dec] in degrees and a radius in "
        "rad, of at most 30 degrees; else ask by cone_search, near or skymap"
    )


async def find(reader: Reader, question: Question, budget: Budget, *, final: bool = True) -> list[Document]:
    """Return documents of a catalogue, whole or the fields that were asked for.

    Parameters
    ----------
    final
        Whether they are the answer; else they are worked on further, and may be more.
    """
    condition, circle = around(question.condition)
    cone = question.cone or circle
    test = Filter(condition)
    by = dict(question.by)
    if "$natural" in by and not reader.sorts(by):
        by.pop("$natural")
    streamed = not by or reader.sorts(by)
    enough = question.skip + question.limit if question.limit else 0
    wanted = Wanted(
        condition=condition,
        pixels=cone.pixels if cone is not None else question.pixels,
        cone=cone,
        by=by,
        limit=enough if streamed else 0,
        fields=None if question.fields is None else {*question.fields, "coordinates"},
    )
    if question.cone is None and circle is not None and question.within is not None:
        raise Invalid("filter: a circle within a sky map cannot be asked for")
    found: list[Document] = []
    async with aclosing(reader.read(wanted)) as batches:  # type: ignore[type-var]
        async for documents, size in batches:
            budget.check()
            kept = await asyncio.to_thread(_tested, documents, test, cone, question.within)
            found += kept
            budget.hold(len(kept), size * len(kept) // max(len(documents), 1))
            if streamed and enough and len(found) >= enough:
                break
            if final and not enough:
                answerable(len(found) - question.skip)
    if not streamed:
        found = await asyncio.to_thread(ordered, found, by)
    return found[question.skip : enough or None]


async def count(reader: Reader, condition: Mapping[str, Any], budget: Budget) -> int:
    """Return how many documents of a catalogue meet a condition."""
    rest, cone = around(condition)
    told = None if cone is not None else await reader.count(rest)
    if told is not None:
        return told
    test, total = Filter(rest), 0
    fields = paths.of_condition(rest)
    wanted = Wanted(
        condition=rest,
        pixels=None if cone is None else cone.pixels,
        cone=cone,
        fields=None if fields is None else {*fields, "coordinates"} if cone else fields,
    )
    async with aclosing(reader.read(wanted)) as batches:  # type: ignore[type-var]
        async for documents, _ in batches:
            budget.check()
            total += len(await asyncio.to_thread(_tested, documents, test, cone, None))
    return total


async def projected(documents: list[Document], projection: Mapping[str, Any]) -> list[Document]:
    """Return what of documents a projection lets through."""
    if not projection or not documents:
        return documents
    stage = parse("$project", dict(projection), "projection")
    made, _ = await asyncio.to_thread(run, [("projection", stage)], documents)
    return made


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tested(
    documents: list[Document],
    test: Filter,
    cone: Cone | None,
    within: Callable[[list[Document]], list[Document]] | None,
) -> list[Document]:
    if cone is not None and documents:
        distance = cone.distance(*places(documents))
        near = (distance <= cone.radius) & (distance >= cone.inner)
        documents = [one for one, keep in zip(documents, near.tolist(), strict=True) if keep]
    if within is not None and documents:
        documents = within(documents)
    return test.of(documents)
