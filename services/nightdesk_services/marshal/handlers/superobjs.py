"""Super-objects, and the hosts of objects."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models import superobjs as models


class SuperObjs(ApiHandler):
    """All links between objects."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List those of a query."""
        query = self.query(models.SuperObjsQuery)
        self.answer(await self.marshal.super_objs.listing(self.access, query))

    @needs("sources", "write")
    async def post(self) -> None:
        """Link objects."""
        post = self.body(models.SuperObjPost)
        self.answer({"id": await self.marshal.super_objs.create(self.access, post)})


class SuperObj(ApiHandler):
    """One link."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.super_objs.get(self.access, int(number)))

    @needs("sources", "write")
    async def patch(self, number: str) -> None:
        """Change its name or objects."""
        patch = self.body(models.SuperObjPatch)
        await self.marshal.super_objs.change(self.access, int(number), patch)
        self.answer()

    @needs("sources", "write", acl="System admin")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.super_objs.remove(int(number))
        self.answer()


class Host(ApiHandler):
    """The galaxy that a source is in."""

    @needs("sources", "write")
    async def post(self, obj_id: str) -> None:
        """Set it."""
        await self.marshal.hosts.put(self.access, obj_id, self.body(models.HostPost).galaxy_name)
        self.answer()

    @needs("sources", "write")
    async def delete(self, obj_id: str) -> None:
        """Clear it."""
        await self.marshal.hosts.clear(self.access, obj_id)
        self.answer()


ROUTES: Routes = [
    ("super_objs", SuperObjs),
    (f"super_objs/{ID}", SuperObj),
    (f"sources/{OBJECT}/host", Host),
]
