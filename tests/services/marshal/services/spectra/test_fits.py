"""Spectra in FITS files of the usual forms, and files that are none."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.spectra import Columns
from nightdesk_services.marshal.services.spectra.files import parse
from nightdesk_services.marshal.services.spectra.parsed import Parsed

FLUX = np.array([1.0, 2.0, 4.0])


def written(*hdus: Any) -> bytes:
    out = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(out)
    return out.getvalue()


def image(data: Any = FLUX, **cards: Any) -> bytes:
    header = fits.Header()
    for key, value in cards.items():
        header[key.replace("_", "-")] = value
    return written(fits.PrimaryHDU(np.asarray(data, "f4"), header))


def table(*columns: fits.Column) -> bytes:
    primary = fits.PrimaryHDU()
    primary.header["EXPTIME"] = (600.0, "seconds")
    return written(primary, fits.BinTableHDU.from_columns(list(columns)))


def read(data: bytes, **columns: int) -> Parsed:
    return parse(Columns(ascii=base64.b64encode(data).decode(), **columns))


@pytest.mark.parametrize(
    ("cards", "wavelengths"),
    [
        ({"CRVAL1": 4000.0, "CDELT1": 2.0}, [4000, 4002, 4004]),
        ({"CRVAL1": 4000.0, "CD1_1": 2.0, "CRPIX1": 2.0}, [3998, 4000, 4002]),
        ({"CRVAL1": 400.0, "CDELT1": 1.0, "CUNIT1": "nm", "CTYPE1": "WAVE"}, [4000, 4010, 4020]),
        ({"CRVAL1": 3.5, "CDELT1": 0.1, "DC_FLAG": 1, "CTYPE1": "LINEAR"}, 10 ** np.array([3.5, 3.6, 3.7])),
        (
            {"CRVAL1": 4000.0, "CDELT1": 2.0, "CTYPE1": "AWAV-LOG", "CUNIT1": "Angstrom"},
            4000 * np.exp(np.array([0, 2, 4]) / 4000),
        ),
        ({"CRVAL1": 4004.0, "CDELT1": -2.0}, [4004, 4002, 4000]),
    ],
)
def test_an_image_has_its_wavelengths_in_the_header(cards: dict[str, Any], wavelengths: Any) -> None:
    cards = {key if key == "CD1_1" else key.replace("DC_", "DC-"): value for key, value in cards.items()}
    header = fits.Header(list(cards.items()))
    header["OBJECT"] = ("ZTF26abc", "target")
    parsed = read(written(fits.PrimaryHDU(FLUX, header)))
    np.testing.assert_allclose(parsed.values.wavelengths, wavelengths, rtol=1e-12)
    assert parsed.values.fluxes.tolist() == [1.0, 2.0, 4.0]
    assert (parsed.values.errors, parsed.units) == (None, None)
    assert parsed.header["OBJECT"] == {"value": "ZTF26abc", "comment": "target"}


def test_one_row_of_an_image_is_the_flux() -> None:
    stack = np.array([[FLUX], [FLUX * 10], [FLUX / 10]])
    data = image(stack, CRVAL1=4000.0, CDELT1=1.0)
    values = read(data, flux_column=1, fluxerr_column=2).values
    assert values.fluxes.tolist() == [10.0, 20.0, 40.0]
    assert values.errors is not None
    np.testing.assert_allclose(values.errors, [0.1, 0.2, 0.4], rtol=1e-6)
    assert read(image([FLUX], CRVAL1=4000.0, CDELT1=1.0)).values.fluxes.tolist() == [1.0, 2.0, 4.0]
    for columns, wrong in (({}, "has 3 rows"), ({"flux_column": 3}, "flux_column: 3, but")):
        with pytest.raises(Invalid, match=wrong):
            read(data, **columns)


def test_a_table_is_known_by_its_names() -> None:
    data = table(
        fits.Column("FLUX", "D", unit="1e-17 erg/s/cm2/Angstrom", array=FLUX),
        fits.Column("WAVE", "E", unit="nm", array=[400.0, 401.0, 402.0]),
        fits.Column("SIGMA", "D", array=FLUX / 10),
        fits.Column("NAME", "3A", array=["a", "b", "c"]),
    )
    parsed = read(data)
    assert parsed.values.wavelengths.tolist() == pytest.approx([4000.0, 4010.0, 4020.0])
    np.testing.assert_allclose(parsed.values.fluxes, FLUX * 1e-17)
    assert parsed.values.errors is not None
    np.testing.assert_allclose(parsed.values.errors, FLUX * 1e-18)
    assert parsed.units == "erg/s/cm/cm/AA"
    assert parsed.header["EXPTIME"] == {"value": 600.0, "comment": "seconds"}
    assert parsed.header["TUNIT2"] == "nm"
    assert read(data, flux_column=2).values.fluxes.tolist() == pytest.approx([0.1, 0.2, 0.4])
    with pytest.raises(Invalid, match="flux_column: column NAME holds no numbers"):
        read(data, flux_column=3)
    with pytest.raises(Invalid, match="fluxerr_column: 4, but the table has 4 columns"):
        read(data, fluxerr_column=4)


def test_a_table_may_hold_logarithms_or_arrays() -> None:
    log = table(fits.Column("flux", "D", array=FLUX), fits.Column("loglam", "D", array=[3.5, 3.6, 3.7]))
    np.testing.assert_allclose(read(log).values.wavelengths, 10 ** np.array([3.5, 3.6, 3.7]))
    row = table(
        fits.Column("WAVE", "3D", unit="Angstrom", array=[[4000.0, 4001.0, 4002.0]]),
        fits.Column("FLUX", "3D", unit="mJy", array=[FLUX]),
        fits.Column("ERR", "3D", array=[FLUX / 10]),
    )
    parsed = read(row)
    assert parsed.values.wavelengths.tolist() == [4000.0, 4001.0, 4002.0]
    assert (parsed.values.fluxes.tolist(), parsed.units) == (pytest.approx([0.001, 0.002, 0.004]), "Jy")


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (image(), "no CRVAL1 and CDELT1"),
        (image(CRVAL1=1.0, CDELT1=1.0, CTYPE1="FREQ"), "CTYPE1 = FREQ"),
        (image(CRVAL1=1.0, CDELT1=1.0, CUNIT1="Hz"), "'Hz' is no unit of wavelengths"),
        (image([1, np.nan, 2], CRVAL1=4000.0, CDELT1=1.0), "fluxes.1: nan is not a finite number"),
        (written(fits.PrimaryHDU()), "neither an image nor a table"),
        (table(fits.Column("x", "D", array=FLUX)), "wave_column: say which"),
        (image(CRVAL1=4000.0, CDELT1=1.0)[:2885], "cannot be read"),
        (b"SIMPLE  = nonsense", "cannot be read"),
    ],
    ids=range(8),
)
def test_what_is_no_spectrum_is_refused(data: bytes, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        read(data)


def test_a_file_comes_as_base64_a_data_url_or_as_it_is() -> None:
    data = image(CRVAL1=4000.0, CDELT1=1.0)
    coded = base64.b64encode(data).decode()
    for sent in (coded, f"data:application/fits;base64,{coded}", data.decode("latin-1")):
        assert parse(Columns(ascii=sent)).values.fluxes.tolist() == [1.0, 2.0, 4.0]
    with pytest.raises(Invalid, match="no Base64"):
        parse(Columns(ascii=coded[:-1]))
    with pytest.raises(Invalid, match="in Base64"):
        parse(Columns(ascii=data.decode("latin-1") + "\u2603"))
    with pytest.raises(Invalid, match="smaller than 10 MB"):
        parse(Columns(ascii=base64.b64encode(data + bytes(10_000_000)).decode()))
