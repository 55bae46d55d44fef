"""Lists for telescopes, and positions in hours and degrees."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.services.finders.offsets import Offset, Target
from nightdesk_services.marshal.services.finders.sexagesimal import sexagesimal
from nightdesk_services.marshal.services.finders.starlists import FORMS, short, starlist, text
from nightdesk_services.marshal.services.finders.stars import Star

TARGET = Target("ZTF24abcdefg", 185.7288484, -0.0001, 18.25, "ztfg", comment='a "good", one', priority="3")
OFFSET = Offset(Star("42", 185.73, 0.5, 15.0), -4.146, -1.236, 4.33, 253.4)


@pytest.mark.parametrize(
    ("ra", "dec", "told"),
    [
        (0.0, 0.0, ("00:00:00.00", "+00:00:00.0")),
        (359.99999999, 89.99999999, ("00:00:00.00", "+90:00:00.0")),
        (185.7288484, -0.0001, ("12:22:54.92", "-00:00:00.4")),
        (15.0 - 1e-9, -59.9999999, ("01:00:00.00", "-60:00:00.0")),
    ],
)
def test_seconds_are_never_sixty(ra: float, dec: float, told: tuple[str, str]) -> None:
    assert sexagesimal(ra, dec) == told


def test_a_small_southern_declination_keeps_its_sign() -> None:
    line = starlist("Keck", TARGET, [])[0]["str"]
    assert line.startswith("ZTF24abcdefg    12 22 54.92 -00 00 00.36 2000.0")


@pytest.mark.parametrize("facility", list(FORMS))
@pytest.mark.parametrize("name", ["ZTF24abcdefg", "190073534895751205", "AT 2026 abcd", "x" * 128])
def test_names_fit_their_column(facility: str, name: str) -> None:
    size = FORMS[facility].name_size
    lines = [one for one in starlist(facility, Target(name, 10.0, 5.0), [OFFSET] * 10) if "name" in one]
    assert len(lines) == 11
    assert len({one["name"] for one in lines}) == 11
    for one in lines:
        assert len(one["name"]) <= size or one["name"].endswith("_o10")
        assert " " not in one["name"]


def test_a_long_name_keeps_what_tells_it_apart() -> None:
    assert short("ZTF24abcdefghijkl", 15) == "24abcdefghijkl"
    assert short("190073534895751205", 15) == "073534895751205"
    assert short("SN 2026 ab", 15) == "SN2026ab"


def test_the_way_is_told_in_words_and_numbers() -> None:
    line = starlist("Keck", TARGET, [OFFSET])[1]
    assert (line["dras"], line["ddecs"], line["pa"]) == ('4.146" W', '1.236" S', 253.4)
    assert "raoffset=-4.146 decoffset=-1.236 # " in line["str"]
    assert "raoffset" not in starlist("P200", TARGET, [OFFSET])[1]["str"]


def test_commas_and_quotes_of_a_comment_do_not_break_the_table() -> None:
    rows = [row.split(",") for row in text("P200-NGPS", starlist("P200-NGPS", TARGET, [OFFSET])).split("\n")]
    assert {len(row) for row in rows} == {19}
    target = dict(zip(rows[0], rows[1], strict=True))
    assert (target["COMMENT"], target["PRIORITY"]) == ("a 'good'; one", "3")
    assert (target["MAGNITUDE"], target["MAGFILTER"]) == ("18.25", "G")
    star = dict(zip(rows[0], rows[2], strict=True))
    assert (star["OFFSET_RA"], star["OFFSET_DEC"]) == ("-4.146", "-1.236")


def test_a_comment_adds_no_line() -> None:
    sly = Target("A1", 1.0, 1.0, comment="x\nHALT 00 00 00 +00 00 00 2000.0\r\x0b\x85y")
    for facility in FORMS:
        heading = 1 if facility in ("Shane", "P200-NGPS") else 0
        assert len(text(facility, starlist(facility, sly, [])).splitlines()) == 1 + heading
