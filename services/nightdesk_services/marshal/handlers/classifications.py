"""Classifications of objects, and votes on them."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models import classifications as models


class SourceClassifications(ApiHandler):
    """The classifications of an object."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List them."""
        self.answer(await self.marshal.classifications.listing(self.access, obj_id))

    @needs("sources", "write", acl="Classify")
    async def delete(self, obj_id: str) -> None:
        """Take all of them back."""
        label = self.body(models.ClassificationsDelete).label
        await self.marshal.classifications.remove_all(self.access, obj_id, label)
        self.answer()


class Classifications(ApiHandler):
    """The classifications of all objects."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List a page of them."""
        query = self.query(models.ClassificationsQuery)
        self.answer(await self.marshal.classifications.page(self.access, query))

    @needs("sources", "write", acl="Classify")
    async def post(self) -> None:
        """Classify one object or many."""
        sent = self.body(models.ClassificationsPost)
        made = await self.marshal.classifications.create(self.access, sent.classifications)
        self.answer({"classification_id": made[0]} if sent.alone else {"classification_ids": made})


class ClassifiedSources(ApiHandler):
    """The objects that are classified."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.classifications.objects(self.access, self.query(models.Span)))


class Classification(ApiHandler):
    """One classification."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        taxonomy = self.query(models.ClassificationQuery).include_taxonomy
        self.answer(await self.marshal.classifications.get(self.access, int(number), taxonomy))

    @needs("sources", "write", acl="Classify")
    async def put(self, number: str) -> None:
        """Change it."""
        put = self.body(models.ClassificationPut)
        await self.marshal.classifications.change(self.access, int(number), put)
        self.answer()

    @needs("sources", "write")
    async def delete(self, number: str) -> None:
        """Take it back."""
        await self.marshal.classifications.remove(self.access, int(number))
        self.answer()


class ClassificationVote(ApiHandler):
    """What the person thinks of a classification."""

    @needs("sources", "write", acl="Classify")
    async def post(self, number: str) -> None:
        """Vote."""
        await self.marshal.classifications.vote(self.access, int(number), self.body(models.VotePost).vote)
        self.answer()

    @needs("sources", "write", acl="Classify")
    async def delete(self, number: str) -> None:
        """Take the vote back."""
        await self.marshal.classifications.unvote(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    (f"sources/{OBJECT}/classifications", SourceClassifications),
    ("classification", Classifications),
    ("classification/sources", ClassifiedSources),
    (f"classification/votes/{ID}", ClassificationVote),
    (f"classification/{ID}", Classification),
]
