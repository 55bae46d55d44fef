"""Magnitude systems, against the tables that they are taken from."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.services.photometry_systems import extinction_of, vega_offset

# m_AB - m_Vega: Blanton & Roweis 2007 (AJ 133, 734), Table 1
VEGA = {
    **{"bessellux": 0.79, "bessellb": -0.09, "bessellv": 0.02, "bessellr": 0.21, "besselli": 0.45},
    **{"sdssu": 0.91, "sdssg": -0.08, "sdssr": 0.16, "sdssi": 0.37, "sdssz": 0.54},
    **{"2massj": 0.91, "2massh": 1.39, "2massks": 1.85},
}
# A / E(B-V) for R_V = 3.1: Schlafly & Finkbeiner 2011 (ApJ 737, 103), Table 6; UBVRI are its Landolt rows
DUST = {
    **{"bessellux": 4.334, "bessellb": 3.626, "bessellv": 2.742, "bessellr": 2.169, "besselli": 1.505},
    **{"sdssu": 4.239, "sdssg": 3.303, "sdssr": 2.285, "sdssi": 1.698, "sdssz": 1.263},
    **{"ps1::g": 3.172, "ps1::r": 2.271, "ps1::i": 1.682, "ps1::z": 1.322, "ps1::y": 1.087},
    **{"desg": 3.237, "desr": 2.176, "desi": 1.595, "desz": 1.217, "desy": 1.058},
    **{"lsstu": 4.145, "lsstg": 3.237, "lsstr": 2.273, "lssti": 1.684, "lsstz": 1.323, "lssty": 1.088},
}


@pytest.mark.parametrize(("name", "offset"), VEGA.items())
def test_vegas_magnitudes_are_those_of_the_table(name: str, offset: float) -> None:
    assert vega_offset(name) == offset


@pytest.mark.parametrize(("name", "coefficient"), DUST.items())
def test_dust_dims_as_in_the_table(name: str, coefficient: float) -> None:
    assert extinction_of(name, 0.5) == pytest.approx(coefficient / 2)


def test_filters_without_a_row_have_stand_ins() -> None:
    assert [vega_offset(name) for name in ("ztfg", "ps1::r", "desi", "lsstz")] == [-0.08, 0.16, 0.37, 0.54]
    assert [extinction_of(name, 1.0) for name in ("ztfg", "ztfr", "ztfi")] == [3.237, 2.176, 1.595]


def test_what_is_in_no_table_is_not_known() -> None:
    assert vega_offset("lssty") is vega_offset("f814w") is None
    assert extinction_of("2massj", 0.1) is extinction_of(None, 0.1) is None
