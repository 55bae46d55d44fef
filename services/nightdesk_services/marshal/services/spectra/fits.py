"""Spectra in FITS files: an image of one row with its wavelengths in the header, or a table."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from astropy import units
from astropy.io import fits

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.spectra import MOST_POINTS, Columns
from nightdesk_services.marshal.services.spectra.headers import entry
from nightdesk_services.marshal.services.spectra.parsed import Parsed
from nightdesk_services.marshal.services.spectra.values import Array, Values

BEGIN: Final = b"SIMPLE  ="
_WAVES: Final = ("wave", "wavelength", "wavelengths", "lambda", "lam", "loglam")
_FLUXES: Final = ("flux", "fluxes", "flux_lambda", "flam", "f_lambda", "spec")
_ERRORS: Final = ("err", "error", "errors", "fluxerr", "flux_err", "flux_error", "sigma", "stddev", "unc")
_AXES: Final = ("", "WAVE", "AWAV", "WAVELENGTH", "LAMBDA", "LINEAR", "WAVE-LOG", "AWAV-LOG")
_F_LAMBDA: Final = units.erg / units.s / units.cm**2 / units.AA


def read(data: bytes, asked: Columns) -> Parsed:
    """Return the spectrum in a FITS file.

    A table is taken if there is one with wavelengths, else the first image. Its columns are known by their
    names (``wave``, ``lambda``, ``loglam``; ``flux``; ``err``, ``sigma``, ...) unless they are asked for by
    number; one row with arrays in its cells is read like a column. An image needs ``CRVAL1`` and ``CDELT1``
    (or ``CD1_1``), linear, ``WAVE-LOG`` (FITS standard, paper III), or base-10 logarithmic with
    ``DC-FLAG = 1`` (IRAF); of several rows `Columns.flux_column` and `Columns.fluxerr_column` choose.
    Wavelengths become Angstrom, and fluxes of known units F_lambda in erg/s/cm2/Angstrom or Jy. Wavelengths
    in air stay so.

    Raises
    ------
    Invalid
        If there is no spectrum of one of these forms.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # an image that is compressed could grow without bound, so it is left a table
            with fits.open(io.BytesIO(data), memmap=False, disable_image_compression=True) as hdus:
                return _read(list(hdus), asked)
        except Invalid:
            raise
        except Exception as error:
            # a broken file may make the library raise nearly anything
            raise Invalid(f"ascii: this FITS file cannot be read: {str(error)[:200]}") from error


def _read(hdus: Sequence[Any], asked: Columns) -> Parsed:
    tables = [one for one in hdus if isinstance(one, fits.BinTableHDU)]
    known = [one for one in tables if _column(one, _WAVES) is not None]
    images = [one for one in hdus if one.is_image and one.header["NAXIS"] > 0]
    if known or (tables and not images):
        hdu = (known or tables)[0]
        values, units_of_flux = _table(hdu, asked)
    elif images:
        hdu = images[0]
        values, units_of_flux = _image(hdu, asked)
    else:
        raise Invalid("ascii: this FITS file has neither an image nor a table")
    header = _header(hdus[0].header) | (_header(hdu.header) if hdu is not hdus[0] else {})
    return Parsed(values, header, units_of_flux)


def _image(hdu: Any, asked: Columns) -> tuple[Values, str | None]:
    header = hdu.header
    length = header["NAXIS1"]
    _bounded(length)
    rows = np.asarray(hdu.data, float).reshape(-1, length)
    if len(rows) > 1 and asked.flux_column is None:
        raise Invalid(f"flux_column: this image has {len(rows)} rows; say which of them is the flux")
    factor, kept = _flux_units(header.get("BUNIT"))
    flux = _row(rows, asked.flux_column or 0, "flux_column") * factor
    errors = asked.fluxerr_column
    return (
        Values.checked(
            _axis(header, length),
            flux,
            None if errors is None else _row(rows, errors, "fluxerr_column") * factor,
        ),
        kept,
    )


def _row(rows: Array, number: int, field: str) -> Array:
    if number >= len(rows):
        raise Invalid(f"{field}: {number}, but this image has {len(rows)} rows")
    return np.asarray(rows[number])


