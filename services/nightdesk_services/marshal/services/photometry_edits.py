"""Changing, removing and copying points."""

from __future__ import annotations

import math
from typing import Any, Final

from nightdesk.photometry import POGSON, ZEROPOINT, flux_in_ujy, magnitude_of_flux

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.photometry import CopyBody, CurveQuery, PhotometryPatch
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.photometry_checks import Checks
from nightdesk_services.marshal.services.photometry_news import PhotometryNews
from nightdesk_services.marshal.services.photometry_posts import PhotometryPosts
from nightdesk_services.marshal.services.photometry_rows import brightness, same
from nightdesk_services.marshal.services.photometry_systems import vega_offset
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.photometry import Photometry

_MAGS: Final = ("mag", "limiting_mag", "magref")
_FIXED: Final = ("obj_id", "mjd", "instrument_id", "filter")
_PLAIN: Final = (*_FIXED, "ra", "dec", "ra_unc", "dec_unc", "origin", "altdata", "alert_id", "assignment_id")
_CHUNK = 1000


class PhotometryEdits:
    """Only who uploaded a point changes it, or who manages photometry."""

    def __init__(
        self,
        *,
        points: Photometry,
        reading: PhotometryService,
        posts: PhotometryPosts,
        checks: Checks,
        news: PhotometryNews,
        said: tuple[Documents, ...],
    ) -> None:
        self._points = points
        self._reading = reading
        self._posts = posts
        self._checks = checks
        self._news = news
        self._said = said

    async def change(self, access: Access, number: int, patch: PhotometryPatch) -> None:
        """Change a point; what was not sent stays.

        Raises
        ------
        Invalid
            If what comes out is no measurement, or there is the same already.
        """
        before = await self._reading.seen(access, number)
        access.require_measurer(before, "photometry point")
        sent = patch.model_dump(exclude_unset=True)
        for name in _FIXED:
            if name in sent and sent[name] is None:
                raise Invalid(f"{name}: cannot be empty")
        fields: Document = {name: sent[name] for name in _PLAIN if name in sent}
        after = before | fields
        await self._checks.known(access, [after], numbered=False)
        fields |= _brightness(after, sent)
        if patch.group_ids is not None:
            fields["group_ids"] = sorted(access.chosen(patch.group_ids))
        if patch.stream_ids is not None:
            more = access.granted(patch.stream_ids)
            fields["stream_ids"] = sorted({*(before.get("stream_ids") or ()), *more})
        if not fields:
            raise Invalid("nothing to change was given")
        after |= fields
        try:
            await self._points.change(number, fields | {"key": same(after)})
        except Conflict as error:
            raise Invalid("the following photometry already exists: this point would be the same") from error
        await self._news.tell([before, after])

    async def remove(self, access: Access, number: int) -> None:
        """Remove a point."""
        point = await self._reading.seen(access, number)
        access.require_measurer(point, "photometry point")
        await self._removed([point])

    async def remove_upload(self, access: Access, upload_id: str) -> int:
        """Remove the points of an upload and return how many there were."""
        return await self._all(access, {"upload_id": upload_id}, f"upload {upload_id} of yours")

    async def remove_of(self, access: Access, obj_id: str) -> int:
        """Remove the uploaded points of an object; those that came with alerts stay."""
        return await self._all(access, {"obj_id": obj_id}, f"photometry of {obj_id} that is yours")

    async def copy(self, access: Access, obj_id: str, body: CopyBody) -> int:
        """Copy the points that the person sees of one object to another, as their own.

        Raises
        ------
        Denied
            If points are somebody else's to share, or a group has no stream that brings them.
        """
        if body.origin_id == obj_id:
            raise Invalid("origin_id: is the object itself")
        known = await self._checks.objects(access, [body.origin_id, obj_id])
        if obj_id not in known:
            raise NotFound(f"no object {obj_id}")
        if body.origin_id not in known:
            raise Invalid(f"origin_id: no object {body.origin_id}")
        holders = {"group_ids": access.holding(body.group_ids), "owner_id": access.user_id}
        uploaded = await self._reading.documents(access, body.origin_id)
        for point in uploaded:
            self._require_copyable(access, point, body.group_ids)
        alerts = await self._alerts(access, body)
        copies = [_copy(point) | {"obj_id": obj_id} | holders for point in (*uploaded, *alerts)]
        return await self._posts.copies(access, copies)

    async def _alerts(self, access: Access, body: CopyBody) -> list[Document]:
        """Return the alerts' points of an object as if they had been uploaded."""
        query = CurveQuery(format="both", parts="individual", extras=True)
        rows = await self._reading.from_alerts(access, body.origin_id, query)
        for survey, programs in {(row.pop("survey"), row.pop("programid")) for row in rows}:
            for group_id in body.group_ids:
                if not access.brings(group_id, survey, programs):
                    raise Denied(
                        f"group_ids: group {group_id} has no stream that brings these points of {survey}"
                    )
        return [row for row in rows if row["mjd"] is not None and row["fluxerr"] is not None]

    def _require_copyable(self, access: Access, point: Document, group_ids: list[int]) -> None:
        further = set(group_ids) - set(point["group_ids"])
        if not further or access.super_admin or point.get("owner_id") == access.user_id:
            return
        if not any(access.memberships.get(i, {}).get("can_share_photometry") for i in point["group_ids"]):
            raise Denied(f"group_ids: point {point['_id']} is somebody else's to share")

    async def _all(self, access: Access, query: Document, what: str) -> int:
        asked = {"$and": [query, access.measured, access.own_measured]}
        found = await self._points.find(asked)
        if not found:
            raise NotFound(f"no {what}")
        await self._removed(found)
        return len(found)

    async def _removed(self, points: list[Document]) -> None:
        ids = [point["_id"] for point in points]
        for start in range(0, len(ids), _CHUNK):
            part = {"$in": ids[start : start + _CHUNK]}
            await self._points.remove({"_id": part})
            for said in self._said:
                await said.remove({"photometry_id": part})
        await self._news.tell(points)


