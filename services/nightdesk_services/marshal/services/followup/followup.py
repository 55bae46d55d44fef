"""How the parts of robotic follow-up are put together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.registry import Facilities
from nightdesk_services.marshal.services.facilities.report import AllocationReports
from nightdesk_services.marshal.services.facilities.runs import RunService
from nightdesk_services.marshal.services.followup.calls import FacilityCalls
from nightdesk_services.marshal.services.followup.constraints import RequestConstraints
from nightdesk_services.marshal.services.followup.defaults import DefaultRequestService
from nightdesk_services.marshal.services.followup.dispatch import Dispatch
from nightdesk_services.marshal.services.followup.listing import RequestListing
from nightdesk_services.marshal.services.followup.logs import FacilityLogs
from nightdesk_services.marshal.services.followup.priorities import PriorityService
from nightdesk_services.marshal.services.followup.requests import FollowupService
from nightdesk_services.marshal.services.followup.schedules import ScheduleService
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.services.followup.views import RequestViews
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import Store


@dataclass(frozen=True)
class Followup:
    """Time on telescopes, and what is asked of them."""

    allocations: AllocationService
    reports: AllocationReports
    requests: FollowupService
    listing: RequestListing
    sight: RequestSight
    """For whatever else names a request."""
    defaults: DefaultRequestService
    priorities: PriorityService
    schedules: ScheduleService
    logs: FacilityLogs
    dispatch: Dispatch

    @classmethod
    def create(
        cls,
        *,
        store: Store,
        hosts: Collection[str],
        instruments: InstrumentService,
        runs: RunService,
        sources: Sources,
        objects: ObjectService,
        candidates: Candidates,
        classifications: Records,
        photometry: PhotometryService,
        people: PeopleService,
    ) -> Followup:
        """Put the parts together; requests are sent to no hosts but these."""
        rows, exchanges = Documents(store, "followup_requests"), Documents(store, "facility_transactions")
        default_rows = Documents(store, "default_followup_requests")
        sight, facilities, dispatch = RequestSight(rows, sources, objects), Facilities(hosts), Dispatch()
        allocations = AllocationService(
            allocations=Documents(store, "allocations"),
            requests=rows,
            exchanges=exchanges,
            defaults=default_rows,
            instruments=instruments,
            facilities=facilities,
            sight=sight,
        )
        constraints = RequestConstraints(
            requests=rows,
            sight=sight,
            sources=sources,
            classifications=classifications,
            spectra=Documents(store, "spectra"),
            assignments=Documents(store, "assignments"),
            runs=runs,
            allocations=allocations,
        )
        requests = FollowupService(
            requests=rows,
            allocations=allocations,
            instruments=instruments,
            facilities=facilities,
            calls=FacilityCalls(
                store=store, dispatch=dispatch, requests=rows, exchanges=exchanges, allocations=allocations
            ),
            constraints=constraints,
            sight=sight,
        )
        views = RequestViews(allocations=allocations, exchanges=exchanges, sight=sight, candidates=candidates)
        listing = RequestListing(rows, allocations, sight, views)
        return cls(
            allocations=allocations,
            reports=AllocationReports(allocations, instruments, rows, sight),
            requests=requests,
            listing=listing,
            sight=sight,
            defaults=DefaultRequestService(
                store=store,
                dispatch=dispatch,
                defaults=default_rows,
                requests=rows,
                followup=requests,
                allocations=allocations,
                constraints=constraints,
                people=people,
            ),
            priorities=PriorityService(
                store=store,
                dispatch=dispatch,
                followup=requests,
                allocations=allocations,
                photometry=photometry,
                sight=sight,
            ),
            schedules=ScheduleService(listing, instruments),
            logs=FacilityLogs(store, dispatch, allocations, instruments),
            dispatch=dispatch,
        )
