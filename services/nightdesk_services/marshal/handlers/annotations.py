"""What programs found out about things, and looking objects up in catalogues."""

from __future__ import annotations

from typing import Final

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.handlers.things import ThingHandler
from nightdesk_services.marshal.models import annotations as models
from nightdesk_services.marshal.services.lookups import ARCHIVES
from nightdesk_services.marshal.services.resources import ANNOTATIONS


class Annotations(ThingHandler):
    """The annotations of a thing."""

    @needs("sources", "read")
    async def get(self, key: str) -> None:
        """List them."""
        self.answer(await self.marshal.annotations.listing(self.access, self.kind, key))

    @needs("sources", "write", acl="Annotate")
    async def post(self, key: str) -> None:
        """Add one."""
        post = self.body(models.AnnotationPost)
        self.answer(
            {"annotation_id": await self.marshal.annotations.create(self.access, self.kind, key, post)}
        )


class Annotation(ThingHandler):
    """One annotation."""

    @needs("sources", "read")
    async def get(self, key: str, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.annotations.get(self.access, self.kind, key, int(number)))

    @needs("sources", "write", acl="Annotate")
    async def put(self, key: str, number: str) -> None:
        """Change it."""
        put = self.body(models.AnnotationPut)
        await self.marshal.annotations.change(self.access, self.kind, key, int(number), put)
        self.answer()

    @needs("sources", "write")
    async def delete(self, key: str, number: str) -> None:
        """Take it back."""
        await self.marshal.annotations.remove(self.access, self.kind, key, int(number))
        self.answer()


_WANTED: Final[dict[str, type[models.Lookup]]] = {"gaia": models.GaiaLookup, "ps1": models.Ps1Lookup}


class CatalogueLookup(ApiHandler):
    """What a catalogue knows of an object."""

    @needs("sources", "write", acl="Annotate")
    async def post(self, obj_id: str) -> None:
        """Look it up, and annotate the object with what is there."""
        archive = self.request.path.rpartition("/")[2]
        wanted = self.body(_WANTED.get(archive, models.Lookup))
        made = await self.marshal.lookups.look(self.access, obj_id, archive, wanted)
        self.answer({"annotation_ids": made})


ROUTES: Routes = [
    (f"{kind}/{OBJECT}/annotations{rest}", handler)
    for kind in ANNOTATIONS
    for rest, handler in (("", Annotations), (f"/{ID}", Annotation))
]
ROUTES += [(f"sources/{OBJECT}/annotations/{archive}", CatalogueLookup) for archive in ARCHIVES]
