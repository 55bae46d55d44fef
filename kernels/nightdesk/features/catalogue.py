"""The features: their names, units and sources."""

from __future__ import annotations

from typing import Final, NamedTuple


class Feature(NamedTuple):
    """One feature."""

    name: str
    unit: str
    """Unit; empty for a pure number."""
    meaning: str
    source: str = ""
    """Where the formula is published."""
    needs: int = 1
    """Fewest detections that give it."""


_LINE = "least squares with weights 1/σ²"

PER_BAND: Final = (
    Feature("n_det", "", "detections, brighter or fainter than the reference", needs=0),
    Feature("n_pos", "", "detections brighter than the reference", needs=0),
    Feature("first_jd", "d", "time of the first detection, UTC Julian date"),
    Feature("last_jd", "d", "time of the last detection, UTC Julian date"),
    Feature("peak_mag", "mag", "brightest magnitude"),
    Feature("peak_jd", "d", "time of the brightest magnitude, UTC Julian date"),
    Feature("amplitude", "mag", "faintest minus brightest magnitude", needs=2),
    Feature("mean_mag", "mag", "mean magnitude, weighted by 1/σ²"),
    Feature("mean_mag_err", "mag", "its standard error, (Σ 1/σ²)^-½"),
    Feature("std_mag", "mag", "sample standard deviation of the magnitudes (n - 1)", needs=2),
    Feature("skew", "", "adjusted skewness of the magnitudes", "Joanes & Gill 1998, G1", 3),
    Feature("chi2", "", "reduced χ² of the signed fluxes against their weighted mean", needs=2),
    Feature("eta", "", "squared steps over variance: small for a smooth curve", "von Neumann 1941", 2),
    Feature("stetson_k", "", "peakedness: 0.798 for normal noise, 0.9 for a sine", "Stetson 1996, eq. 11", 2),
    Feature("rise_rate", "mag/d", "slope up to the peak, negative if brightening", _LINE, 2),
    Feature("rise_rate_err", "mag/d", "its standard error", _LINE, 2),
    Feature("fade_rate", "mag/d", "slope from the peak on, positive if fading", _LINE, 2),
    Feature("fade_rate_err", "mag/d", "its standard error", _LINE, 2),
    Feature("slope_3d", "mag/d", "slope of the three days before the last such detection", _LINE, 2),
    Feature("slope_3d_err", "mag/d", "its standard error", _LINE, 2),
)
"""Features of each band, in the order of the kernel's columns."""

PERIODIC: Final = (
    Feature("period", "d", "best period of the signed fluxes", "Zechmeister & Kürster 2009", 20),
    Feature("period_power", "", "share of χ² that its sine explains, 0 to 1", "the same, eq. 5", 20),
)
"""Further features of each band where periods are searched."""

ACROSS: Final = (Feature("duration", "d", "last minus first detection in any band"),)
"""Features of the whole light curve."""

COLOUR: Final = (
    Feature("", "mag", "magnitude in the first minus in the second band, the latest pair within 12 hours"),
    Feature("_err", "mag", "its standard error, of both errors in quadrature"),
    Feature("_jd", "d", "mean time of the pair, UTC Julian date"),
    Feature("_rate", "mag/d", "slope of the colour over all pairs, positive if reddening", _LINE, 2),
)
"""Features of a pair of bands: what stands after ``color_gr``."""
