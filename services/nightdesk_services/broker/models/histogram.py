"""Durations counted in log-spaced buckets: small, and exact when added up over workers."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

PER_DECADE = 20
DECADES = 6
BOUNDS: tuple[float, ...] = tuple(10 ** (k / PER_DECADE - 3) for k in range(PER_DECADE * DECADES + 1))
"""Upper bounds of the buckets, 1 ms to 1000 s [s]; one more bucket takes what is longer."""


@dataclass
class Histogram:
    """Durations in seconds.

    A percentile is right to within one bucket: a factor of 1.122 between 1 ms and 1000 s.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """Durations in each bucket; bucket k holds those above bound k-1 and up to bound k."""
    seconds: float = 0.0
    """Sum of all durations."""

    @property
    def total(self) -> int:
        """How many durations were counted."""
        return sum(self.counts)

    def record(self, seconds: float, count: int = 1) -> None:
        """Count a duration, several times if ``count`` says so; a clock that went back counts as zero."""
        if not math.isfinite(seconds) or count <= 0:
            return
        seconds = max(seconds, 0.0)
        self.counts[bisect_left(BOUNDS, seconds)] += count
        self.seconds += seconds * count

    def add(self, other: Histogram, sign: int = 1) -> None:
        """Add another one's durations, or take them out again with ``sign`` -1."""
        self.counts = [a + sign * b for a, b in zip(self.counts, other.counts, strict=True)]
        self.seconds += sign * other.seconds

    def percentile(self, q: float) -> float | None:
        """Return a percentile, interpolated between the logarithms of the bucket's bounds.

        Parameters
        ----------
        q
            0 to 100.

        Returns
        -------
        duration
            In seconds; None without any duration.
        """
        total = self.total
        if not total:
            return None
        wanted = min(max(q, 0.0), 100.0) / 100 * total
        below = 0
        for bucket, count in enumerate(self.counts):
            if count and below + count >= wanted:
                share = (wanted - below) / count
                low = BOUNDS[max(bucket - 1, 0)]
                high = BOUNDS[min(bucket, len(BOUNDS) - 1)]
                # the first bucket begins at zero, which has no logarithm
                return high * share if bucket == 0 else low * (high / low) ** share
            below += count
        return BOUNDS[-1]

    def cumulative(self, every: int) -> list[tuple[float, int]]:
        """Return upper bound [s] and how many durations are no longer, for each so many buckets."""
        found, so_far = [], 0
        for bucket, bound in enumerate(BOUNDS):
            so_far += self.counts[bucket]
            if bucket % every == 0:
                found.append((bound, so_far))
        return found

    def to_message(self) -> list[float | list[int]]:
        """Return plain types: the sum, then bucket and count where there are any."""
        return [self.seconds, *([k, n] for k, n in enumerate(self.counts) if n)]

    @classmethod
    def from_message(cls, message: Sequence[float | Sequence[int]]) -> Histogram:
        """Return what `to_message` gave."""
        made = cls()
        for item in message:
            if isinstance(item, (int, float)):
                made.seconds = float(item)
            else:
                made.counts[item[0]] += item[1]
        return made
