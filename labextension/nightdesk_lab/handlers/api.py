"""``api/<path>``: every method, as it is, to the marshal and back."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nightdesk_lab.handlers.base import DeskHandler
from nightdesk_lab.marshal import DOWN, MAX_BODY, UP, MarshalUnavailableError

UNKNOWN_SERVER = "The marshal does not know this server's token. Restart your server from the hub."


class ApiHandler(DeskHandler):
    """Relay requests with the user's hub token in place of the browser's cookies."""

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        """Relay a read."""
        await self._relay(path)

    @web.authenticated
    @authorized
    async def post(self, path: str) -> None:
        """Relay a creation."""
        await self._relay(path)

    @web.authenticated
    @authorized
    async def put(self, path: str) -> None:
        """Relay a replacement."""
        await self._relay(path)

    @web.authenticated
    @authorized
    async def patch(self, path: str) -> None:
        """Relay a change."""
        await self._relay(path)

    @web.authenticated
    @authorized
    async def delete(self, path: str) -> None:
        """Relay a removal."""
        await self._relay(path)

    async def _relay(self, path: str) -> None:
        if len(self.request.body) > MAX_BODY:
            return self.fail(413, f"The request is larger than {MAX_BODY // 2**20} MiB")
        headers = {name: value for name, value in self.request.headers.get_all() if name in UP}
        try:
            answer = await self.marshal.fetch(
                path,
                method=self.request.method or "GET",
                query=self.request.query,
                body=self.request.body or None,
                headers=headers,
            )
        except MarshalUnavailableError as error:
            return self.fail(error.status, str(error))
        if answer.code == 401:
            # A 401 would make the browser log in again, which cannot mend the server's own token.
            return self.fail(502, UNKNOWN_SERVER)
        self.set_status(answer.code, answer.reason)
        for name in DOWN & set(answer.headers):
            self.set_header(name, answer.headers[name])
        if answer.code not in (204, 304):
            self.write(answer.body)
        self.finish(set_content_type=answer.headers.get("Content-Type", "application/octet-stream"))
        return None

    def compute_etag(self) -> str | None:
        """Keep the marshal's own."""
        return self._headers.get("Etag")
