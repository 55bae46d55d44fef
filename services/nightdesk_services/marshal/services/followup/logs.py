"""Logs that an instrument keeps at its facility."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.exceptions import Invalid, Unavailable
from nightdesk_services.marshal.models.facilities import LogPost
from nightdesk_services.marshal.models.followup import LogSpan
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.facility import Outcome
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.followup.dispatch import Dispatch
from nightdesk_services.marshal.storage.store import Store


class FacilityLogs:
    """Fetches logs with an allocation's credentials and keeps them."""

    def __init__(
        self, store: Store, dispatch: Dispatch, allocations: AllocationService, instruments: InstrumentService
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._allocations = allocations
        self._instruments = instruments

    async def fetch(self, access: Access, allocation_id: int, span: LogSpan) -> None:
        """Fetch the log of a span of time and keep it.

        Raises
        ------
        Invalid
            If the facility keeps no logs.
        Unavailable
            If it does not answer with one.
        """
        if span.end_date < span.start_date:
            raise Invalid("endDate: lies before startDate")
        _, instrument, facility, endpoint = await self._allocations.facility(
            access, allocation_id, "allocation_id", "retrieve_log"
        )

        async def fetched() -> Outcome:
            outcome = await facility.log(endpoint, span.start_date, span.end_date)
            told = (outcome.response.get("content") or {}).get("log")
            if outcome.delivered and _is_log(told):
                with self._store.bounded():
                    await self._keep(instrument["_id"], span.start_date, span.end_date, told)
                return outcome
            why = outcome.why or "the facility's answer holds no log"
            raise Unavailable(f"no log was fetched: {why}")

        await self._dispatch.run(f"log {allocation_id}", fetched)

    async def _keep(self, instrument_id: int, start: datetime, end: datetime, told: Any) -> None:
        log = {"logs": told} if isinstance(told, list) else told
        await self._instruments.add_log(instrument_id, LogPost(start_date=start, end_date=end, log=log))


def _is_log(told: Any) -> bool:
    return isinstance(told, (dict, list)) or (isinstance(told, str) and bool(told.strip()))
