"""Which objects are one thing."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models import identity as models


class Identity(ApiHandler):
    """What an object is the same as."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Show the objects that it is linked with, and how that came about."""
        self.answer(await self.marshal.identity.show(self.access, obj_id))

    @needs("sources", "write")
    async def post(self, obj_id: str) -> None:
        """Link it with others, or look for its counterparts in other surveys if none are named."""
        others = self.body(models.MergeBody).obj_ids
        if others:
            number: int | None = await self.marshal.identity.merge(self.access, obj_id, others)
        else:
            await self.marshal.sources.require(self.access, obj_id)
            number = await self.marshal.identity.associate(obj_id)
        self.answer({"super_obj_id": number})

    @needs("sources", "write")
    async def delete(self, obj_id: str) -> None:
        """Take it out of its link; it is not put back by position."""
        await self.marshal.identity.split(self.access, obj_id)
        self.answer()


ROUTES: Routes = [
    (f"sources/{OBJECT}/identity", Identity),
]
