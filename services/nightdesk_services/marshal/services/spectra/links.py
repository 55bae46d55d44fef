"""What a spectrum came of: a follow-up request, or a target of an observing run."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.exceptions import NotFound, absent
from nightdesk_services.marshal.services.facilities.runs import RunService
from nightdesk_services.marshal.services.followup.sight import RequestSight


class Links:
    """Checks what is named, and tells which groups wait for it."""

    def __init__(self, requests: RequestSight, runs: RunService) -> None:
        self._requests = requests
        self._runs = runs

    async def groups(self, access: Access, request_id: int | None, assignment_id: int | None) -> set[int]:
        """Return those of the person's groups that a request or a run was for.

        Raises
        ------
        Invalid
            If the person can know of no such request or target.
        """
        found: set[int] = set()
        if request_id is not None:
            request = await self._requests.known(access, request_id, "followup_request_id")
            found.update(request.get("target_group_ids") or ())
        if assignment_id is not None:
            found.update(await self._assigned(access, assignment_id))
        return {group_id for group_id in found if access.sees([group_id])}

    async def _assigned(self, access: Access, number: int) -> set[int]:
        try:
            assignment = await self._runs.assignment(access, number)
            run = await self._runs.known(access, assignment["run_id"])
        except NotFound as error:
            raise absent(f"assignment {number}", "assignment_id") from error
        return set() if run.get("group_id") is None else {int(run["group_id"])}
