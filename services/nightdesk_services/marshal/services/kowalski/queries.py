"""Kowalski's queries: what each type asks, and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models import kowalski as models
from nightdesk_services.marshal.services.kowalski import paths, regions
from nightdesk_services.marshal.services.kowalski.catalogs import Catalogs, chosen
from nightdesk_services.marshal.services.kowalski.confinement import (
    check_filter,
    check_pipeline,
    check_projection,
)
from nightdesk_services.marshal.services.kowalski.cutouts import Cutouts
from nightdesk_services.marshal.services.kowalski.finding import Question, count, find, projected
from nightdesk_services.marshal.services.kowalski.limits import Budget, answerable
from nightdesk_services.marshal.services.kowalski.pipelines import plan
from nightdesk_services.marshal.services.kowalski.positions import ARCSEC, Cone, named, radius
from nightdesk_services.marshal.services.kowalski.readers import Reader, places
from nightdesk_services.marshal.services.kowalski.skymaps import SkymapService
from nightdesk_services.marshal.storage.store import Store

Model = TypeVar("Model", bound=BaseModel)

_AT_ONCE = 4
"""Queries that are worked on at the same time; the others wait, within their own time."""
_ONE_ARCMIN = 60.0


class QueryService:
    """Answers queries as far as the asker's streams go."""

    def __init__(self, store: Store, catalogs: Catalogs, skymaps: SkymapService, cutouts: Cutouts) -> None:
        self._store = store
        self._catalogs = catalogs
        self._skymaps = skymaps
        self._cutouts = cutouts
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._types: dict[str, Callable[[_Asked], Awaitable[Any]]] = {
            "aggregate": self._aggregate,
            "cone_search": self._cone_search,
            "count_documents": self._count,
            "estimated_document_count": self._estimate,
            "find": self._find,
            "find_one": self._find_one,
            "info": self._info,
            "near": self._near,
            "skymap": self._skymap,
        }

    async def answer(self, access: Access, post: models.QueryPost) -> Any:
        """Return the data that a query asks for.

        Raises
        ------
        Invalid
            If it asks for what it may not, or for too much; says what, and how to narrow it.
        """
        keywords = read(models.Keywords, post.keywords, "kwargs")
        budget = Budget(keywords.max_time_ms)
        asked = _Asked(post.query, keywords, self._catalogs.of(access), budget)
        async with self._slots:
            with budget.bound(self._store):
                return await self._types[post.query_type](asked)

    async def _find(self, asked: _Asked) -> list[Document]:
        query = read(models.Find, asked.query, "query")
        reader, keywords = chosen(asked.catalogs, query.catalog), asked.keywords
        check_filter(query.filter)
        check_projection(query.projection)
        question = Question(query.filter, keywords.sort or {}, keywords.skip, keywords.limit)
        return await self._found(reader, question, query.projection, asked.budget)

    async def _find_one(self, asked: _Asked) -> Document | None:
        query = read(models.Find, asked.query, "query")
        reader, keywords = chosen(asked.catalogs, query.catalog), asked.keywords
        check_filter(query.filter)
        check_projection(query.projection)
        question = Question(query.filter, keywords.sort or {}, keywords.skip, 1)
        found = await self._found(reader, question, query.projection, asked.budget)
        return found[0] if found else None

    async def _count(self, asked: _Asked) -> int:
        query = read(models.Find, asked.query, "query")
        check_filter(query.filter)
        return await count(chosen(asked.catalogs, query.catalog), query.filter, asked.budget)

    async def _estimate(self, asked: _Asked) -> int:
        query = read(models.OnCatalog, asked.query, "query")
        return await chosen(asked.catalogs, query.catalog).estimate()

    async def _aggregate(self, asked: _Asked) -> list[Document]:
        query = read(models.Aggregate, asked.query, "query")
        reader = chosen(asked.catalogs, query.catalog)
        check_pipeline(query.pipeline, asked.catalogs)
        made = plan(query.pipeline, reader, asked.catalogs)
        found = await find(reader, made.question, asked.budget, final=False)
        if paths.mentions(query.pipeline, "cutout"):
            found = await self._cutouts.added(reader, found, None, asked.budget)
        result = await made.run(found, asked.budget)
        answerable(len(result))
        return result

    async def _cone_search(self, asked: _Asked) -> Document:
        query = read(models.ConeSearch, asked.query, "query")
        wanted = query.object_coordinates
        size = radius(wanted.radius, wanted.unit, "query.object_coordinates.cone_search_radius")
        return await self._around(asked, wanted.radec, query.catalogs, size, nearest=False)

    async def _near(self, asked: _Asked) -> Document:
        query = read(models.Near, asked.query, "query")
        size = _ONE_ARCMIN
        if query.max_distance is not None:
            size = radius(query.max_distance, query.distance_units, "query.max_distance")
        inner = query.min_distance * ARCSEC[query.distance_units]
        return await self._around(asked, query.radec, query.catalogs, size, inner, nearest=True)

    async def _around(
        self,
        asked: _Asked,
        radec: Any,
        parts: Mapping[str, models.Part],
        size: float,
        inner: float = 0.0,
        *,
        nearest: bool,
    ) -> Document:
        positions, keywords = named(radec), asked.keywords
        readers = {name: chosen(asked.catalogs, name) for name in parts}
        for part in parts.values():
            check_filter(part.filter)
            check_projection(part.projection)
        made: dict[str, dict[str, list[Document]]] = {}
        total = 0
        for name, part in parts.items():
            made[name] = {}
            for place, (ra, dec) in positions.items():
                cone = Cone(ra, dec, size, inner)
                by_distance = nearest and not keywords.sort
                limit, skip = (0, 0) if by_distance else (keywords.limit, keywords.skip)
                question = Question(part.filter, keywords.sort or {}, skip, limit, cone=cone)
                chooser = _nearest(cone, keywords) if by_distance else None
                rows = await self._found(readers[name], question, part.projection, asked.budget, chooser)
                made[name][place] = rows
                total += len(rows)
                answerable(total)
        return made

    async def _skymap(self, asked: _Asked) -> list[Document]:
        query = read(models.InSkymap, asked.query, "query")
        reader, keywords = chosen(asked.catalogs, query.catalog), asked.keywords
        check_filter(query.filter)
        check_projection(query.projection)
        ranges = await self._skymaps.region(query.skymap)
        question = Question(
            query.filter,
            keywords.sort or {},
            keywords.skip,
            keywords.limit,
            pixels=await asyncio.to_thread(regions.coarse, ranges),
            within=lambda documents: _in_region(ranges, documents),
        )
        return await self._found(reader, question, query.projection, asked.budget)

    async def _found(
        self,
        reader: Reader,
        question: Question,
        projection: Mapping[str, Any],
        budget: Budget,
        chooser: Callable[[list[Document]], list[Document]] | None = None,
    ) -> list[Document]:
        """Return what is asked, with cutouts where they are, and what of it is to be shown."""
        fields = paths.of_find(question.condition, projection, question.by)
        found = await find(reader, question.needing(fields), budget)
        if chooser is not None:
            found = chooser(found)
        found = await self._cutouts.added(reader, found, projection, budget)
        return await projected(found, projection)

    async def _info(self, asked: _Asked) -> Any:
        query = read(models.Info, asked.query, "query")
        if query.command == "catalog_names":
            return sorted(asked.catalogs, reverse=True)
        if query.command == "db_info":
            total = sum(len(reader.indexes()) for reader in asked.catalogs.values())
            return {"collections": len(asked.catalogs), "indexes": total, "ok": 1.0}
        if query.catalog is None:
            raise Invalid("query.catalog: of which?")
        reader = chosen(asked.catalogs, query.catalog)
        indexes = reader.indexes()
        if query.command == "index_info":
            return indexes
        return {"ns": reader.name, "count": await reader.estimate(), "nindexes": len(indexes), "ok": 1.0}


