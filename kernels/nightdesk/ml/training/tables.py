"""The measures of a score as the tables of its model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {"network": "realbogus", "survey_score": "survey's own"}


def markdown(reports: Mapping[str, Mapping[str, Any]]) -> str:
    """Return Markdown tables of some scores on the same alerts.

    Parameters
    ----------
    reports
        Name of the score -> what `scoring.report` says of it.
    """
    lines = [
        "| alerts | score | all, bogus | ROC AUC | FNR at FPR 1 % | FPR at FNR 1 % | ECE | FNR, FPR at 0.5 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for group, title in (("surveys", "{}"), ("faint", "{}, S/N under 7")):
        for survey in sorted(next(iter(reports.values()))[group], reverse=True):
            for name, report in reports.items():
                lines.append(
                    f"| {title.format(survey)} | {NAMES[name]} | {_measures(report[group][survey])} |"
                )
    lines += ["", *_classes(reports["network"]["classes"])]
    return "\n".join(lines) + "\n"


def _measures(found: Mapping[str, float]) -> str:
    return " | ".join(
        (
            f"{found['alerts']}, {found['bogus']}",
            f"{found['roc_auc']:.5f}",
            _percent(found["fnr_at_fpr_1"]),
            _percent(found["fpr_at_fnr_1"]),
            f"{found['ece']:.4f}",
            f"{_percent(found['fnr_at_half'])}, {_percent(found['fpr_at_half'])}",
        )
    )


def _classes(rows: list[dict[str, Any]]) -> list[str]:
    """Return a table of classes, the surveys side by side."""
    found = {(row["survey"], row["label"]): row for row in rows}
    kinds = dict.fromkeys((row["label"], row["is_real"]) for row in rows)
    lines = [
        "| class | truth | ZTF: all | wrong | median, outer 1 % | LSST: all | wrong | median, outer 1 % |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for label, real in sorted(kinds, key=lambda kind: kind[1]):
        cells = [label, "real" if real else "bogus"]
        for survey in ("ZTF", "LSST"):
            row = found.get((survey, label))
            if row is None:
                cells += ["0", "", ""]
                continue
            outer = row["percentile_1"] if real else row["percentile_99"]
            cells += [str(row["alerts"]), _percent(row["wrong"]), f"{row['median']:.3f}, {outer:.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
