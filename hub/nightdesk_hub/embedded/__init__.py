"""Embedded servers, in the order of preference; adding one touches one file and this list."""

from __future__ import annotations

from nightdesk.settings import Settings

from nightdesk_hub.embedded.base import EmbeddedServer, Kind
from nightdesk_hub.embedded.mongo import Mongod, SecantusPython, SecantusRust
from nightdesk_hub.embedded.stream import Kafka, Tansu

SERVERS: tuple[type[EmbeddedServer], ...] = (Mongod, SecantusRust, SecantusPython, Kafka, Tansu)

__all__ = ["SERVERS", "EmbeddedServer", "choose"]


def choose(kind: Kind, settings: Settings) -> EmbeddedServer:
    """Return the best server of a kind that this machine can run, or the one that the settings name.

    Raises
    ------
    LookupError
        None can run; the message says what each one lacks.
    """
    wanted: str = getattr(settings, f"{kind}_server")
    candidates = [server for server in SERVERS if server.kind == kind and wanted in ("", server.name)]
    if not candidates:
        names = ", ".join(server.name for server in SERVERS if server.kind == kind)
        msg = f"NIGHTDESK_{kind.upper()}_SERVER={wanted} is not known; one of {names}"
        raise LookupError(msg)
    for server in candidates:
        if not server.missing():
            return server(settings)
    lacks = "; ".join(f"{server.name} needs {server.missing()}" for server in candidates)
    msg = f"no embedded {kind} can run here: {lacks}"
    raise LookupError(msg)
