"""Spectra in files of text: columns with blanks, commas or semicolons between them."""

from __future__ import annotations

from typing import Final

import numpy as np

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.spectra import MOST_POINTS, Columns
from nightdesk_services.marshal.services.spectra import headers
from nightdesk_services.marshal.services.spectra.parsed import Parsed
from nightdesk_services.marshal.services.spectra.values import Values

_SEPARATORS: Final = (",", ";")
_WHOLE: Final = "ascii"
_AT_ONCE: Final = 2000


def read(text: str, asked: Columns) -> Parsed:
    """Return the spectrum in a text.

    The numbers begin with the first line that has numbers where wavelength and flux are asked for; a line
    with the columns' names may stand before. Lines with ``#``, wherever they stand, and the lines before
    the numbers are the header.

    Raises
    ------
    Invalid
        If there are no such lines, or one of them is broken; names its number, counted from 1.
    """
    wave, flux = asked.wave_column or 0, 1 if asked.flux_column is None else asked.flux_column
    columns = [wave, flux, *([] if asked.fluxerr_column is None else [asked.fluxerr_column])]
    lines = text.splitlines()
    begin = next((i for i, line in enumerate(lines) if _has_numbers(line, (wave, flux))), None)
    if begin is None:
        raise Invalid(f"{_WHOLE}: no line has numbers in column {wave} (wavelength) and {flux} (flux)")
    known = len(_cells(lines[begin], _separator(lines[begin])))
    if asked.fluxerr_column is not None and asked.fluxerr_column >= known:
        raise Invalid(f"fluxerr_column: {asked.fluxerr_column}, but the lines have {known} columns")
    remarks = [line for line in lines[begin:] if line.lstrip().startswith("#")]
    header = headers.read(line.strip().lstrip("#").strip() for line in [*lines[:begin], *remarks])
    return Parsed(Values.checked(*_numbers(lines, begin, columns)), header)


def _numbers(lines: list[str], begin: int, columns: list[int]) -> list[np.ndarray]:
    rows = [line for line in lines[begin:] if line.strip() and not line.lstrip().startswith("#")]
    if len(rows) > MOST_POINTS:
        raise Invalid(f"{_WHOLE}: more than {MOST_POINTS} lines of numbers")
    separator = _separator(lines[begin])
    # piece by piece, as the interpreter does nothing else meanwhile
    pieces = (rows[i : i + _AT_ONCE] for i in range(0, len(rows), _AT_ONCE))
    try:
        table = np.concatenate(
            [
                np.loadtxt(piece, comments="#", delimiter=separator, usecols=columns, ndmin=2)
                for piece in pieces
            ]
        )
    except ValueError as error:
        raise Invalid(_complaint(lines, begin, columns)) from error
    return list(table.T)


def _complaint(lines: list[str], begin: int, columns: list[int]) -> str:
    """Return what is wrong with the first broken line."""
    separator = _separator(lines[begin])
    for number, line in enumerate(lines[begin:], start=begin + 1):
        cells = _cells(line, separator)
        for column in columns if cells else []:
            if column >= len(cells):
                return f"{_WHOLE}: line {number} has {len(cells)} columns, so none of number {column}"
            if not _is_number(cells[column]):
                return f"{_WHOLE}: line {number}, column {column}: {cells[column][:40]!r} is not a number"
    return f"{_WHOLE}: the columns cannot be read as numbers"


def _has_numbers(line: str, columns: tuple[int, ...]) -> bool:
    cells = _cells(line, _separator(line))
    return all(column < len(cells) and _is_number(cells[column]) for column in columns)


def _separator(line: str) -> str | None:
    return next((separator for separator in _SEPARATORS if separator in line), None)


def _cells(line: str, separator: str | None) -> list[str]:
    return [cell.strip() for cell in line.partition("#")[0].split(separator) if separator or cell.strip()]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
