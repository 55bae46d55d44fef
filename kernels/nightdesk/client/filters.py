"""A published filter, and how an expression does on recent alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from nightdesk.client.desk import Desk


_SHOWN = 500


class Filter:
    """A filter as the broker runs it."""

    def __init__(self, desk: Desk, record: dict[str, Any]) -> None:
        self.desk = desk
        self.record = record

    @property
    def id(self) -> int:
        """Id of the filter."""
        return int(self.record["id"])

    @property
    def name(self) -> str:
        """Name, unique in its group."""
        return str(self.record["name"])

    @property
    def group_id(self) -> int:
        """Id of the group that sees what passes."""
        return int(self.record["group_id"])

    @property
    def kind(self) -> str:
        """``expression`` or ``pipeline``."""
        return str(self.record.get("kind") or "expression")

    @property
    def expression(self) -> str:
        """What an alert must fulfil; the stages as JSON for a pipeline."""
        return str(self.record.get("source") or "")

    @property
    def version(self) -> int:
        """Counts the changes of the expression."""
        return int(self.record.get("version") or 1)

    @property
    def active(self) -> bool:
        """Whether the broker runs it."""
        return bool(self.record.get("active"))

    def pause(self) -> None:
        """Stop it; it can be resumed."""
        self._set(active=False)

    def resume(self) -> None:
        """Let the broker run it."""
        self._set(active=True)

    def delete(self) -> None:
        """Delete it; candidates that it passed stay."""
        self.desk.http.delete(f"/api/filters/{self.id}")

    def _set(self, **change: Any) -> None:
        self.desk.http.patch(f"/api/filters/{self.id}", change)
        self.record = {**self.record, **change}

    def __repr__(self) -> str:
        state = "active" if self.active else "paused"
        source = self.expression if len(self.expression) <= _SHOWN else f"{self.expression[:_SHOWN]}..."
        return f"<Filter {self.id} {self.name!r} v{self.version} {state}: {source}>"


@dataclass(frozen=True)
class CutFlow:
    """Which cut drops how many, and what passes all of them."""

    cuts: list[tuple[str, int, int]]
    """Cut, how many alerts pass it alone, how many are left after it and all before it."""
    total: int
    passed: pl.DataFrame
    """The alerts that pass."""

    @property
    def table(self) -> pl.DataFrame:
        """One row per cut: ``cut``, ``alone``, ``left``, and ``dropped`` by this cut."""
        import polars as pl

        before = [self.total, *(left for _, _, left in self.cuts)]
        return pl.DataFrame(
            {
                "cut": [cut for cut, _, _ in self.cuts],
                "alone": [alone for _, alone, _ in self.cuts],
                "left": [left for _, _, left in self.cuts],
                "dropped": [before[n] - left for n, (_, _, left) in enumerate(self.cuts)],
            },
            schema={"cut": pl.String, "alone": pl.Int64, "left": pl.Int64, "dropped": pl.Int64},
        )

    def __repr__(self) -> str:
        lines = [f"{left:>8}  {cut}" for cut, _, left in self.cuts]
        return "\n".join([f"{self.total:>8}  alerts", *lines])

    def _repr_html_(self) -> str:
        from nightdesk.display.cut_flow import cut_flow_html

        return cut_flow_html(self)


def cut_flow(expression: str, alerts: pl.DataFrame) -> CutFlow:
    """Try a filter on alerts.

    Parameters
    ----------
    expression
        What an alert must fulfil.
    alerts
        As from `Desk.alert_table`.

    Raises
    ------
    nightdesk.filters.FilterError
        If the expression is not one, or names a column that the alerts lack.
    """
    from nightdesk.filters import Expression

    compiled = Expression(expression)
    cuts = [(cut, int(alone), int(left)) for cut, alone, left in compiled.cutflow(alerts)]
    return CutFlow(cuts, alerts.height, alerts.filter(compiled.evaluate(alerts)))
