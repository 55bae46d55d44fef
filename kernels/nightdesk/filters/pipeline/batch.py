"""Alerts as pipelines see them: documents in Kowalski's shape, of which only what is read is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from nightdesk import sky
from nightdesk.alerts.batch import STANDARD, AlertBatch, Ragged
from nightdesk.alerts.layout import SOURCE
from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.columns import from_column, from_ragged, nested, repeated
from nightdesk.filters.pipeline.frames import Frame
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.operators.arrays import join
from nightdesk.filters.pipeline.python import from_python
from nightdesk.filters.pipeline.values import Fields, Later, Lazy, Lists, Values, doubles, objects

AUX: Final = ("prv_candidates", "fp_hists", "cross_matches")
"""Fields that the store keeps with the object, in ``<survey>_alerts_aux``."""


class Batch:
    """Alerts for pipelines; a column is made when the first pipeline reads it, and kept for the others.

    Parameters
    ----------
    fields
        Fields of the alerts' documents, those of `AUX` among them.
    n
        Number of alerts.
    """

    def __init__(self, fields: Fields, n: int) -> None:
        self._fields = fields
        self._n = n
        self._frames: dict[bool, Frame] = {}

    def __len__(self) -> int:
        return self._n

    def frame(self, *, apart: bool) -> Frame:
        """Return the documents as the root of expressions.

        Parameters
        ----------
        apart
            Whether the fields of `AUX` are left out, for a pipeline that looks them up itself.
        """
        if apart not in self._frames:
            chosen = {name: self._fields.lazy(name) for name in self._fields if not (apart and name in AUX)}
            self._frames[apart] = Frame(self._n, {"ROOT": objects(chosen, self._n)})
        return self._frames[apart]

    @property
    def aux(self) -> Values:
        """The objects' documents, one per alert."""
        chosen = {name: self._fields.lazy(name) for name in AUX if name in self._fields}
        if "objectId" in self._fields:
            chosen["_id"] = self._fields.lazy("objectId")
        return objects(chosen, self._n)

    @staticmethod
    def from_documents(documents: Sequence[Mapping[str, Any]]) -> Batch:
        """Return documents as a batch; the fields of `AUX` stand beside the others.

        Raises
        ------
        TypeError
            If a value is of a type that an alert cannot hold; raised where it is read.
        """
        values = from_python(list(documents))
        return Batch(values.fields or Fields({}), len(documents))

    @staticmethod
    def from_columns(
        n: int,
        columns: Mapping[str, pl.Series | Array] | pl.DataFrame,
        *,
        tables: Mapping[str, Ragged] | None = None,
        documents: Mapping[str, Sequence[Any]] | None = None,
        absent: Mapping[str, Array] | None = None,
        nulls: Mapping[str, Array] | None = None,
    ) -> Batch:
        """Return columns as a batch, without a document being made.

        Parameters
        ----------
        n
            Number of alerts.
        columns
            Dotted name (``candidate.magpsf``) -> one value per alert. Null and NaN are null.
        tables
            Name (``prv_candidates``) -> rows of each alert.
        documents
            Dotted name (``cross_matches.Gaia``) -> one Python value per alert: a list of documents, say.
        absent
            Dotted name of a column, or of a table's column -> one truth value per alert: whether its document
            has no such field at all.
        nulls
            Dotted name of an object (``ssSource``) -> one truth value per alert: whether it is null.
        """
        absent = absent or {}
        made: dict[str, Lazy | Values] = {}
        named = columns.to_dict() if isinstance(columns, pl.DataFrame) else columns
        for name, column in named.items():
            made[name] = _of_column(column, absent.get(name))
        for name, table in (tables or {}).items():
            lacking = {c: absent[f"{name}.{c}"] for c in table.values.columns if f"{name}.{c}" in absent}
            made[name] = _of_table(table, lacking)
        for name, values in (documents or {}).items():
            made[name] = _of_python(values)
        return Batch(nested(made, n, nulls or {}), n)

    @staticmethod
    def from_alerts(
        alerts: AlertBatch,
        *,
        prv: Ragged | None = None,
        fp: Ragged | None = None,
        matches: Mapping[str, Sequence[Sequence[Mapping[str, Any]]]] | None = None,
        documents: Mapping[str, Sequence[Any]] | None = None,
    ) -> Batch:
        """Return decoded alerts as a batch: what `nightdesk.alerts.documents` would give, from columns.

        Parameters
        ----------
        alerts
            Decoded alerts.
        prv, fp
            What is known of each alert's object up to the alert, the alert's own detection included, in the
            survey's fields; None: what the packet holds, and its own detection last. As in the store, a point
            has no field where that is null.
        matches
            Catalogue -> matches of each alert.
        documents
            More fields by dotted name, such as ``classifications`` or ``features``: one value per alert.
        """
        frame, layouts, which = alerts.frame, alerts.layouts, alerts.layout
        columns: dict[str, pl.Series] = {}
        absent: dict[str, Array] = {}
        nulls: dict[str, Array] = {}
        for name in dict.fromkeys(n for one in layouts for n in one.scalars if n not in STANDARD):
            columns[name] = frame[name]
            absent[name] = _lacking(which, [name in one.scalars for one in layouts])
        for record in dict.fromkeys(name for one in layouts for name in one.records):
            names = dict.fromkeys(f for one in layouts for f in one.records.get(record, ()))
            for name in names:
                columns[f"{record}.{name}"] = frame[f"{record}.{name}"]
                absent[f"{record}.{name}"] = _lacking(
                    which, [name in one.records.get(record, ()) for one in layouts]
                )
            if record != SOURCE:
                cells = frame.select(f"{record}.{name}" for name in names)
                nulls[record] = cells.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy()
        if f"{SOURCE}.jd" in frame.columns:
            columns[f"{SOURCE}.jd"] = frame[f"{SOURCE}.jd"]
            absent.pop(f"{SOURCE}.jd", None)
        for name in ("candid", "objectId", "hpx12", "hpx6", "jd", "programid"):
            columns[name] = frame[name]
        columns["_id"] = frame["candid"]
        made: dict[str, Lazy | Values] = {
            name: _of_column(column, absent.get(name)) for name, column in columns.items()
        }
        made |= _provenance(alerts)
        made |= _places(alerts)
        for name in ("classifications", "features"):
            made[name] = objects({}, len(alerts))
        own = {name: column for name, column in made.items() if name.startswith(f"{SOURCE}.")}
        made["prv_candidates"] = _history(alerts, own) if prv is None else _points(prv)
        made["fp_hists"] = _points(alerts.fp if fp is None else fp)
        made["cross_matches"] = objects({}, len(alerts))
        for catalogue, found in (matches or {}).items():
            made.pop("cross_matches", None)
            made[f"cross_matches.{catalogue}"] = _of_python(found)
        for name, values in (documents or {}).items():
            made.pop(name.partition(".")[0], None)
            made[name] = _of_python(values)
        return Batch(nested(made, len(alerts), nulls), len(alerts))


