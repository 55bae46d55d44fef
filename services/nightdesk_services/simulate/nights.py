"""Which nights a simulation is made of, and in what order their alerts come."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from nightdesk.simulate import Night, SimulatedAlert
from nightdesk.simulate.instruments import INSTRUMENTS

UNIX_EPOCH: Final = 2440587.5
"""JD of the beginning of 1970."""
DENSITY: Final = 60.0
LIVE_RATE: Final = 2.0
SHARES: Final = {"ztf": 0.6, "lsst": 0.4}
"""Of the alerts, when both surveys observe."""


@dataclass(frozen=True)
class Plan:
    """What is to be simulated; see `nightdesk_services.simulate.run`."""

    survey: str
    seed: int
    live: bool
    rate: float | None
    start: float | None
    hours: float
    nights: int
    density: float | None
    schema_version: str | None
    mix: Mapping[str, float] | None
    remember: bool

    @property
    def surveys(self) -> list[str]:
        """The surveys, by their lower-case names.

        Raises
        ------
        ValueError
            There is no such survey, or a schema version is asked for of both.
        """
        name = self.survey.lower()
        if name == "both":
            if self.schema_version is not None:
                msg = "a schema version belongs to one survey; choose ztf or lsst"
                raise ValueError(msg)
            return list(SHARES)
        if name not in SHARES:
            msg = f"no survey {self.survey!r} to simulate; there are ztf, lsst and both"
            raise ValueError(msg)
        return [name]

    @property
    def pace(self) -> float | None:
        """Alerts per second, None for as fast as they go."""
        return self.rate or (LIVE_RATE if self.live else None)


def plan_nights(plan: Plan) -> list[Night]:
    """Return the night of each survey.

    A live night begins now, and its visits are as far apart as it takes for their alerts to come at the rate:
    so the simulated time keeps up with the clock.
    """
    now = UNIX_EPOCH + time.time() / 86400.0
    found = []
    for survey in plan.surveys:
        interval, density = None, plan.density or DENSITY
        if plan.live and plan.pace:
            rate = plan.pace * (SHARES[survey] if len(plan.surveys) > 1 else 1.0)
            density = plan.density or min(max(rate * INSTRUMENTS[survey.upper()].interval, 8.0), 400.0)
            interval = max(density / rate, 1.0)
        found.append(
            Night(
                survey,
                plan.seed,
                schema_version=plan.schema_version,
                start=now if plan.live and plan.start is None else plan.start,
                hours=plan.hours,
                nights=None if plan.live else plan.nights,
                density=density,
                interval=interval,
                mix=plan.mix,
                remember=plan.remember,
            )
        )
    return found


def merged(found: list[Night]) -> Iterator[SimulatedAlert]:
    """Yield the alerts of all nights in order of time."""
    return heapq.merge(*found, key=lambda alert: alert.jd)
