"""What 25 filters cost over one batch, against one."""

from __future__ import annotations

import time
from itertools import islice

from nightdesk.alerts import decode
from nightdesk.filters import Bank, Expression
from nightdesk.simulate import Night
from nightdesk.surveys import get

from tests.benchmarks.result import Result

TURNS = 30


def run() -> list[Result]:
    """Measure expressions of seven cuts over 500 alerts."""
    frame = decode([a.payload for a in islice(Night("ZTF", seed=4), 500)], get("ZTF")).batch.frame
    one, many = (Bank({i: Expression(_source(i)) for i in range(n)}) for n in (1, 25))
    best = [float("inf")] * 2
    for _ in range(TURNS):
        for i, bank in enumerate((one, many)):
            began = time.process_time()
            bank.evaluate(frame)
            best[i] = min(best[i], time.process_time() - began)
    return [
        {
            "name": "filters.cost_25_over_1",
            "value": best[1] / best[0],
            "unit": "times the cost of one",
            "reference": f"one filter, {1e6 * best[0] / 500:.1f} µs an alert",
            "ratio": best[1] / best[0],
        }
    ]


def _source(number: int) -> str:
    return (
        f"score > {0.3 + number / 50} and isdiffpos and not sso and magpsf < {18 + number / 10} "
        f"and candidate.nbad == 0 and coalesce(candidate.sgscore1, 0) < {0.5 + number / 100} "
        f"and candidate.fwhm < {3 + number / 10}"
    )
