"""Spectra in text, as people and pipelines write it."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.spectra import Columns
from nightdesk_services.marshal.services.spectra import text
from nightdesk_services.marshal.services.spectra.headers import read
from nightdesk_services.marshal.services.spectra.parsed import Parsed


def parse(content: str, **columns: int) -> Parsed:
    return text.read(content, Columns(ascii=content, **columns))


@pytest.mark.parametrize(
    "content",
    [
        "3000 1\n3001 2\n",
        "3000,1\n3001,2\n",
        "3000 ; 1\n3001;2",
        "3000\t1\t9\n3001\t2\t9\n",
        "  3000   1.0e0 good\r\n\r\n  3001 2 bad # saturated\r\n",
        "wavelength,flux\n3000, 1\n3001, 2\n",
        "# wave flux\n#\n3000 1\n# a remark\n3001 2\n",
        "EXPTIME = 600\nOBSERVER = Ana\n3000 1\n3001 2\n",
    ],
)
def test_columns_are_found(content: str) -> None:
    values = parse(content).values
    assert (values.wavelengths.tolist(), values.fluxes.tolist()) == ([3000.0, 3001.0], [1.0, 2.0])
    assert values.errors is None


def test_columns_are_chosen() -> None:
    values = parse("9 1 3000 0.1\n9 2 3001 0.2\n", wave_column=2, flux_column=1, fluxerr_column=3).values
    assert (values.wavelengths.tolist(), values.fluxes.tolist()) == ([3000.0, 3001.0], [1.0, 2.0])
    assert values.errors is not None and values.errors.tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("no numbers here", "ascii: no line has numbers in column 0 (wavelength) and 1 (flux)"),
        ("# head\n3000 1\n3001 x\n", "ascii: line 3, column 1: 'x' is not a number"),
        ("3000 1\n\n3001\n", "ascii: line 3 has 1 columns, so none of number 1"),
        ("3000,1\n3001;2\n", "ascii: line 2, column 0: '3001;2' is not a number"),
    ],
)
def test_a_broken_line_is_named(content: str, wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(content)
    assert error.value.message == wrong


def test_a_header_has_types_and_comments() -> None:
    lines = [
        "SIMPLE  =                    T / conforms",
        "EXPTIME =              600.003 / Total exposure time (sec); avg. of R&B",
        "OBJECT  = 'ZTF26ab''s / host'  / name with a slash",
        "DICHNAME= '560     '",
        "NAXIS: 2",
        "INSTRUMENT: SEDM",
        "SEEING: ",
        "TIME: 12:30:01.5",
        "GAIN = inf",
        "COMMENT one",
        "COMMENT two = 2",
        "HISTORY reduced",
        "only words, see https://example.org",
        "",
    ]
    assert read(lines) == {
        "SIMPLE": {"value": True, "comment": "conforms"},
        "EXPTIME": {"value": 600.003, "comment": "Total exposure time (sec); avg. of R&B"},
        "OBJECT": {"value": "ZTF26ab's / host", "comment": "name with a slash"},
        "DICHNAME": "560",
        "NAXIS": 2,
        "INSTRUMENT": "SEDM",
        "SEEING": None,
        "TIME": "12:30:01.5",
        "GAIN": "inf",
        "COMMENT": "one\ntwo = 2",
        "HISTORY": "reduced",
    }


def test_the_header_is_kept_with_the_numbers() -> None:
    assert parse("# A: 1\nB = 2\nwave flux\n3000 1\n# C: 3\n3001 2\n").header == {"A": 1, "B": 2, "C": 3}
