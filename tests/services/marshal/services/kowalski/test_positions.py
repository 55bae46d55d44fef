"""Positions as they stand in queries."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.positions import Cone, named, radius


@pytest.mark.parametrize(
    ("radec", "names"),
    [
        ([[71.5, -10.25]], ["[71_5, -10_25]"]),
        ({"SN 2026a.b": [71.5, -10.25]}, ["SN 2026a_b"]),
        ("71.5 -10.25", ["('71_5', '-10_25')"]),
        ("[(71.5, -10.25)]", ["(71_5, -10_25)"]),
        ("{'x': ('04:46:00', '-10:15:00')}", ["x"]),
        ([["04h46m00s", "-10d15m00s"]], ["['04h46m00s', '-10d15m00s']"]),
        ([[71.5 - 360, -10.25]], ["[-288_5, -10_25]"]),
    ],
)
def test_they_come_in_many_ways(radec: Any, names: list[str]) -> None:
    found = named(radec)
    assert list(found) == names
    assert list(found.values()) == [pytest.approx((71.5, -10.25))]


@pytest.mark.parametrize(
    "radec",
    [
        "",
        "1",
        5,
        None,
        [],
        {},
        [[1]],
        [["x", "y"]],
        [[1, 91]],
        [[float("nan"), 0]],
        "[" * 500,
        "__import__('os')",
        [[True, 1]],
        [[1, 2]] * 2000,
        [["1" * 100, "2"]],
    ],
)
def test_what_is_none_is_refused(radec: Any) -> None:
    with pytest.raises(Invalid, match="radec"):
        named(radec)


def test_radii() -> None:
    assert radius(2, "arcmin", "r") == 120
    assert radius(1e-3, "rad", "r") == pytest.approx(206.265, abs=1e-3)
    with pytest.raises(Invalid, match="r: at most 30 degrees"):
        radius(31, "deg", "r")


def test_cones_know_their_pixels_and_distances() -> None:
    cone = Cone(10.0, 20.0, 100.0)
    assert cone.pixels[0] == "hpx12"
    assert cone.distance([10.0, 10.0], [20.0, 20.01]).tolist() == [0.0, pytest.approx(36.0)]
    assert Cone(10.0, 20.0, 3600.0).pixels[0] == "hpx6"