def _of_column(column: pl.Series | Array, absent: Array | None) -> Later:
    def make() -> Values:
        values = from_column(column)
        return values if absent is None else values.with_kind(absent, k.MISSING)

    return Later(make)


def _of_table(table: Ragged, absent: Mapping[str, Array]) -> Later:
    return Later(lambda: from_ragged(table, absent))


def _points(table: Ragged) -> Later:
    return Later(lambda: from_ragged(table, sparse=True))


def _of_python(values: Sequence[Any]) -> Later:
    return Later(lambda: from_python(values))


def _lacking(which: Array, has: Sequence[bool]) -> Array:
    return ~np.array(has, bool)[which] if len(has) else np.zeros(len(which), bool)


def _history(alerts: AlertBatch, made: Mapping[str, Lazy | Values]) -> Later:
    """Return the packet's history with its own detection last."""

    def make() -> Values:
        before = from_ragged(alerts.prv, sparse=True)
        own: dict[str, Lazy | Values] = {}
        has = [{*(one.prv or one.records.get(SOURCE, {})), "jd"} for one in alerts.layouts]
        for name in dict.fromkeys(
            [*(name for one in alerts.layouts for name in one.prv), *sorted(set().union(*has))]
        ):
            column = made.get(f"{SOURCE}.{name}")
            if column is not None:
                own[name] = _sparse(column, _lacking(alerts.layout, [name in one for one in has]))
        n = len(alerts)
        last = Lists(np.arange(n + 1), np.arange(n), objects(own, n))
        return join([before.lists, last], n).values()

    return Later(make)


def _sparse(column: Lazy | Values, absent: Array) -> Later:
    def make() -> Values:
        values = column if isinstance(column, Values) else column.load()
        return values.with_kind(absent | (values.kind == k.NULL), k.MISSING)

    return Later(make)


def _provenance(alerts: AlertBatch) -> dict[str, Lazy | Values]:
    survey, frame, n = alerts.survey, alerts.frame, len(alerts)

    def publisher() -> Values:
        if survey.publisher and survey.publisher in frame.columns:
            return from_column(frame[survey.publisher].replace("", None).fill_null(survey.name))
        return repeated(survey.name, n)

    def version() -> Values:
        own = pl.Series([one.version for one in alerts.layouts], dtype=pl.String)[
            alerts.layout.astype(np.int64)
        ]
        if survey.version and survey.version in frame.columns:
            given = frame[survey.version].replace("", None)
            return from_column(pl.select(pl.coalesce(given, own)).to_series())
        return from_column(own)

    return {"publisher": Later(publisher), "schemavsn": Later(version)}


def _places(alerts: AlertBatch) -> dict[str, Lazy | Values]:
    ra, dec = alerts.frame["ra"].to_numpy(), alerts.frame["dec"].to_numpy()
    galactic = _Galactic(ra, dec)
    return {
        "coordinates.l": Later(lambda: doubles(galactic.both()[0])),
        "coordinates.b": Later(lambda: doubles(galactic.both()[1])),
        "coordinates.radec_str": Later(lambda: from_python(sky.radec_strings(ra, dec) if len(ra) else [])),
        "coordinates.radec_geojson": Later(
            lambda: from_python(
                [
                    {"type": "Point", "coordinates": [a, d]}
                    for a, d in zip((ra - 180.0).tolist(), dec.tolist(), strict=True)
                ]
            )
        ),
    }


class _Galactic:
    """Galactic coordinates, made once for both."""

    def __init__(self, ra: Array, dec: Array) -> None:
        self._of = (ra, dec)
        self._made: tuple[Array, Array] | None = None

    def both(self) -> tuple[Array, Array]:
        if self._made is None:
            self._made = sky.galactic(*self._of) if len(self._of[0]) else (np.zeros(0), np.zeros(0))
        return self._made
