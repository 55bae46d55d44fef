"""How bright a spectrum is through a filter, without transmission curves of others.

Each band is a box that lets all photons between two wavelengths pass and no others. Magnitudes through it
differ from those through the true filter by some hundredths for a smooth spectrum, and by more for one with
strong lines near an edge; what is stored says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.spectra.values import Array, Values

LIGHT: Final = 2.99792458e18
"""Speed of light in Angstrom/s."""
_AB: Final = 3.631e-20
"""Flux of AB magnitude 0 in erg/s/cm2/Hz (Oke & Gunn 1983)."""
_PER_JANSKY: Final = 1e-23


@dataclass(frozen=True)
class Band:
    """A box; wavelengths in Angstrom, and who published them."""

    blue: float
    red: float
    reference: str


_ZTF: Final = "ZTF schedule reporting service, em_min and em_max"
_SDSS: Final = "Doi et al. 2010, table 4, airmass 1.3: half-maximum transmission"
_LSST: Final = "LSST baseline throughputs 1.9, airmass 1.2: half-maximum transmission"
BANDS: Final[dict[str, Band]] = {
    "ztfg": Band(4167.00, 5427.56, _ZTF),
    "ztfr": Band(5689.41, 7171.64, _ZTF),
    "ztfi": Band(7225.36, 8699.10, _ZTF),
    "sdssu": Band(3335, 3858, _SDSS),
    "sdssg": Band(4070, 5331, _SDSS),
    "sdssr": Band(5597, 6749, _SDSS),
    "sdssi": Band(6907, 8174, _SDSS),
    "sdssz": Band(8267, 9265, _SDSS),
    "lsstu": Band(3492, 3957, _LSST),
    "lsstg": Band(4027, 5512, _LSST),
    "lsstr": Band(5499, 6900, _LSST),
    "lssti": Band(6922, 8209, _LSST),
    "lsstz": Band(8182, 9223, _LSST),
    "lssty": Band(9248, 10112, _LSST),
}
"""Filter, by its name in SNCosmo -> its box.

References
----------
ZTF: documentation of its schedule_reporting_service. SDSS: Doi et al. 2010 (AJ 139, 1628), the responses that
SNCosmo has too; not the primed system of Fukugita et al. 1996 (AJ 111, 1748), which is redder. LSST: Rubin's
repository ``throughputs``, tag 1.9, ``baseline/total_*.dat``.
"""


@dataclass(frozen=True)
class Seen:
    """Mean flux density through a band, in units of 3631 Jy, with its error where the spectrum has errors."""

    flux: float
    error: float | None

    @property
    def mag(self) -> float:
        """AB magnitude."""
        return float(-2.5 * np.log10(self.flux))

    @property
    def magerr(self) -> float | None:
        """Error of the magnitude."""
        return None if self.error is None else float(2.5 / np.log(10) * self.error / self.flux)

    def limit(self, sigma: float) -> float | None:
        """Return the AB magnitude of a flux that is some times the error; None where that is not known."""
        return float(-2.5 * np.log10(sigma * self.error)) if self.error else None


def through(values: Values, units: str, name: str) -> Seen:
    """Return a spectrum's mean flux density through a filter, as a photon counter sees it.

    This is the integral of F_nu dnu/nu over that of dnu/nu (Fukugita et al. 1996, equation 7), by trapezoids
    between the spectrum's own points and the band's edges; errors of the points are taken as independent.

    Parameters
    ----------
    units
        Of the fluxes: ``Jy``, ``AB`` (3631 Jy) or ``erg/s/cm/cm/AA``.
    name
        Filter, as in `BANDS`.

    Raises
    ------
    Invalid
        If the filter is not known, the spectrum does not cover it, or the flux through it is not positive.
    """
    band = BANDS.get(name)
    if band is None:
        raise Invalid(f"filters: {name[:40]!r} is none of {', '.join(BANDS)}")
    order = np.argsort(values.wavelengths)
    wavelengths = values.wavelengths[order]
    if wavelengths[0] > band.blue or wavelengths[-1] < band.red:
        raise Invalid(
            f"filters: {name} is {band.blue:.0f} to {band.red:.0f} Angstrom, "
            f"the spectrum {wavelengths[0]:.0f} to {wavelengths[-1]:.0f}"
        )
    weights = _weights(wavelengths, band)
    scale = _per_ab(wavelengths, units)
    flux = float(np.sum(weights * scale * values.fluxes[order]))
    if not np.isfinite(flux) or flux <= 0:
        raise Invalid(f"filters: the spectrum's flux through {name} is not positive, so it has no magnitude")
    if values.errors is None:
        return Seen(flux, None)
    return Seen(flux, float(np.sqrt(np.sum((weights * scale * values.errors[order]) ** 2))))


def _weights(wavelengths: Array, band: Band) -> Array:
    """Return what each point's F_nu counts in the mean over a band; the sum is 1.

    The spectrum is linear between its points, so the band's edges share their weight among their neighbours.
    """
    inside = (wavelengths > band.blue) & (wavelengths < band.red)
    grid = np.concatenate(([band.blue], wavelengths[inside], [band.red]))
    # trapezoids in wavelength of F_nu / wavelength: dnu/nu is dlambda/lambda
    widths = np.diff(grid)
    nodes = np.concatenate(([0.0], widths / 2)) + np.concatenate((widths / 2, [0.0]))
    nodes /= grid
    weights = np.zeros(len(wavelengths))
    weights[inside] = nodes[1:-1]
    for edge, node in ((band.blue, nodes[0]), (band.red, nodes[-1])):
        after = int(np.clip(np.searchsorted(wavelengths, edge), 1, len(wavelengths) - 1))
        share = (edge - wavelengths[after - 1]) / (wavelengths[after] - wavelengths[after - 1])
        weights[after - 1] += node * (1 - share)
        weights[after] += node * share
    return np.asarray(weights / weights.sum())


def _per_ab(wavelengths: Array, units: str) -> Array:
    """Return the factors that make fluxes multiples of 3631 Jy."""
    if units == "erg/s/cm/cm/AA":
        return np.asarray(wavelengths**2 / LIGHT / _AB)
    return np.full(len(wavelengths), _PER_JANSKY / _AB if units == "Jy" else 1.0)