def _brightness(point: Document, sent: Document) -> Document:
    """Return the brightness of a point after a change; empty if that says nothing of it."""
    shift = 0.0
    if sent.get("magsys") == "vega":
        found = vega_offset(point["filter"])
        if found is None:
            raise Invalid(f"magsys: no Vega magnitude is known of the filter {point['filter']}; use ab")
        shift = found
    in_mag = {
        name: sent[name] for name in ("mag", "magerr", "limiting_mag", "magref", "e_magref") if name in sent
    }
    in_flux = {name: sent[name] for name in ("flux", "fluxerr", "ref_flux", "ref_fluxerr") if name in sent}
    if in_mag and in_flux:
        raise Invalid(f"{next(iter(in_flux))}: give magnitudes or fluxes, not both")
    for zero, flux in (("zp", "flux"), ("ref_zp", "ref_flux")):
        if sent.get(zero) is not None and flux not in in_flux:
            raise Invalid(f"{zero}: is nothing without {flux}")
    if in_mag:
        # stored magnitudes are AB
        in_mag |= {name: in_mag[name] + shift for name in _MAGS if in_mag.get(name) is not None}
        kept = {name: point.get(name) for name in ("mag", "magerr", "limiting_mag")} | _reference(point)
        return _measured(point, kept | in_mag)
    if not in_flux:
        return {}
    for name, value in in_flux.items():
        given = sent.get("ref_zp" if name.startswith("ref") else "zp")
        if value is not None and (given is not None or shift):
            in_flux[name] = float(flux_in_ujy(value, (ZEROPOINT if given is None else given) + shift))
    kept = {name: point.get(name) for name in ("flux", "fluxerr", "ref_flux", "ref_fluxerr")}
    return _measured(point, kept | in_flux)


def _measured(point: Document, columns: Document) -> Document:
    table: dict[str, list[Any]] = {name: [value] for name, value in columns.items()}
    made = brightness(table | {"magsys": ["ab"], "filter": [point["filter"]]}, 1)
    return {name: values[0] for name, values in made.items()}


def _reference(point: Document) -> Document:
    flux, error = point.get("ref_flux"), point.get("ref_fluxerr")
    if flux is None or flux <= 0:
        return {}
    mag = float(magnitude_of_flux(flux))
    return {"magref": mag, "e_magref": None if error is None or math.isnan(mag) else POGSON * error / flux}


_COPIED: Final = (
    *("mjd", "filter", "instrument_id", "instrument_name", "ra", "dec", "ra_unc", "dec_unc", "origin"),
    *("flux", "fluxerr", "mag", "magerr", "limiting_mag", "ref_flux", "ref_fluxerr", "snr", "altdata"),
)


def _copy(point: Document) -> Document:
    return {name: point.get(name) for name in _COPIED} | {"stream_ids": []}
