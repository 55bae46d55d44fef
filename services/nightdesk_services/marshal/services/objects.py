"""What is known of an object, whoever asks: its survey, its place, what it is called."""

from __future__ import annotations

from nightdesk.surveys import SURVEYS, Survey, get

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.services.object_sight import bounded
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.sources import Sources


def survey_named(name: str) -> Survey:
    """Return a survey by name; an unknown one is the request's error."""
    try:
        return get(name)
    except ValueError as error:
        raise Invalid(f"survey: {error}") from error


def looks_like(obj_id: str, survey: Survey) -> bool:
    """Return whether a survey names its objects so: ZTF by its own name, LSST counts them."""
    return obj_id.startswith(survey.name) or (obj_id.isdigit() and survey.name == "LSST")


class ObjectService:
    """Finds objects in the archive of all surveys."""

    def __init__(self, archive: Archive, candidates: Candidates, sources: Sources) -> None:
        self._archive = archive
        self._candidates = candidates
        self._sources = sources

    def surveys_of(self, obj_id: str, survey: str | None = None) -> list[Survey]:
        """Return the surveys that may know an object, the likeliest first."""
        if survey:
            return [survey_named(survey)]
        return sorted(SURVEYS.values(), key=lambda s: not looks_like(obj_id, s))

    async def aux(
        self, access: Access, obj_id: str, survey: str | None = None, *, curve: bool = True
    ) -> tuple[Survey, Document]:
        """Return an object's survey and document, as far as the person sees its points.

        Parameters
        ----------
        curve
            Whether its light curve is wanted.

        Raises
        ------
        NotFound
            If no survey knows it, or the person sees none of its points.
        """
        for known in self.surveys_of(obj_id, survey):
            allowed = access.programs(known.name)
            if allowed is not None and not allowed:
                continue
            found = await self._archive.object(known, obj_id, curve=curve)
            shown = None if found is None else bounded(access, known, *found)
            if found is not None and shown is None and not curve:
                # they may see points that are no detections, of which only the light curve tells
                found = await self._archive.object(known, obj_id, curve=True)
                shown = None if found is None else bounded(access, known, *found)
            if shown is not None:
                return known, shown
        raise NotFound(f"no object {obj_id}")

    async def brief(self, access: Access, obj_id: str) -> tuple[Survey, Document] | None:
        """Return an object's survey, place and counts; None if it is in no archive of the person's."""
        try:
            return await self.aux(access, obj_id, curve=False)
        except NotFound:
            return None

    async def holders(self, access: Access, obj_id: str) -> list[int]:
        """Return the person's groups that hold an object, as a source or a candidate.

        Raises
        ------
        NotFound
            If the person can know of no such object.
        """
        source = await self._sources.get(obj_id)
        held = set((source or {}).get("group_ids", ()))
        candidates = await self._candidates.of(obj_id)
        for candidate in candidates:
            if access.sees_point(candidate["survey"], candidate.get("programid")):
                held.update(candidate["group_ids"])
        own = sorted(group_id for group_id in held if access.sees([group_id]))
        if not own and await self.brief(access, obj_id) is None:
            raise NotFound(f"no object {obj_id}")
        return own
