"""Schedules of an instrument's follow-up requests, as files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.followup import ScheduleQuery
from nightdesk_services.marshal.services.facilities.drawing import File
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.night import site_of
from nightdesk_services.marshal.services.facilities.standards import STANDARDS, Standard
from nightdesk_services.marshal.services.followup.listing import RequestListing
from nightdesk_services.marshal.services.followup.plan import Block, Plan, plan
from nightdesk_services.marshal.services.followup.schedule_files import chart, table
from nightdesk_services.marshal.storage.store import now

_LONGEST: Final = timedelta(days=3)
_DEFAULT: Final = timedelta(hours=12)
_OVER: Final = ("deleted", "completed", "observed", "rejected")
"""How the status of a request begins that nobody waits for."""
_UNKNOWN: Final = 3600.0
"""Seconds of exposure of a request that does not say."""
_STANDARD: Final = 300.0
"""Seconds of exposure of a standard star."""
_CALIBRATION: Final = 100.0
"""Priority of a standard star: before any request."""
_MIME: Final = {"csv": "text/csv; charset=utf-8", "png": "image/png", "pdf": "application/pdf"}
_MOST: Final = 3000
"""Blocks, a request being one in each of its filters."""


class ScheduleService:
    """Plans what the person sees."""

    def __init__(self, listing: RequestListing, instruments: InstrumentService) -> None:
        self._listing = listing
        self._instruments = instruments

    async def file(self, access: Access, instrument_id: int, query: ScheduleQuery) -> File:
        """Return a schedule.

        Raises
        ------
        Invalid
            If there is nothing to plan, or nothing is known of where the telescope is.
        """
        instrument = await self._instruments.known(instrument_id)
        telescope = await self._instruments.telescope(instrument)
        site = site_of(telescope)
        if site is None:
            raise Invalid(
                f"the telescope {telescope['name']!r} has no fixed place, so nothing can be planned"
            )
        start = query.observation_start_date or now()
        end = query.observation_end_date or start + _DEFAULT
        if not timedelta(0) < end - start <= _LONGEST:
            raise Invalid("observationEndDate: a schedule is of at most three days after its start")
        blocks = [] if query.standards_only else await self._blocks(access, instrument_id, query)
        if query.include_standards or query.standards_only:
            blocks += [_standard(one) for one in _standards(query)]
        if not blocks:
            raise Invalid("there is nothing to plan: no request (or standard star) meets the query")
        if len(blocks) > _MOST:
            raise Invalid(f"at most {_MOST} exposures are planned at once; narrow the requests down")
        made = await asyncio.to_thread(plan, site, blocks, start, end, query.time_resolution)
        content = await asyncio.to_thread(_written, made, instrument["name"], query)
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", instrument["name"])
        return File(f"schedule_{name}.{query.output_format}", _MIME[query.output_format], content)

    async def _blocks(self, access: Access, instrument_id: int, query: ScheduleQuery) -> list[Block]:
        requests = await self._listing.to_plan(access, instrument_id, query)
        if query.status is None:
            requests = [one for one in requests if not str(one["status"]).lower().startswith(_OVER)]
        return [block for one in requests for block in _of_request(access, one)]


def _of_request(access: Access, request: Document) -> list[Block]:
    payload, place = request["payload"], request["place"]
    requester = access.directory.users.get(request["requester_id"])
    limits = {
        name: float(payload[key])
        for name, key in (
            ("maximum_airmass", "maximum_airmass"),
            ("moon_distance", "minimum_lunar_distance"),
        )
        if key in payload
    }
    return [
        Block(
            request_id=request["_id"],
            group_id=request["group_id"],
            obj_id=request["obj_id"],
            ra=place["ra"],
            dec=place["dec"],
            exposure=float(payload.get("exposure_time") or _UNKNOWN),
            count=int(payload.get("exposure_counts") or 1),
            filter=chosen,
            priority=float(payload.get("priority") or 1),
            requester=requester["username"] if requester else "",
            earliest=_day(payload.get("start_date")),
            latest=_day(payload.get("end_date"), ends=True),
            **limits,
        )
        for chosen in payload.get("observation_choices") or ["default"]
    ]


def _day(text: str | None, *, ends: bool = False) -> datetime | None:
    """Return when a day that stands in a payload begins, or ends."""
    if text is None:
        return None
    begin = datetime.combine(datetime.fromisoformat(text).date(), time(), UTC)
    return begin + timedelta(days=1) if ends else begin


def _standard(star: Standard) -> Block:
    return Block(
        request_id=f"standard_{star.name.replace(' ', '')}",
        group_id=SITEWIDE,
        obj_id=f"STD-{star.name}",
        ra=star.ra,
        dec=star.dec,
        exposure=_STANDARD,
        priority=_CALIBRATION,
        requester="calibration",
    )


def _standards(query: ScheduleQuery) -> Sequence[Standard]:
    stars = STANDARDS.get(query.standard_type)
    if stars is None:
        raise Invalid(f"standardType: no list {query.standard_type!r}; there are: {', '.join(STANDARDS)}")
    if query.magnitude_range is None:
        return stars
    try:
        ends = [float(part) for part in query.magnitude_range.strip("()[] ").split(",")]
        faint, bright = max(ends), min(ends)
    except ValueError:
        ends = []
    if len(ends) != 2:
        raise Invalid("magnitudeRange: two magnitudes are needed, as (12,9)")
    return [star for star in stars if bright <= star.magnitude <= faint]


def _written(made: Plan, instrument: str, query: ScheduleQuery) -> bytes:
    return table(made) if query.output_format == "csv" else chart(made, instrument, query.output_format)
