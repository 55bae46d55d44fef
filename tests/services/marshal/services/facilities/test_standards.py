"""Standard stars, against the list that they are taken from."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.services.facilities.standards import STANDARDS

# https://www.eso.org/sci/observing/tools/standards/spectra/stanlis.html: name, J2000, V
ESO = """\
LTT 1020     01:54:49.68 -27:28:29.7 11.52
EG 21        03:10:30.98 -68:36:02.2 11.38
LTT 1788     03:48:22.17 -39:08:33.6 13.16
G191-B2B     05:05:30.62 +52:49:54.0 11.78
LTT 2415     05:56:24.30 -27:51:28.8 12.21
Hiltner 600  06:45:13.33 +02:08:14.1 10.44
LTT 3218     08:41:32.37 -32:56:32.9 11.86
LTT 3864     10:32:13.90 -35:37:42.4 12.17
Feige 34     10:39:36.71 +43:06:10.1 11.18
Feige 66     12:37:23.55 +25:04:00.3 10.50
Feige 67     12:41:51.83 +17:31:20.5 11.81
HZ 44        13:23:35.37 +36:08:00.0 11.66
LTT 6248     15:39:00.02 -28:35:33.1 11.80
BD+33 2642   15:51:59.86 +32:56:54.8 10.81
EG 274       16:23:33.75 -39:13:47.5 11.03
LTT 7379     18:36:26.29 -44:18:33.0 10.23
LTT 7987     20:10:57.38 -30:13:01.2 12.23
BD+28 4211   21:51:11.07 +28:51:51.8 10.51
LTT 9239     22:52:40.88 -20:35:26.3 12.07
Feige 110    23:19:58.39 -05:09:55.8 11.82
"""
# Right ascension, declination and their yearly motion [mas] of Gaia DR2 at 2015.5
GAIA = {
    "G191-B2B": (76.37766884, 52.83067351, 12.701, -93.416),
    "Feige 34": (159.90315063, 43.10244535, 13.874, -25.586),
    "Feige 67": (190.46575823, 17.52198726, -7.17, -37.278),
    "Feige 110": (349.99329394, -5.16560573, -8.533, -0.592),
    "BD+28 4211": (327.79574915, 28.86373795, -34.809, -56.937),
    "BD+33 2642": (237.9994469, 32.94842835, -14.302, 0.787),
}


def test_all_are_as_eso_lists_them() -> None:
    listed = {}
    for line in ESO.splitlines():
        name, (ra, dec, magnitude) = line[:12].strip(), line[12:].split()
        hours, degrees = ([float(part) for part in text.lstrip("+-").split(":")] for text in (ra, dec))
        turned = 15 * (hours[0] + hours[1] / 60 + hours[2] / 3600)
        raised = degrees[0] + degrees[1] / 60 + degrees[2] / 3600
        listed[name] = (turned, -raised if dec.startswith("-") else raised, float(magnitude))
    stars = STANDARDS["ESO"]
    assert [star.name for star in stars] == list(listed)
    for star in stars:
        assert (star.ra, star.dec, star.magnitude) == pytest.approx(listed[star.name], abs=1e-9)


@pytest.mark.parametrize("name", GAIA)
def test_gaia_sees_them_there(name: str) -> None:
    (star,) = (one for one in STANDARDS["ESO"] if one.name == name)
    ra, dec, _, north = GAIA[name]
    assert star.dec == pytest.approx(dec - 15.5 * north / 3.6e6, abs=3 / 3600)
    assert star.ra == pytest.approx(ra, abs=4 / 3600)
