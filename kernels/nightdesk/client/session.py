"""The desk that a notebook uses without naming it, connected by what the environment says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nightdesk.client.desk import Desk
from nightdesk.client.errors import TokenError

if TYPE_CHECKING:
    import polars as pl

    from nightdesk.client.candidates import Candidates
    from nightdesk.client.source import Source

TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105  # the name of a variable
URL = "NIGHTDESK_MARSHAL_URL"

_desks: dict[tuple[str, str], Desk] = {}


def connect(url: str | None = None, token: str | None = None) -> Desk:
    """Connect to a desk.

    Parameters
    ----------
    url
        URL of the marshal, such as ``https://hub.example.org/services/marshal``; default: what
        ``NIGHTDESK_MARSHAL_URL`` says, as in every Nightdesk server.
    token
        A hub token; default: that of the server the notebook runs in (``JUPYTERHUB_API_TOKEN``).

    Raises
    ------
    TokenError
        If there is no token.

    Examples
    --------
    >>> desk = connect("https://hub.example.org/services/marshal", token="...")
    >>> desk.url
    'https://hub.example.org/services/marshal'
    """
    if not url:
        from nightdesk.settings import Settings

        url = os.environ.get(URL) or Settings().marshal
    token = token or os.environ.get(TOKEN, "")
    if not token:
        msg = (
            f"There is no token: {TOKEN} is not set. In a server started from the hub it always is. "
            "Elsewhere, make a token on the hub's Token page and say nightdesk.connect(url, token=...)."
        )
        raise TokenError(msg)
    return Desk(url, token)


def desk() -> Desk:
    """Return the desk of this kernel; connects on first use, and again if the environment changes."""
    key = (os.environ.get(URL, ""), os.environ.get(TOKEN, ""))
    if key not in _desks:
        _desks[key] = connect()
    return _desks[key]


def candidates(*args: Any, **kwargs: Any) -> Candidates:
    """Return what filters passed; see `Desk.candidates`."""
    return desk().candidates(*args, **kwargs)


def source(obj_id: str) -> Source:
    """Return one object; see `Desk.source`."""
    return desk().source(obj_id)


def sources(*args: Any, **kwargs: Any) -> list[Source]:
    """Return saved sources; see `Desk.sources`."""
    return desk().sources(*args, **kwargs)


def selection() -> list[Source]:
    """Return the objects selected on the desk's panels; see `Desk.selection`."""
    return desk().selection()


def select(*sources: Source | str) -> None:
    """Select objects on the desk's panels; see `Desk.select`."""
    desk().select(*sources)


def alert_table(*args: Any, **kwargs: Any) -> pl.DataFrame:
    """Return alerts as rows, for trying filters; see `Desk.alert_table`."""
    return desk().alert_table(*args, **kwargs)
