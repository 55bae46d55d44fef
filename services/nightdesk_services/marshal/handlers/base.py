"""What every route does: ask who it is, check the scope it declares, answer in SkyPortal's envelope."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from types import MappingProxyType, TracebackType
from typing import Any, TypeVar

from nightdesk.scopes import Action, scope
from pydantic import BaseModel, ValidationError
from tornado.web import HTTPError, RequestHandler

from nightdesk_services.marshal.access import Access, Identity
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.exceptions import Denied, Invalid, MarshalError, Unauthenticated, Unavailable
from nightdesk_services.marshal.factory import Marshal
from nightdesk_services.marshal.handlers.entries import described, writes
from nightdesk_services.marshal.storage.store import now

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)
Method = Callable[..., Coroutine[Any, Any, None]]

PUBLIC = ""
"""Declared by what everybody may ask, without a token."""
ANY = "*"
"""Declared by what every holder of any of our scopes may ask."""


def needs(area: str, action: Action | None = None, acl: str = "") -> Callable[[Method], Method]:
    """Declare the scope of a method; a method that declares none is denied.

    Parameters
    ----------
    area
        Area of `nightdesk.scopes`, or `PUBLIC` or `ANY`.
    acl
        ACL of `nightdesk_services.marshal.roles` that the person must hold too.
    """
    required = area if action is None else scope(area, action)
    if action is None and area not in (PUBLIC, ANY):
        msg = f"which action on {area}?"
        raise ValueError(msg)

    def declare(method: Method) -> Method:
        @functools.wraps(method)
        async def bounded(self: Secured, *args: Any, **kwargs: Any) -> None:
            if acl:
                self.access.require_acl(acl)
            with self.marshal.store.bounded():
                await method(self, *args, **kwargs)

        return declared(required, acl)(bounded)

    return declare


def declared(required: str, acl: str = "") -> Callable[[Method], Method]:
    """Note a method's scope where `Secured.prepare` looks for it, and its ACL for who lists the routes."""

    def note(method: Method) -> Method:
        method.required_scope = required  # type: ignore[attr-defined]
        method.required_acl = acl  # type: ignore[attr-defined]
        return method

    return note


class Secured(RequestHandler):
    """A request that is known and allowed before its method runs."""

    access: Access
    _writer: Identity | None = None
    """Who writes, of whom the audit log shall tell."""
    _sent: Mapping[str, Any] = MappingProxyType({})
    _answered: Any = None

    @property
    def marshal(self) -> Marshal:
        """The process."""
        found: Marshal = self.application.settings["marshal"]
        return found

    async def prepare(self) -> None:
        """Find out who asks, and whether the token holds the scope that the method declares."""
        method = getattr(self, (self.request.method or "").lower(), None)
        # what the route does not have is answered with 405
        if method is None or method.__func__ is RequestHandler._unimplemented_method:
            return
        if not self.marshal.ready.is_set():
            raise Unavailable("the marshal is waiting for the document store; try again in some seconds")
        required = getattr(method, "required_scope", None)
        if required == PUBLIC:
            return
        if self.get_query_arguments("token"):
            raise Invalid(
                "token: a token in an address ends in logs; send the header Authorization: token ..."
            )
        identity = await self.identify()
        if writes(self.request.method, method):
            self._writer = identity
            self.marshal.audit.begin()
        if required is None:
            raise Denied("this route declares no scope, so nobody may use it")
        if required not in identity.scopes and not (required == ANY and identity.scopes):
            wanted = "any of this desk's scopes" if required == ANY else f"the scope {required}"
            raise Denied(f"this token lacks {wanted}")
        with self.marshal.store.bounded():
            self.access = await self.marshal.people.access(identity)
        if self._writer is not None:
            self.access.require_changing()

    async def identify(self) -> Identity:
        """Return the owner of the request's token."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in ("token", "bearer") or not token.strip():
            raise Unauthenticated("send a hub token in the header Authorization: token ...")
        identity = await self.marshal.authenticator.identify(token.strip())
        if identity is None:
            raise Unauthenticated("the hub does not know this token; it may have expired")
        return identity

    def on_finish(self) -> None:
        """Tell the audit log of a write, however it ended."""
        who = self._writer
        if who is None:
            return
        self._writer = None
        access = getattr(self, "access", None)
        try:
            told = {
                "at": now(),
                "user_id": access.user_id if access else None,
                "username": who.username,
                "bot": who.kind == "service",
                "token_id": who.token_id or None,
                **described(self, self.marshal.config.prefix, self._sent, self._answered),
            }
        except Exception:
            self.marshal.audit.end(None)
            raise
        self.marshal.audit.end(told)

    def set_default_headers(self) -> None:
        """Keep answers out of shared caches, and browsers from guessing types."""
        self.set_header("Cache-Control", "private, no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    def compute_etag(self) -> str | None:
        """Return what tells whether an answer has changed, None if nobody may keep it."""
        kept = "no-store" not in self._headers.get("Cache-Control", "")
        return super().compute_etag() if kept else None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an error in the envelope."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, MarshalError):
            self.set_status(error.status)
            message = error.message
        elif isinstance(error, HTTPError):
            message = error.log_message or error.reason or HTTPStatus(status_code).phrase
        else:
            message = "something went wrong here; the log of the marshal says what"
        if self.get_status() in (HTTPStatus.UNAUTHORIZED,):
            self.set_header("WWW-Authenticate", "token")
        if self.get_status() == HTTPStatus.SERVICE_UNAVAILABLE:
            self.set_header("Retry-After", "2")
        self.set_header("Content-Type", "application/json")
        self.finish(encode({"status": "error", "message": message, "data": {}}))

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what is not the asker's own mistake."""
        if isinstance(value, MarshalError):
            log.info("%s: %s", self.request.path, value.message)
        else:
            super().log_exception(typ, value, tb)


class ApiHandler(Secured):
    """A route of the API."""

    def check_xsrf_cookie(self) -> None:
        """Nothing: only a token in a header is taken, which no foreign page can send."""

    def body(self, model: type[Model]) -> Model:
        """Return the request's body, checked."""
        try:
            sent = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise Invalid(f"the body is not JSON: {error}") from error
        if not isinstance(sent, dict):
            raise Invalid("the body must be a JSON object")
        self._sent = sent
        return _checked(model, sent)

    def query(self, model: type[Model]) -> Model:
        """Return the request's address, checked; a field given twice is a list."""
        # JupyterLab adds the time to an address, so that no browser answers from its memory
        names = [name for name in self.request.query_arguments if not name.isdigit()]
        return _checked(model, {name: ",".join(self.get_query_arguments(name)) for name in names})

    def answer(self, data: Any = None) -> None:
        """Send data."""
        self._answered = data
        self.set_header("Content-Type", "application/json")
        self.finish(encode({"status": "success", "data": {} if data is None else data}))

    def send_file(self, name: str, content_type: str, body: bytes, *, shown: bool = False) -> None:
        """Send a file to be kept, or to be looked at first."""
        how = "inline" if shown else "attachment"
        self.set_header("Content-Type", content_type)
        self.set_header("Content-Disposition", f'{how}; filename="{name}"')
        self.finish(body)


class UnknownHandler(ApiHandler):
    """Any other address."""

    async def prepare(self) -> None:
        """Say so, whoever asks."""
        raise HTTPError(404, f"no route {self.request.path}".replace("%", "%%"))


def _checked(model: type[Model], sent: dict[str, Any]) -> Model:
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise Invalid("; ".join(_complaint(one) for one in error.errors())) from error


def _complaint(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else str(error["msg"])
