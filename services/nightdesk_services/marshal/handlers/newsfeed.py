"""What was new lately."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.newsfeed import NewsQuery


class NewsFeed(ApiHandler):
    """The news of a person's groups."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List it, newest first."""
        query = self.query(NewsQuery)
        self.answer(await self.marshal.newsfeed.items(self.access, query.num_items, query.team_id))


ROUTES: Routes = [
    ("newsfeed", NewsFeed),
]
