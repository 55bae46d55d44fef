"""What was written on this desk, for its administrators."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.audit import AuditQuery


class Audit(ApiHandler):
    """The audit log."""

    @needs("groups", "read", acl="System admin")
    async def get(self) -> None:
        """List its entries, the newest first."""
        self.answer(await self.marshal.audit.listing(self.query(AuditQuery)))


ROUTES: Routes = [
    ("audit", Audit),
]
