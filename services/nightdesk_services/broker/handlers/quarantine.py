"""Packets that could not be used: look, download, try again, throw away."""

from __future__ import annotations

import re

from tornado.web import HTTPError

from nightdesk_services.broker.handlers.base import Handler
from nightdesk_services.broker.services.quarantining import MOST

_DIGEST = re.compile(r"[0-9a-f]{64}")


class QuarantineHandler(Handler):
    """GET /api/quarantine."""

    async def get(self) -> None:
        """Answer with a page of entries; ``survey``, ``kind``, ``skip``, ``limit``."""
        await self.require("stream")
        self.answer(
            await self.ask(
                self.parts.quarantine.page,
                self.get_query_argument("survey", "")[:40],
                self.get_query_argument("kind", "")[:200],
                self.whole("skip", 0, 1_000_000),
                self.whole("limit", 25, MOST),
            )
        )


class PayloadHandler(Handler):
    """GET /api/quarantine/<id>/payload."""

    async def get(self, digest: str) -> None:
        """Answer with a packet's bytes."""
        await self.require("stream")
        found = await self.ask(self.parts.quarantine.payload, digest)
        if found is None:
            raise HTTPError(404, "this packet is not in the quarantine")
        payload, whole = found
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("X-Content-Type-Options", "nosniff")
        name = f"{digest[:16]}.avro" if whole else f"{digest[:16]}-beginning.avro"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(payload)


class RetryHandler(Handler):
    """POST /api/quarantine/retry."""

    async def post(self) -> None:
        """Send the packets ``ids`` again; answer how many, and which cannot be."""
        who = await self.require("stream", "write")
        self.answer(await self.ask(self.parts.retrying.retry, self.digests(), who))

    def digests(self) -> list[str]:
        """Return the ids in the body, checked."""
        ids = self.body().get("ids")
        if not isinstance(ids, list) or not 0 < len(ids) <= MOST:
            raise HTTPError(400, f"ids must be a list of 1 to {MOST} ids")
        if not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in ids):
            raise HTTPError(400, "ids must be SHA-256 digests in hexadecimal")
        return ids


class DeleteHandler(RetryHandler):
    """POST /api/quarantine/delete."""

    async def post(self) -> None:
        """Delete the packets ``ids``; answer how many were there."""
        who = await self.require("stream", "write")
        self.answer({"deleted": await self.ask(self.parts.quarantine.delete, self.digests(), who)})
