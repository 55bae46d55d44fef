"""One object: its light curve, pictures, talk and place in the sky; and what a person does with it."""

from __future__ import annotations

import difflib
from base64 import b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nightdesk.client.errors import NotFoundError

if TYPE_CHECKING:
    import polars as pl

    from nightdesk.client.desk import Desk
    from nightdesk.plots import Cutouts

KINDS = ("science", "template", "difference")
_GroupOrGroups = str | int | Sequence[str | int] | None


class Source:
    """One object, saved or not. What it holds is asked for when it is used, and is always current.

    Parameters
    ----------
    desk
        Where it comes from.
    record
        What the marshal says of it; at least ``id``, ``ra`` and ``dec``.
    """

    def __init__(self, desk: Desk, record: dict[str, Any]) -> None:
        self.desk = desk
        self.record = record

    @property
    def id(self) -> str:
        """Id of the object (ZTF objectId, LSST diaObjectId)."""
        return str(self.record["id"])

    @property
    def ra(self) -> float:
        """Right ascension, degrees, ICRS."""
        return float(self.record["ra"])

    @property
    def dec(self) -> float:
        """Declination, degrees, ICRS."""
        return float(self.record["dec"])

    @property
    def survey(self) -> str:
        """Survey that found it."""
        return str(self.record.get("survey") or ("ZTF" if self.id.startswith("ZTF") else "LSST"))

    @property
    def groups(self) -> list[str]:
        """Names of the groups that it is saved to."""
        saved = self.record.get("saved_groups") or self.record.get("groups") or []
        return [str(one["name"]) if isinstance(one, dict) else str(one) for one in saved]

    @property
    def redshift(self) -> float | None:
        """Redshift, if somebody has entered one."""
        return self.record.get("redshift")

    @property
    def points(self) -> list[dict[str, Any]]:
        """Photometry as SkyPortal's rows: mjd (UTC), filter, mag (AB), flux (µJy), origin."""
        return list(self.desk.http.get(f"{self._path}/photometry", format="both", extras=True))

    @property
    def light_curve(self) -> pl.DataFrame:
        """The whole light curve.

        Returns
        -------
        polars.DataFrame
            By time: ``mjd`` (UTC), ``filter`` (``ztfg``), ``mag``, ``magerr``, ``limiting_mag`` (AB),
            ``flux``, ``fluxerr`` (µJy, difference), ``origin`` (``detection``, ``limit``, ``forced``),
            ``candid`` (Int64), and what else the marshal gives.
        """
        import polars as pl

        from nightdesk.client.frames import frame

        columns: dict[str, Any] = {
            "mjd": pl.Float64,
            "filter": pl.String,
            **dict.fromkeys(("mag", "magerr", "limiting_mag", "flux", "fluxerr"), pl.Float64),
            "origin": pl.String,
            "candid": pl.Int64,
        }
        return frame(self.points, columns).sort("mjd")

    @property
    def alerts(self) -> pl.DataFrame:
        """Alerts of the object, newest first; the survey's own fields are ``candidate.<field>``."""
        from nightdesk.client.frames import frame

        rows = []
        for alert in self.desk.http.get(f"/api/alerts/{self.id}", survey=self.survey)["alerts"]:
            row = {name: alert.get(name) for name in ("candid", "objectId", "jd", "programid", "publisher")}
            rows.append(row | {f"candidate.{name}": value for name, value in alert["candidate"].items()})
        return frame(rows)

    @property
    def cross_matches(self) -> pl.DataFrame:
        """Neighbours in catalogues, nearest first.

        Returns
        -------
        polars.DataFrame
            ``catalog``, ``distance_arcsec``, ``ra``, ``dec`` (degrees), and the catalogues' own columns.
        """
        import polars as pl

        from nightdesk.client.frames import frame

        columns = {"catalog": pl.String, "distance_arcsec": pl.Float64, "ra": pl.Float64, "dec": pl.Float64}
        return frame(neighbours(self.current()), columns).sort("distance_arcsec")

    @property
    def comments(self) -> list[dict[str, Any]]:
        """Comments, newest first, each with ``text``, ``author`` and ``created_at``."""
        return list(self.desk.http.get(f"{self._path}/comments"))

    @property
    def classifications(self) -> list[dict[str, Any]]:
        """Classifications, each with ``classification``, ``probability`` and who said so."""
        return list(self.desk.http.get(f"{self._path}/classifications"))

    def page(self) -> dict[str, Any]:
        """Return all that its page shows, in one request, and keep what the marshal says of it as ``record``.

        Returns
        -------
        dict
            ``source``: as `current`, with ``comments``; ``photometry``: as `points`; ``spectra``: each with
            ``wavelengths`` (Angstrom) and ``fluxes``; ``cutouts``: of the newest alert that passed a filter,
            else of the newest, as `cutouts` gives them.
        """
        from nightdesk.plots import Cutouts

        found: dict[str, Any] = self.desk.http.get(f"{self._path}/page")
        self._know(found["source"])
        images = found["cutouts"]
        if images is None:
            return {**found, "cutouts": Cutouts({}, f"{self.id}: no alert with cutouts")}
        drawn = {kind: None if images[kind] is None else b64decode(images[kind]) for kind in KINDS}
        return {**found, "cutouts": Cutouts(drawn, f"{self.id} · {images['candid']}")}

    def cutouts(self, candid: int | None = None, size: int = 180) -> Cutouts:
        """Return the science, template and difference images of an alert; a notebook shows them.

        Parameters
        ----------
        candid
            Which alert; default: the newest.
        size
            Width and height of each panel, CSS pixels.
        """
        from nightdesk.plots import Cutouts

        candid = candid if candid is not None else self._newest_candid()
        if candid is None:
            return Cutouts({}, f"{self.id}: no alert with cutouts", size)
        images = self.desk.together(lambda kind: self.image(kind, candid), KINDS)
        return Cutouts(dict(zip(KINDS, images, strict=True)), f"{self.id} · {candid}", size)

    def image(self, kind: str, candid: int | None = None) -> bytes | None:
        """Return one cutout as a PNG; None if there is none.

        Parameters
        ----------
        kind
            ``science``, ``template`` or ``difference``.
        candid
            Which alert; default: the newest.
        """
        candid = candid if candid is not None else self._newest_candid()
        if candid is None:
            return None
        try:
            return self.desk.http.content(f"/api/cutouts/{self.survey}/{candid}/{kind}/png", size=180)
        except NotFoundError:
            return None

    def stamp(self, kind: str = "science", candid: int | None = None) -> Any:
        """Return one cutout as pixels.

        Parameters
        ----------
        kind
            ``science``, ``template`` or ``difference``.
        candid
            Which alert; default: the newest.

        Returns
        -------
        numpy.ndarray
            Pixels as in the packet, shape (rows, columns).
        """
        import io

        from astropy.io import fits

        candid = candid if candid is not None else self._newest_candid()
        if candid is None:
            msg = f"{self.id} has no alert with cutouts."
            raise NotFoundError(msg)
        content = self.desk.http.content(f"/api/cutouts/{self.survey}/{candid}/{kind}/fits")
        with fits.open(io.BytesIO(content)) as hdus:
            return next(hdu.data for hdu in hdus if hdu.data is not None)

    def plot(self, **kwargs: Any) -> Any:
        """Return the light curve as a Bokeh figure; takes what `nightdesk.plots.light_curve` takes."""
        from nightdesk.plots import light_curve

        return light_curve(self.points, **kwargs)

    def current(self) -> dict[str, Any]:
        """Return what the marshal says of it now, and keep it as ``record``."""
        now = dict(self.desk.http.get(self._path, extras=True))
        self._know(now)
        return now

    def save(self, group: _GroupOrGroups = None) -> Source:
        """Save the object to one or more groups, given by name or id; default: all of yours."""
        self.desk.http.post("/api/sources", {"id": self.id, **self.desk.readers(group)})
        self.current()
        return self

    def unsave(self, group: str | int) -> None:
        """Take the object out of a group."""
        self.desk.http.delete(self._path, group_id=self.desk.group_id(group))
        self.current()

    def reject(self) -> None:
        """Take the object off your own list of candidates; others still see it."""
        self.desk.http.post("/api/listing", {"obj_id": self.id, "list_name": "rejected_candidates"})

    def comment(self, text: str, group: _GroupOrGroups = None) -> None:
        """Say something to groups (names or ids); default: those of yours that hold the object."""
        self.desk.http.post(f"{self._path}/comments", {"text": text, **self.desk.readers(group)})

    def classify(
        self, classification: str, probability: float | None = None, group: _GroupOrGroups = None
    ) -> None:
        """Say what it is.

        Parameters
        ----------
        classification
            A class of one of the taxonomies, such as ``"Ia"``.
        probability
            How sure you are, 0 to 1.
        group
            Names or ids of the groups that see it; default: those of yours that hold the object.

        Raises
        ------
        NotFoundError
            If no taxonomy has that class; names the ones that look like it.
        """
        known: dict[str, int] = {}
        for taxonomy in self.desk.http.get("/api/taxonomy"):
            for name in _classes(taxonomy["hierarchy"]):
                known.setdefault(name, int(taxonomy["id"]))
        if classification not in known:
            near = difflib.get_close_matches(classification, known, n=5, cutoff=0.4) or list(known)[:10]
            msg = f"No taxonomy has a class {classification!r}. Near: {', '.join(near)}."
            raise NotFoundError(msg)
        body = {
            "obj_id": self.id,
            "classification": classification,
            "taxonomy_id": known[classification],
            "probability": probability,
            **self.desk.readers(group),
        }
        self.desk.http.post("/api/classification", body)

    def _know(self, now: dict[str, Any]) -> None:
        self.record = {**self.record, **now, "saved_groups": now.get("groups") or []}

    @property
    def _path(self) -> str:
        return f"/api/sources/{self.id}"

    def _newest_candid(self) -> int | None:
        found = [point for point in self.points if point.get("candid") and point.get("origin") == "detection"]
        return int(max(found, key=lambda point: float(point["mjd"]))["candid"]) if found else None

    def __repr__(self) -> str:
        saved = f", saved to {', '.join(self.groups)}" if self.groups else ""
        return f"<{type(self).__name__} {self.id} ra={self.ra:.5f} dec={self.dec:+.5f}{saved}>"

    def _repr_html_(self) -> str:
        from nightdesk.display.source_page import source_page

        return source_page(self)


def _classes(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for one in node for name in _classes(one)]
    own = [str(node["class"])] if "class" in node else []
    return own + _classes(node.get("subclasses") or [])


def neighbours(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cross-matches of a record, one row each, nearest first."""
    rows = [
        {"catalog": name, **{key.removeprefix("_"): value for key, value in match.items()}}
        for name, found in (record.get("cross_matches") or {}).items()
        for match in found
    ]
    return sorted(rows, key=lambda row: float(row["distance_arcsec"]))
