"""A mail server and a webhook on 127.0.0.1 that tests may end and bring back."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from tests.support.ports import free_ports


class MailServer:
    """A real SMTP server that keeps what it takes."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.mails: list[tuple[str, EmailMessage]] = []
        """Recipient and mail."""
        self.refuse = ""
        """Answer to recipients, if not OK."""
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=desk@example.org"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails += [(to, mail) for to in envelope.rcpt_tos]
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def subjects(self) -> list[tuple[str, str]]:
        return [(to, str(mail["Subject"])) for to, mail in self.mails]


class Hook:
    """A web server that keeps what is posted to it."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.posts: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[Any] = []
        self.status = 200
        self.redirect = ""
        self.gate = asyncio.Event()
        """Requests are answered when it is set."""
        self.gate.set()
        self._server: HTTPServer | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        hook = self

        class Receive(RequestHandler):
            async def post(self) -> None:
                await hook.gate.wait()
                hook.posts.append(json.loads(self.request.body))
                hook.paths.append(self.request.uri or "")
                hook.headers.append(self.request.headers)
                if hook.redirect:
                    self.redirect(hook.redirect, status=307)
                    return
                self.set_status(hook.status)
                self.finish("ok")

        self._server = HTTPServer(Application([(r"/.*", Receive)]))
        self._server.listen(self.port, "127.0.0.1")

    async def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
            self._server = None
