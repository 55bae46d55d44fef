"""The catalogues of a desk as raw queries read them, each without what the asker may not see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from nightdesk.crossmatch import Catalogue
from nightdesk.crossmatch.matching import LARGEST, Matches
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.narrowing import narrowed, time_path
from nightdesk_services.marshal.services.kowalski.positions import Cone
from nightdesk_services.marshal.storage.documents import Sort
from nightdesk_services.marshal.storage.kowalski import Raw, labels_of

Batches = AsyncIterator[tuple[list[Document], int]]
Floats = npt.NDArray[np.float64]

_ROWS: Final = 2000
_ROW_BYTES: Final = 500
_OBJECT_BYTES: Final = 60_000
_INDEX: Final = {"v": 2}


@dataclass(frozen=True)
class Wanted:
    """What is asked of a catalogue; the condition is tested by whoever asks, here it only helps."""

    condition: Mapping[str, Any] = field(default_factory=dict)
    pixels: tuple[str, Sequence[int]] | None = None
    """Pixel column and pixels that positions lie in."""
    cone: Cone | None = None
    by: Mapping[str, int] = field(default_factory=dict)
    """Order that is wished for."""
    limit: int = 0
    """So many are enough, if the store decides all of the condition."""
    fields: Collection[str] | None = None
    """Paths that are looked at or shown; None: all."""


class Reader(Protocol):
    """One catalogue for one person."""

    name: str

    def read(self, wanted: Wanted) -> Batches:
        """Return documents in batches, each with its size in bytes."""
        ...

    def sorts(self, by: Mapping[str, int]) -> bool:
        """Return whether documents come in this order."""
        ...

    def indexes(self) -> Document:
        """Return the indexes, as drivers tell them."""
        ...

    async def count(self, condition: Mapping[str, Any]) -> int | None:
        """Return how many documents of this person's meet a condition, None if the store cannot tell."""
        ...

    async def estimate(self) -> int:
        """Return about how many documents there are for this person."""
        ...


def places(documents: Sequence[Document]) -> tuple[Floats, Floats]:
    """Return the ICRS degrees of documents; NaN for one that has no position."""
    pairs = [
        ((one.get("coordinates") or {}).get("radec_geojson") or {}).get("coordinates") or (np.nan, np.nan)
        for one in documents
    ]
    made = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return made[:, 0] + 180.0, made[:, 1]


def _index(*names: str) -> Document:
    return {"_id_": {**_INDEX, "key": [["_id", 1]]}} | {
        f"{name}_1": {**_INDEX, "key": [[name, 1]]} for name in names
    }


class AlertsReader:
    """``<survey>_alerts``: alerts of the person's programs."""

    def __init__(self, raw: Raw, access: Access, survey: Survey) -> None:
        self.name = survey.alerts
        self.survey = survey
        self._raw = raw
        self._access = access

    async def read(self, wanted: Wanted) -> Batches:
        """Return alerts; ``features`` tell of points that the person may not see, so these go with them."""
        made = narrowed(wanted.condition, self.survey)
        condition = {**made.condition}
        if wanted.pixels is not None:
            condition = _and(condition, {wanted.pixels[0]: {"$in": list(wanted.pixels[1])}})
        condition = _and(condition, self._access.alerts(self.survey.name))
        exact = made.whole and wanted.pixels is None
        fields = None if wanted.fields is None else _apart({*wanted.fields, "programid", "_id"})
        batches = self._raw.batches(
            self.name,
            condition,
            fields=fields,
            sort=self._order(wanted.by),
            limit=wanted.limit if exact else 0,
        )
        hide = self._access.programs(self.survey.name) is not None and isinstance(self.survey.programid, str)
        async for documents, size in batches:
            yield [self._shown(one, hide=hide) for one in documents if self._sees(one)], size

    def _sees(self, alert: Document) -> bool:
        return self._access.sees_point(self.survey.name, alert.get("programid"))

    @staticmethod
    def _shown(alert: Document, *, hide: bool) -> Document:
        if hide:
            alert.pop("features", None)
        return alert

    def _order(self, by: Mapping[str, int]) -> Sort | None:
        return [(self._column(name), direction) for name, direction in by.items()] if self.sorts(by) else None

    def _column(self, name: str) -> str:
        return "_id" if name in ("_id", "candid") else "jd"

    def sorts(self, by: Mapping[str, int]) -> bool:
        """Return whether it is an order by one index; the order of arrival is that of time."""
        known = ("_id", "candid", "jd", "$natural", time_path(self.survey))
        return len(by) == 1 and next(iter(by)) in known

    def indexes(self) -> Document:
        """Return the indexes."""
        return _index("objectId", "jd", "hpx12", "hpx6")

    async def count(self, condition: Mapping[str, Any]) -> int | None:
        """Return how many alerts that the person sees meet a condition."""
        made = narrowed(condition, self.survey)
        seen = self._access.alerts(self.survey.name)
        return await self._raw.count(self.name, _and(made.condition, seen)) if made.whole else None

    async def estimate(self) -> int:
        """Return how many the person sees."""
        return await self._raw.count(self.name, self._access.alerts(self.survey.name))