def _axis(header: Any, length: int) -> Array:
    step = header.get("CDELT1", header.get("CD1_1"))
    start, kind = header.get("CRVAL1"), str(header.get("CTYPE1", "")).strip().upper()
    if start is None or not step:
        raise Invalid("ascii: the image's header has no CRVAL1 and CDELT1, so no wavelengths")
    if kind not in _AXES:
        raise Invalid(f"ascii: CTYPE1 = {kind}, which is no axis of wavelengths that is known here")
    offset = (np.arange(length) + 1 - header.get("CRPIX1", 1.0)) * step
    if kind.endswith("-LOG"):
        return np.asarray(start * np.exp(offset / start) * _angstrom(header.get("CUNIT1")))
    if header.get("DC-FLAG") == 1:
        return np.asarray(10.0 ** (start + offset))
    return np.asarray((start + offset) * _angstrom(header.get("CUNIT1")))


def _table(hdu: Any, asked: Columns) -> tuple[Values, str | None]:
    wave = _chosen(hdu, asked.wave_column, _WAVES, "wave_column")
    flux = _chosen(hdu, asked.flux_column, _FLUXES, "flux_column")
    error = asked.fluxerr_column if asked.fluxerr_column is not None else _column(hdu, _ERRORS)
    wavelengths = _cells(hdu, wave, "wave_column")
    if hdu.columns[wave].name.lower().startswith("log"):
        wavelengths = 10.0**wavelengths
    else:
        wavelengths = wavelengths * _angstrom(hdu.columns[wave].unit)
    factor, kept = _flux_units(hdu.columns[flux].unit)
    errors = None if error is None else _cells(hdu, error, "fluxerr_column") * factor
    return Values.checked(wavelengths, _cells(hdu, flux, "flux_column") * factor, errors), kept


def _chosen(hdu: Any, asked: int | None, names: tuple[str, ...], field: str) -> int:
    found = _column(hdu, names) if asked is None else asked
    if found is None:
        known = ", ".join(hdu.columns.names)[:200]
        raise Invalid(f"{field}: say which, none of the table's columns is called so: {known}")
    return found


def _column(hdu: Any, names: tuple[str, ...]) -> int | None:
    known = [name.lower() for name in hdu.columns.names]
    return next((known.index(name) for name in names if name in known), None)


def _cells(hdu: Any, number: int, field: str) -> Array:
    if number >= len(hdu.columns):
        raise Invalid(f"{field}: {number}, but the table has {len(hdu.columns)} columns")
    try:
        found = np.asarray(hdu.data.field(number), float)
    except (TypeError, ValueError) as error:
        raise Invalid(f"{field}: column {hdu.columns[number].name} holds no numbers") from error
    # a row of arrays, as in ESO's phase 3
    found = found[0] if found.ndim == 2 and len(found) == 1 else found
    if found.ndim != 1:
        raise Invalid(f"{field}: column {hdu.columns[number].name} holds more than one spectrum")
    _bounded(len(found))
    return found


def _bounded(length: int) -> None:
    if not 2 <= length <= MOST_POINTS:
        raise Invalid(f"ascii: {length} points; a spectrum has 2 to {MOST_POINTS}")


def _angstrom(unit: Any) -> float:
    if unit is None or not str(unit).strip():
        return 1.0
    try:
        return float(units.Unit(str(unit).strip()).to(units.AA))
    except (ValueError, TypeError) as error:
        raise Invalid(f"ascii: {str(unit)[:40]!r} is no unit of wavelengths that is known here") from error


def _flux_units(unit: Any) -> tuple[float, str | None]:
    """Return what fluxes are multiplied by, and their units then; (1, None) if the unit is not known."""
    if unit is not None and str(unit).strip():
        for target, name in ((_F_LAMBDA, "erg/s/cm/cm/AA"), (units.Jy, "Jy")):
            try:
                return float(units.Unit(str(unit).strip()).to(target)), name
            except (ValueError, TypeError):
                continue
    return 1.0, None


def _header(header: Any) -> Document:
    found: Document = {}
    for key in dict.fromkeys(header):
        value = header[key]
        if key in ("", "END") or isinstance(value, fits.card.Undefined):
            continue
        if key in ("COMMENT", "HISTORY"):
            found[key] = "\n".join(str(line) for line in value)
        else:
            plain = value if isinstance(value, (bool, int, float, str)) else str(value)
            found[key] = entry(plain, header.comments[key])
    return found