class _Asked:
    """One query on its way."""

    def __init__(
        self,
        query: Mapping[str, Any],
        keywords: models.Keywords,
        catalogs: dict[str, Reader],
        budget: Budget,
    ) -> None:
        self.query = query
        self.keywords = keywords
        self.catalogs = catalogs
        self.budget = budget


def read(model: type[Model], sent: Mapping[str, Any], place: str) -> Model:
    """Return a part of a request, checked.

    Raises
    ------
    Invalid
        If it does not say what it must; names the field.
    """
    try:
        return model.model_validate(dict(sent))
    except ValidationError as error:
        complaints = (
            f"{'.'.join(str(part) for part in (place, *one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise Invalid("; ".join(complaints)) from error
    except RecursionError as error:
        raise Invalid(f"{place}: nested too deep") from error


def _nearest(cone: Cone, keywords: models.Keywords) -> Callable[[list[Document]], list[Document]]:
    def nearest(documents: list[Document]) -> list[Document]:
        if not documents:
            return documents
        order = cone.distance(*places(documents)).argsort(kind="stable").tolist()
        stop = keywords.skip + keywords.limit if keywords.limit else None
        return [documents[row] for row in order[keywords.skip : stop]]

    return nearest


def _in_region(ranges: regions.Integers, documents: list[Document]) -> list[Document]:
    inside = regions.within(ranges, *places(documents)).tolist()
    return [one for one, keep in zip(documents, inside, strict=True) if keep]
