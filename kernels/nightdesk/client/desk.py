"""The desk: where every object of the client comes from."""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from nightdesk.client.candidates import Candidate, Candidates
from nightdesk.client.errors import NotFoundError
from nightdesk.client.source import Source
from nightdesk.client.transport import Transport
from nightdesk.client.when import When, julian_date, moment

if TYPE_CHECKING:
    import polars as pl

    from nightdesk.client.filters import Filter

_In = TypeVar("_In")
_Out = TypeVar("_Out")
_PAGE = 100
_REJECTED = "rejected_candidates"


class Desk:
    """A connection to the marshal under one person's name.

    Parameters
    ----------
    url
        URL of the marshal.
    token
        Hub token of the person.
    transport
        Replaces HTTP, for tests.
    """

    def __init__(self, url: str, token: str, *, transport: Any = None) -> None:
        self.http = Transport(url, token, transport=transport)

    def __repr__(self) -> str:
        return f"<Desk {self.url}>"

    @property
    def url(self) -> str:
        """URL of the marshal."""
        return self.http.url

    @property
    def user(self) -> dict[str, Any]:
        """Who the token belongs to, as the marshal's profile."""
        return dict(self.http.get("/api/internal/profile"))

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Groups that the user may read, each with ``id`` and ``name``."""
        return list(self.http.get("/api/groups")["user_accessible_groups"])

    @property
    def streams(self) -> list[dict[str, Any]]:
        """Alert streams that the user may read, each with ``id`` and ``name``."""
        return list(self.http.get("/api/streams"))

    @property
    def filters(self) -> list[Filter]:
        """Filters of the user's groups."""
        from nightdesk.client.filters import Filter

        found = self.http.get("/api/filters", includeVersions=True)
        return [Filter(self, record) for record in found]

    def candidates(
        self,
        since: When = "24h",
        until: When = None,
        *,
        group: str | int | None = None,
        filter: str | int | None = None,
        survey: str | None = None,
        min_score: float | None = None,
        rejected: bool = False,
        limit: int = 50,
        wait: float = 0,
    ) -> Candidates:
        """Return what filters passed, newest first.

        Parameters
        ----------
        since, until
            When they passed: ``"12h"``, ``"tonight"``, a datetime, an ISO string, an MJD (UTC).
        group, filter
            Name or id; default: all that are yours to read.
        survey
            ``"ZTF"`` or ``"LSST"``; default: both.
        min_score
            Least real/bogus score, 0 to 1.
        rejected
            Show those that you have rejected, too.
        limit
            Most objects to return.
        wait
            Seconds to wait for the first one, if there is none yet.

        Raises
        ------
        NotFoundError
            If there is no such group or filter.

        Examples
        --------
        >>> tonight = desk.candidates(since="tonight", min_score=0.8)
        >>> tonight.table.sort("magpsf")
        """
        asked = {
            "startDate": _iso(since),
            "endDate": _iso(until),
            "groupIDs": None if group is None else self.group_id(group),
            "filterIDs": None if filter is None else self.filter(filter).id,
            "survey": survey.upper() if survey else None,
            "minScore": min_score,
            "listNameReject": None if rejected else _REJECTED,
            "savedStatus": "all",
        }
        deadline = time.monotonic() + wait
        while not (found := self._pages(limit, asked)) and time.monotonic() < deadline:
            time.sleep(1.0)
        return Candidates(self, [Candidate(self, record) for record in found])

    def source(self, obj_id: str) -> Source:
        """Return one object, saved or not.

        Raises
        ------
        NotFoundError
            If no alert of it is known to this user; names ids that look like it.
        """
        wanted = str(obj_id).strip()
        try:
            return Source(self, self.http.get(f"/api/sources/{quote(wanted, safe='')}", extras=True))
        except NotFoundError:
            raise self._unknown(wanted) from None

    def sources(
        self, search: str | None = None, *, group: str | int | None = None, limit: int = 50
    ) -> list[Source]:
        """Return saved sources, those saved last first.

        Parameters
        ----------
        search
            Part of the id.
        group
            Name or id of a group; default: all of yours.
        limit
            Most sources to return.
        """
        asked = {
            "sourceID": search,
            "group_ids": None if group is None else self.group_id(group),
            "numPerPage": limit,
            "pageNumber": 1,
            "extras": True,
        }
        return [Source(self, record) for record in self.http.get("/api/sources", **asked)["sources"]]

    def selection(self) -> list[Source]:
        """Return the objects that you have selected on the panels."""
        return self.together(self.source, self.http.get("/api/desk/selection")["ids"])

    def select(self, *sources: Source | str) -> None:
        """Select objects on the panels; with no argument, select nothing."""
        ids = [one.id if isinstance(one, Source) else one for one in sources]
        self.http.put("/api/desk/selection", {"ids": ids})

    def alert_table(
        self,
        survey: str = "ZTF",
        start: When = "24h",
        end: When = None,
        *,
        ra: float | None = None,
        dec: float | None = None,
        radius: float | None = None,
        limit: int = 1000,
    ) -> pl.DataFrame:
        """Return alerts as flat rows: the columns that a filter sees.

        Parameters
        ----------
        survey
            ``"ZTF"`` or ``"LSST"``.
        start, end
            When the alerts were observed (mid-exposure): ``"2d"``, a datetime, an MJD (UTC).
        ra, dec, radius
            Cone: degrees (ICRS), radius in arcseconds.
        limit
            Most rows, newest first.

        Returns
        -------
        polars.DataFrame
            One row per alert; ids are Int64.
        """
        from nightdesk.client.frames import frame

        since, until = moment(start), moment(end)
        rows = self.http.get(
            "/api/alerts",
            survey=survey.upper(),
            jdMin=julian_date(since) if since else None,
            jdMax=julian_date(until) if until else None,
            ra=ra,
            dec=dec,
            radius=radius,
            limit=limit,
        )
        return frame(rows)

    def save_filter(
        self,
        name: str,
        source: str | list[dict[str, Any]],
        *,
        group: str | int,
        stream: str | int = "ZTF Public",
        active: bool = True,
    ) -> Filter:
        """Publish a filter under a name; a filter of that name in the group gets a new version.

        A group of your own, to publish to, is made by `new_group`.

        Parameters
        ----------
        name
            Name of the filter, unique in its group.
        source
            What an alert must fulfil: an expression, such as ``"score > 0.65 and not sso"``, or the stages of
            a MongoDB aggregation pipeline as for Kowalski.
        group
            Name or id of the group that sees what passes; you must be its admin.
        stream
            Name or id of the alert stream it listens to.
        active
            Whether it runs at once.

        Raises
        ------
        RequestError
            If the filter cannot be one; tells where. Or if the filter of that name is of the other kind.
        """
        group_id = self.group_id(group)
        kind = "expression" if isinstance(source, str) else "pipeline"
        text = source if isinstance(source, str) else json.dumps(source)
        body = {"name": name, "source": text, "active": active}
        for known in self.filters:
            if known.name == name and known.group_id == group_id:
                self.http.patch(f"/api/filters/{known.id}", body)
                return self.filter(known.id)
        stream_id = _find(self.streams, stream, "stream")["id"]
        made = self.http.post(
            "/api/filters", {**body, "kind": kind, "stream_id": stream_id, "group_id": group_id}
        )
        return self.filter(int(made["id"]))

    def filter(self, filter: str | int) -> Filter:
        """Return one filter by its name or id."""
        from nightdesk.client.filters import Filter

        return Filter(self, _find([one.record for one in self.filters], filter, "filter"))

    def group_id(self, group: str | int) -> int:
        """Return the id of a group given by its name or id."""
        return int(_find(self.groups, group, "group")["id"])

    def readers(self, group: str | int | Sequence[str | int] | None) -> dict[str, list[int]]:
        """Return groups, given by names or ids, as a request names them; None leaves it to the marshal."""
        if group is None:
            return {}
        return {
            "group_ids": [self.group_id(one) for one in ([group] if isinstance(group, (str, int)) else group)]
        }

    def new_group(self, name: str, description: str | None = None) -> dict[str, Any]:
        """Return the group of this name, made with you as its admin if it is not there yet."""
        known = [one for one in self.groups if one["name"] == name]
        if not known:
            self.http.post("/api/groups", {"name": name, "description": description})
            known = [one for one in self.groups if one["name"] == name]
        return known[0]

    def together(self, call: Callable[[_In], _Out], items: Iterable[_In]) -> list[_Out]:
        """Call a function on every item, eight at a time, and return the answers in order."""
        with ThreadPoolExecutor(max_workers=8, thread_name_prefix="nightdesk") as pool:
            return list(pool.map(call, items))

    def _pages(self, limit: int, asked: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while len(found) < limit:
            size = min(limit, _PAGE)
            answer = self.http.get("/api/candidates", **asked, pageNumber=page, numPerPage=size, extras=True)
            found += answer["candidates"]
            if len(answer["candidates"]) < size or len(found) >= answer["totalMatches"]:
                break
            page += 1
        return found[:limit]

    def _unknown(self, obj_id: str) -> NotFoundError:
        recent = [one["id"] for one in self._pages(200, {"savedStatus": "all"})]
        saved = [one.id for one in self.sources(limit=100)]
        near = difflib.get_close_matches(obj_id, {*recent, *saved}, n=3, cutoff=0.7)
        hint = (
            f" Did you mean {' or '.join(near)}?" if near else " nightdesk.candidates() lists what came in."
        )
        return NotFoundError(f"There is no object {obj_id!r} that you may see.{hint}")


def _find(records: list[dict[str, Any]], wanted: str | int, what: str) -> dict[str, Any]:
    for record in records:
        if wanted in (record["id"], record["name"]):
            return record
    names = [str(record["name"]) for record in records]
    near = difflib.get_close_matches(str(wanted), names, n=3, cutoff=0.5) or names[:10]
    msg = f"There is no {what} {wanted!r} that you may use. There is: {', '.join(map(repr, near)) or 'none'}."
    raise NotFoundError(msg)


def _iso(when: When) -> str | None:
    found = moment(when)
    return found.isoformat() if found else None
