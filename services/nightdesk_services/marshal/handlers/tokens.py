"""Tokens that people make for their scripts and bots."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ANY, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.tokens import TokenPost, TokenPut, TokensQuery


class Tokens(ApiHandler):
    """All tokens of a person."""

    @needs(ANY)
    async def get(self) -> None:
        """List them; never what they are, only what they are called."""
        self.answer(await self.marshal.tokens.listing(self.access, self.query(TokensQuery).user_id))

    @needs("groups", "write")
    async def post(self) -> None:
        """Make one; this answer alone shows it."""
        self.answer({"token_id": await self.marshal.tokens.create(self.access, self.body(TokenPost))})


class Token(ApiHandler):
    """One token, named by its id or by itself."""

    async def prepare(self) -> None:
        """Keep a token that somebody puts into the address out of the log."""
        whole = self.request.path.rpartition("/")[2]
        short = "-".join(whole.split("-")[:2])
        self.request.uri = (self.request.uri or "").replace(whole, short)
        self.request.path = self.request.path.replace(whole, short)
        await super().prepare()

    @needs(ANY)
    async def get(self, token_id: str) -> None:
        """Show its name and ACLs."""
        self.answer(await self.marshal.tokens.get(self.access, token_id))

    @needs("groups", "write")
    async def put(self, token_id: str) -> None:
        """Change its name or ACLs."""
        await self.marshal.tokens.change(self.access, token_id, self.body(TokenPut))
        self.answer()

    @needs("groups", "write")
    async def delete(self, token_id: str) -> None:
        """Make it worthless."""
        await self.marshal.tokens.remove(self.access, token_id)
        self.answer()


ROUTES: Routes = [
    ("internal/tokens", Tokens),
    (r"internal/tokens/([\w\-]{1,120})", Token),
]
