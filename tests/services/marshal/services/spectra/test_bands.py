"""Magnitudes through boxes, against what can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.spectra.bands import BANDS, LIGHT, through
from nightdesk_services.marshal.services.spectra.values import Values

WAVES = np.arange(3000.0, 11000.0, 2.0)


# where the transmission is half of its largest [Angstrom]. ZTF: em_min and em_max of
# https://github.com/ZwickyTransientFacility/schedule_reporting_service; SDSS: Doi et al. 2010 (AJ 139, 1628),
# Table 4 at airmass 1.3; LSST: https://github.com/lsst/throughputs, tag 1.9, baseline/total_*.dat
EDGES = {
    **{"ztfg": (4167.00, 5427.56), "ztfr": (5689.41, 7171.64), "ztfi": (7225.36, 8699.10)},
    **{"sdssu": (3334.7, 3858.4), "sdssg": (4069.7, 5331.0), "sdssr": (5596.7, 6749.2)},
    **{"sdssi": (6907.2, 8174.2), "sdssz": (8266.9, 9264.5)},
    **{"lsstu": (3492.5, 3956.7), "lsstg": (4026.5, 5512.0), "lsstr": (5499.3, 6899.6)},
    **{"lssti": (6922.3, 8209.3), "lsstz": (8182.0, 9222.6), "lssty": (9248.2, 10111.8)},
}


def spectrum(fluxes: np.ndarray, errors: np.ndarray | None = None) -> Values:
    return Values.checked(WAVES, fluxes, errors)


def within(low: float, high: float) -> np.ndarray:
    return np.abs(WAVES - (low + high) / 2) < (high - low) / 2


@pytest.mark.parametrize("name", BANDS)
def test_boxes_end_where_the_filters_do(name: str) -> None:
    assert (BANDS[name].blue, BANDS[name].red) == pytest.approx(EDGES[name], abs=0.51)


def test_ztfs_boxes_lie_where_its_filters_do() -> None:
    """The pivot wavelength of a box is the geometric mean of its edges."""
    # SVO Filter Profile Service, Palomar/ZTF.g, .r and .i
    for name, pivot in (("ztfg", 4758.76), ("ztfr", 6389.72), ("ztfi", 7927.51)):
        assert np.sqrt(BANDS[name].blue * BANDS[name].red) == pytest.approx(pivot, abs=5)


@pytest.mark.parametrize("name", BANDS)
def test_a_flat_spectrum_has_one_magnitude_in_every_band(name: str) -> None:
    # 3631 Jy is AB 0, so 3.631 mJy is 15
    for units, fluxes in (
        ("Jy", np.full(len(WAVES), 3.631e-3)),
        ("AB", np.full(len(WAVES), 1e-6)),
        ("erg/s/cm/cm/AA", 3.631e-26 * LIGHT / WAVES**2),
    ):
        assert through(spectrum(fluxes), units, name).mag == pytest.approx(15.0, abs=1e-5)


@pytest.mark.parametrize("name", ["ztfr", "sdssu", "lssty"])
def test_a_photon_counter_sees_an_integral(name: str) -> None:
    """F_lambda constant: photons in the band over those of AB 0, both in closed form."""
    blue, red = BANDS[name].blue, BANDS[name].red
    expected = (red**2 - blue**2) / 2 / LIGHT * 1e-15 / (3.631e-20 * np.log(red / blue))
    seen = through(spectrum(np.full(len(WAVES), 1e-15)), "erg/s/cm/cm/AA", name)
    assert seen.mag == pytest.approx(-2.5 * np.log10(expected), abs=1e-4)
    assert (seen.error, seen.magerr, seen.limit(5)) == (None, None, None)


def test_light_outside_the_band_is_not_seen() -> None:
    band = BANDS["ztfr"]
    inside = within(band.blue - 3, band.red + 3)
    dark, bright = (np.where(inside, 1.0, outside) for outside in (0.0, 1e6))
    assert through(spectrum(dark), "AB", "ztfr").flux == pytest.approx(
        through(spectrum(bright), "AB", "ztfr").flux
    )


def test_order_and_sampling_do_not_matter() -> None:
    fluxes = 1.0 + 0.3 * np.sin(WAVES / 500)
    falling = Values.checked(WAVES[::-1], fluxes[::-1])
    fine = through(spectrum(fluxes), "AB", "ztfg").mag
    assert through(falling, "AB", "ztfg").mag == pytest.approx(fine, abs=1e-12)
    assert through(Values.checked(WAVES[::20], fluxes[::20]), "AB", "ztfg").mag == pytest.approx(
        fine, abs=2e-3
    )
    # two points span the whole band
    ends = Values.checked([3000.0, 11000.0], [2.0, 2.0])
    assert through(ends, "AB", "ztfg").flux == pytest.approx(2.0)


def test_errors_of_points_are_independent() -> None:
    errors = np.full(len(WAVES), 0.1)
    seen = through(spectrum(np.ones(len(WAVES)), errors), "AB", "lsstr")
    points = np.count_nonzero(within(BANDS["lsstr"].blue, BANDS["lsstr"].red))
    assert seen.error == pytest.approx(0.1 / np.sqrt(points), rel=0.01)
    assert seen.magerr == pytest.approx(1.0857 * 0.1 / np.sqrt(points), rel=0.01)
    rng = np.random.default_rng(7)
    drawn = [through(spectrum(1 + rng.normal(0, errors)), "AB", "lsstr").flux for _ in range(300)]
    assert np.std(drawn) == pytest.approx(seen.error, rel=0.15)
    assert seen.limit(5) == pytest.approx(-2.5 * np.log10(5 * 0.1 / np.sqrt(points)), abs=0.02)


@pytest.mark.parametrize(
    ("waves", "flux", "name", "wrong"),
    [
        (WAVES, 1.0, "ztfx", "'ztfx' is none of ztfg, ztfr"),
        (WAVES[WAVES > 4200], 1.0, "ztfg", "ztfg is 4167 to 5428 Angstrom, the spectrum 4202 to 10998"),
        (WAVES[WAVES < 5000], 1.0, "ztfg", "the spectrum 3000 to 4998"),
        (WAVES, -1.0, "ztfg", "is not positive"),
        (WAVES, 0.0, "ztfg", "is not positive"),
    ],
)
def test_what_has_no_magnitude_is_refused(waves: np.ndarray, flux: float, name: str, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        through(Values.checked(waves, np.full(len(waves), flux)), "AB", name)
