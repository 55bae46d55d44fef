"""Marks that say whether a point can be trusted."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.exceptions import Conflict, NotFound
from nightdesk_services.marshal.models.photometry import ValidationBody
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.photometry_news import PhotometryNews
from nightdesk_services.marshal.storage.documents import Documents


class PhotometryValidations:
    """A point has one mark at most: validated, rejected or undecided."""

    def __init__(self, validations: Documents, reading: PhotometryService, news: PhotometryNews) -> None:
        self._validations = validations
        self._reading = reading
        self._news = news

    async def set(self, access: Access, number: int, body: ValidationBody, *, new: bool) -> int:
        """Mark a point and return the mark's id.

        Parameters
        ----------
        new
            Whether there need be no mark yet.

        Raises
        ------
        NotFound
            If the person sees no such point, or it has no mark and must have one.
        """
        point = await self._reading.seen(access, number)
        before = await self._validations.one({"photometry_id": number})
        if before is None and not new:
            raise NotFound(f"photometry point {number} is neither validated nor rejected")
        told = body.model_dump(include={"explanation", "notes"}, exclude_none=True)
        fields = told | {"validated": body.validated, "validator_id": access.user_id}
        if before is None:
            rest = {"photometry_id": number, "obj_id": point["obj_id"]}
            empty = {"explanation": None, "notes": None}
            try:
                made = await self._validations.insert(rest | empty | fields)
            except Conflict:
                # somebody was quicker
                return await self.set(access, number, body, new=False)
            mark = int(made["_id"])
        else:
            mark = int(before["_id"])
            await self._validations.change(mark, fields)
        await self._news.tell([point])
        return mark

    async def remove(self, access: Access, number: int) -> int:
        """Take a mark away and return the id that it had."""
        point = await self._reading.seen(access, number)
        before = await self._validations.one({"photometry_id": number})
        if before is None:
            raise NotFound(f"photometry point {number} is neither validated nor rejected")
        await self._validations.remove({"_id": before["_id"]})
        await self._news.tell([point])
        return int(before["_id"])
