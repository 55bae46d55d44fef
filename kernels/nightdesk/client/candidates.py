"""Candidates: what filters passed, as a list, as a table and as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from nightdesk.client.source import Source
from nightdesk.client.when import instant

if TYPE_CHECKING:
    import polars as pl

    from nightdesk.client.desk import Desk


class Candidate(Source):
    """One object that a filter passed: a source, and the alert with which it passed."""

    @property
    def candid(self) -> int:
        """Id of the alert that passed."""
        return int(self.record["passing_alert_id"])

    @property
    def passed_at(self) -> datetime:
        """When it passed, UTC."""
        return instant(self.record["passed_at"])

    @property
    def band(self) -> str | None:
        """Band of the alert, one letter."""
        return self.record.get("band")

    @property
    def magpsf(self) -> float | None:
        """AB magnitude of the difference flux."""
        return self.record.get("magpsf")

    @property
    def score(self) -> float | None:
        """Real/bogus score, 0 (bogus) to 1 (real)."""
        return self.record.get("score")

    @property
    def n_det(self) -> int | None:
        """Number of detections in its history, this one included."""
        return self.record.get("n_det")

    def _newest_candid(self) -> int | None:
        return self.candid


class Candidates(Sequence[Candidate]):
    """A list of candidates, newest first; a slice is one again."""

    def __init__(self, desk: Desk, items: Sequence[Candidate]) -> None:
        self.desk = desk
        self._items = list(items)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> Candidates: ...

    def __getitem__(self, index: int | slice) -> Candidate | Candidates:
        if isinstance(index, slice):
            return Candidates(self.desk, self._items[index])
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._items)

    @property
    def ids(self) -> list[str]:
        """Ids of the objects."""
        return [one.id for one in self._items]

    @property
    def table(self) -> pl.DataFrame:
        """One row per candidate.

        Returns
        -------
        polars.DataFrame
            ``id`` of the object, ``candid`` (Int64), ``passed_at`` (UTC), ``survey``, ``ra`` and ``dec``
            (degrees, ICRS), ``band``, ``magpsf`` (AB), ``score``, ``n_det``, ``first_jd`` (UTC),
            ``is_source``, ``groups`` and ``crossmatches`` (names).
        """
        import polars as pl

        columns: dict[str, Any] = {
            "id": pl.String,
            "candid": pl.Int64,
            "passed_at": pl.Datetime("us", "UTC"),
            "survey": pl.String,
            "ra": pl.Float64,
            "dec": pl.Float64,
            "band": pl.String,
            "magpsf": pl.Float64,
            "score": pl.Float64,
            "n_det": pl.Int64,
            "first_jd": pl.Float64,
            "is_source": pl.Boolean,
            "groups": pl.List(pl.String),
            "crossmatches": pl.List(pl.String),
        }
        rows = []
        for one in self._items:
            record = one.record
            row = {name: record.get(name) for name in columns}
            row |= {
                "candid": one.candid,
                "passed_at": one.passed_at,
                "groups": one.groups,
                "crossmatches": sorted(record.get("cross_matches") or {}),
            }
            rows.append(row)
        return pl.DataFrame(rows, schema=columns)

    def __repr__(self) -> str:
        if not self._items:
            return "<Candidates: none>"
        lines = [f"<Candidates: {len(self)}>"]
        for one in self._items[:20]:
            mag = f"{one.magpsf:.2f}" if one.magpsf is not None else "-"
            score = f"{one.score:.2f}" if one.score is not None else "-"
            lines.append(
                f"  {one.id}  {one.band or '?'}={mag}  score {score}  {one.passed_at:%Y-%m-%d %H:%M:%S}"
            )
        if len(self) > 20:
            lines.append(f"  ... and {len(self) - 20} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from nightdesk.display.gallery import gallery

        return gallery(self)
