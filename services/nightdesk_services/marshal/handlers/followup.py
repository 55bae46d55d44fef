"""Robotic follow-up: requests, what facilities tell of them, and when they can be observed."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models import followup as models

UPLOAD = "Upload data"


class Requests(ApiHandler):
    """Follow-up requests."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List one page."""
        query = self.query(models.RequestsQuery)
        self.answer(await self.marshal.followup.listing.page(self.access, query))

    @needs("facilities", "write", acl=UPLOAD)
    async def post(self) -> None:
        """Hand one in."""
        self.answer(await self.marshal.followup.requests.post(self.access, self.body(models.RequestPost)))


class Request(ApiHandler):
    """One follow-up request."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        query = self.query(models.RequestQuery)
        self.answer(await self.marshal.followup.listing.get(self.access, int(number), query))

    @needs("facilities", "write", acl=UPLOAD)
    async def put(self, number: str) -> None:
        """Change it."""
        put = self.body(models.RequestPut)
        self.answer(await self.marshal.followup.requests.change(self.access, int(number), put))

    @needs("facilities", "write", acl=UPLOAD)
    async def delete(self, number: str) -> None:
        """Take it back."""
        await self.marshal.followup.requests.remove(self.access, int(number))
        self.answer()


class RequestComment(ApiHandler):
    """What is said of a request."""

    @needs("facilities", "write", acl=UPLOAD)
    async def put(self, number: str) -> None:
        """Set it."""
        text = self.body(models.CommentPut).comment
        await self.marshal.followup.requests.comment(self.access, int(number), text)
        self.answer({"id": int(number)})


class Watch(ApiHandler):
    """The person's watch on a request."""

    @needs("facilities", "write")
    async def post(self, number: str) -> None:
        """Begin it."""
        self.body(models.Nothing)
        await self.marshal.followup.requests.watch(self.access, int(number))
        self.answer()

    @needs("facilities", "write")
    async def delete(self, number: str) -> None:
        """End it."""
        await self.marshal.followup.requests.unwatch(self.access, int(number))
        self.answer()


class Prioritization(ApiHandler):
    """The order of requests."""

    @needs("facilities", "write", acl=UPLOAD)
    async def put(self) -> None:
        """Set it anew."""
        await self.marshal.followup.priorities.change(self.access, self.body(models.PrioritizationPut))
        self.answer()


class PhotometryRequest(ApiHandler):
    """The data of a request."""

    @needs("facilities", "write", acl=UPLOAD)
    async def get(self, number: str) -> None:
        """Ask the facility for them."""
        self.query(models.Refresh)
        self.answer(await self.marshal.followup.requests.retrieve(self.access, int(number)))


class FacilityMessages(ApiHandler):
    """What facilities tell."""

    @needs("facilities", "write")
    async def post(self) -> None:
        """Take a message about a request."""
        await self.marshal.followup.requests.hear(self.access, self.body(models.FacilityMessage))
        self.answer()


class ExternalLogs(ApiHandler):
    """Logs at the facility of an allocation's instrument."""

    @needs("facilities", "write", acl=UPLOAD)
    async def get(self, number: str) -> None:
        """Fetch and keep one."""
        await self.marshal.followup.logs.fetch(self.access, int(number), self.query(models.LogSpan))
        self.answer()


class Forms(ApiHandler):
    """What to ask for at each instrument."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """Show the forms by instrument."""
        self.answer(await self.marshal.followup.requests.forms())


class Schedule(ApiHandler):
    """A plan of an instrument's requests."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Draw it."""
        query = self.query(models.ScheduleQuery)
        made = await self.marshal.followup.schedules.file(self.access, int(number), query)
        self.send_file(made.name, made.mime, made.content)


class AllocationReport(ApiHandler):
    """What was made of an instrument's allocations."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Draw it."""
        query = self.query(models.ReportQuery)
        made = await self.marshal.followup.reports.file(self.access, int(number), query)
        self.send_file(made.name, made.mime, made.content)


ROUTES: Routes = [
    ("followup_request", Requests),
    ("followup_request/prioritization", Prioritization),
    (f"followup_request/{ID}", Request),
    (f"followup_request/{ID}/comment", RequestComment),
    (f"followup_request/watch/{ID}", Watch),
    (f"followup_request/schedule/{ID}", Schedule),
    (f"photometry_request/{ID}", PhotometryRequest),
    ("facility", FacilityMessages),
    (f"instrument/{ID}/external_api", ExternalLogs),
    ("internal/instrument_forms", Forms),
    (f"allocation/report/{ID}", AllocationReport),
]