class ObjectsReader:
    """``<survey>_alerts_aux``: objects with the points that the person sees; without any it is not there."""

    def __init__(self, raw: Raw, access: Access, survey: Survey) -> None:
        self.name = survey.aux
        self.survey = survey
        self._raw = raw
        self._access = access

    async def read(self, wanted: Wanted) -> Batches:
        """Return objects."""
        if wanted.pixels is not None or wanted.cone is not None:
            raise Invalid(f"{self.name}: objects have no position here; ask {self.survey.alerts}")
        names = _named(narrowed(wanted.condition).condition.get("_id"))
        if names is not None:
            for start in range(0, len(names), 100):
                found = await self._raw.objects(self.survey, names[start : start + 100])
                seen = await self._seen(found)
                yield seen, _OBJECT_BYTES * len(seen)
            return
        async for found in self._raw.all_objects(self.survey):
            seen = await self._seen(found)
            yield seen, _OBJECT_BYTES * len(seen)

    async def _seen(self, objects: list[Document]) -> list[Document]:
        made = await asyncio.to_thread(lambda: [self._shown(one) for one in objects])
        return [one for one in made if one is not None]

    def _shown(self, found: Document) -> Document | None:
        lists = {
            name: self._access.points(self.survey.name, found.get(name) or ())
            for name in ("prv_candidates", "fp_hists")
        }
        if not any(lists.values()):
            return None
        return {"_id": found["_id"], "cross_matches": found.get("cross_matches") or {}, **lists}

    def sorts(self, by: Mapping[str, int]) -> bool:
        """Return that no order is at hand."""
        return False

    def indexes(self) -> Document:
        """Return the indexes."""
        return _index()

    async def count(self, condition: Mapping[str, Any]) -> int | None:
        """Return that only looking tells."""
        return None

    async def estimate(self) -> int:
        """Return how many objects have alerts that the person sees; points of others may be here too."""
        return await self._raw.objects_seen(self.survey, self._access.alerts(self.survey.name))


class LabelsReader:
    """``<survey>_alerts_classifications``: what alerts of the person's programs are called."""

    def __init__(self, raw: Raw, access: Access, survey: Survey) -> None:
        self.name = labels_of(survey)
        self.survey = survey
        self._raw = raw
        self._access = access

    async def read(self, wanted: Wanted) -> Batches:
        """Return the labels of alerts."""
        if wanted.pixels is not None or wanted.cone is not None:
            raise Invalid(f"{self.name}: labels have no position; ask {self.survey.alerts}")
        condition = _and(narrowed(wanted.condition).condition, self._access.alerts(self.survey.name))
        async for documents, size in self._raw.batches(self.name, condition):
            seen = (one for one in documents if self._access.sees_point(self.survey.name, one["programid"]))
            yield list(seen), size

    def sorts(self, by: Mapping[str, int]) -> bool:
        """Return that no order is at hand."""
        return False

    def indexes(self) -> Document:
        """Return the indexes."""
        return _index("objectId")

    async def count(self, condition: Mapping[str, Any]) -> int | None:
        """Return how many alerts of the person's have labels, without a condition."""
        seen = self._access.alerts(self.survey.name)
        return None if condition else await self._raw.count(self.name, seen)

    async def estimate(self) -> int:
        """Return how many the person sees."""
        return await self._raw.count(self.name, self._access.alerts(self.survey.name))


class RowsReader:
    """A catalogue that alerts are matched with; everybody sees it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.name = catalogue.name
        self._catalogue = catalogue

    async def read(self, wanted: Wanted) -> Batches:
        """Return rows, those of a cone by their distance."""
        if wanted.cone is not None:
            if not wanted.cone.radius <= LARGEST:
                raise Invalid(f"{self.name}: a radius of at most {LARGEST:.0f} arcsec")
            rows = await asyncio.to_thread(self._around, wanted.cone)
            yield rows, _ROW_BYTES * len(rows)
            return
        for start in range(0, len(self._catalogue), _ROWS):
            stop = min(start + _ROWS, len(self._catalogue))
            rows = await asyncio.to_thread(self._rows, start, stop)
            yield rows, _ROW_BYTES * len(rows)

    def _around(self, cone: Cone) -> list[Document]:
        found = self._catalogue.match(cone.ra, cone.dec, cone.radius)
        return [_placed(row) for row in self._catalogue.records(found)]

    def _rows(self, start: int, stop: int) -> list[Document]:
        count = stop - start
        every = Matches(np.zeros(count, np.int64), np.arange(start, stop), np.zeros(count))
        hidden = ("distance_arcsec",)
        return [
            _placed({name: value for name, value in row.items() if name not in hidden})
            for row in self._catalogue.records(every)
        ]

    def sorts(self, by: Mapping[str, int]) -> bool:
        """Return whether it is the order of the file."""
        return dict(by) == {"$natural": 1}

    def indexes(self) -> Document:
        """Return the indexes."""
        return _index()

    async def count(self, condition: Mapping[str, Any]) -> int | None:
        """Return the number of rows, without a condition."""
        return None if condition else len(self._catalogue)

    async def estimate(self) -> int:
        """Return the number of rows."""
        return len(self._catalogue)


def _placed(row: Document) -> Document:
    point = {"type": "Point", "coordinates": [row["ra"] - 180.0, row["dec"]]}
    return {**row, "coordinates": {"radec_geojson": point}}


def _named(test: Any) -> list[str] | None:
    """Return the names that a test of ``_id`` lets through, None if they are not told."""
    if not isinstance(test, dict):
        return None
    if "$eq" in test:
        given = [test["$eq"]]
    elif "$in" in test:
        given = test["$in"]
    else:
        return None
    return sorted({one for one in given if isinstance(one, str)})


def _and(condition: Document, more: Document) -> Document:
    """Return two conditions as one, side by side if they are of different fields, so that indexes serve."""
    if condition.keys() & more.keys():
        return {"$and": [condition, more]}
    return condition | more


def _apart(paths: Collection[str]) -> list[str]:
    """Return paths without those that lie within another."""
    return [
        path for path in paths if not any(path.startswith(f"{other}.") for other in paths if other != path)
    ]
