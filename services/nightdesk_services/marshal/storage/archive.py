"""Alerts, light curves and cutouts as the broker stored them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from bson import Int64
from nightdesk import sky
from nightdesk.surveys import Survey

from nightdesk_services.common.light_curves import newest, object_of, whole
from nightdesk_services.common.packed import Points, packed
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.store import Document, Store

_MOST_NEAR = 1000
"""Alerts of one place that are looked at; an object of the deepest field has some hundred."""


class Archive:
    """Reads the collections of every survey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def object(
        self, survey: Survey, obj_id: str, *, curve: bool
    ) -> tuple[Document, Points | None] | None:
        """Return an object in Kowalski's shape, and its detections as packed rows.

        Parameters
        ----------
        curve
            Whether its light curve is wanted.

        Returns
        -------
        found
            None if there is no such object; no rows if they do not tell their program, and then the light
            curve is there whether it is wanted or not.
        """
        unread = ("limits", "forced") if curve else ("limits", "forced", "added")
        versions = await self._store.among(survey.objects, "objectId", [obj_id], dict.fromkeys(unread, 0))
        last = next(iter(newest(versions).values()), None)
        if last is None:
            return None
        points = packed(last)
        if curve:
            aux = await self._store[survey.aux].find_one({"_id": obj_id})
            document = await asyncio.to_thread(whole, survey, versions, aux)
            return None if document is None else (document, points)
        if points is None:
            return await self.object(survey, obj_id, curve=True)
        return object_of(last), points

    async def matches_of(self, survey: Survey, obj_ids: Collection[str]) -> dict[str, Document]:
        """Return the cross-matches of several objects, by object."""
        fields = ["objectId", "v", "cross_matches"]
        found = self._store[survey.objects].find({"objectId": {"$in": list(obj_ids)}}, fields)
        return newest(await found.to_list())

    async def alerts_of(self, survey: Survey, obj_id: str, limit: int) -> list[Document]:
        """Return the alerts of one object."""
        return await self._store[survey.alerts].find({"objectId": obj_id}).limit(limit).to_list()

    async def alerts(
        self,
        survey: Survey,
        *,
        limit: int,
        jd: tuple[float | None, float | None] = (None, None),
        pixels: tuple[str, Sequence[int]] | None = None,
    ) -> list[Document]:
        """Return alerts of a span of time or of some pixels, newest first."""
        query: dict[str, Any] = {}
        if bounds := between(*jd):
            query["jd"] = bounds
        if pixels is not None:
            query[pixels[0]] = {"$in": list(pixels[1])}
        return await self._store[survey.alerts].find(query).sort("jd", -1).limit(limit).to_list()

    async def near(self, survey: Survey, ra: float, dec: float, radius: float) -> list[str]:
        """Return the objects that alerts within some arcsec of a place belong to, the nearest first."""
        field, pixels = sky.cone(ra, dec, radius)
        wanted = {"objectId": 1, "coordinates.radec_geojson": 1}
        found = self._store[survey.alerts].find({field: {"$in": list(pixels)}}, wanted).limit(_MOST_NEAR)
        distance: dict[str, float] = {}
        for one in await found.to_list():
            longitude, latitude = one["coordinates"]["radec_geojson"]["coordinates"]
            away = float(sky.separation(ra, dec, longitude + 180.0, latitude))
            distance[one["objectId"]] = min(away, distance.get(one["objectId"], away))
        return sorted((i for i, away in distance.items() if away <= radius), key=lambda i: distance[i])

    async def newest(self, survey: Survey, obj_id: str) -> list[Document]:
        """Return the alerts of an object, newest first, with no more than ``jd`` and ``programid``."""
        found = self._store[survey.alerts].find({"objectId": obj_id}, {"jd": 1, "programid": 1})
        return sorted(await found.to_list(), key=lambda one: one["jd"], reverse=True)

    async def programid(self, survey: Survey, candid: int) -> int | None:
        """Return the program of an alert, None if there is no such alert."""
        found = await self._store.among(survey.alerts, "_id", [Int64(candid)], ["programid"])
        return int(found[0].get("programid") or 1) if found else None
