"""Charts, offsets, positions, plots and thumbnails asked for in odd ways."""

from __future__ import annotations

from tests.services.marshal.conftest import Desk

ODD = ("", "NaN", "inf", "-1", "1e400", "9" * 40, "\x00", b"\xed\xa0\x80", "[]", "\u00e9")
GETS = {
    "sources/Odd1/finder": (
        "imsize",
        "facility",
        "obstime",
        "type",
        "num_offset_stars",
        "mag_min",
        "as_json",
    ),
    "sources/Odd1/offsets": ("facility", "num_offset_stars", "obstime", "observing_run_id", "use_ztfref"),
    "sources/Odd1/position": ("instrument_ids", "stream_ids", "stream_only", "snr_threshold", "method"),
    "sources/Odd1/observability": ("maxAirmass", "twilight", "type"),
    "unsourced_finder": ("location_type", "catalog_id", "ra", "dec", "imsize"),
    "thumbnailPath": ("types", "requiredDepth"),
}


async def test_odd_words_are_refused_and_break_nothing(desk: Desk, club: int) -> None:
    place = {"id": "Odd1", "ra": 359.99999, "dec": -89.99, "group_ids": [club]}
    await desk.ok("ana", "POST", "sources", place)
    usual = {"num_offset_stars": 0, "location_type": "pos", "ra": 0, "dec": 90, "obstime": "2026-01-01"}
    for path, names in GETS.items():
        header = {"Authorization": f"token {'root' if path == 'thumbnailPath' else 'ana'}"}
        for name in names:
            for word in ODD:
                answer = await desk.http.get(f"/api/{path}", params=usual | {name: word}, headers=header)
                assert answer.status_code < 500, (path, name, word, answer.text)
                if answer.status_code >= 400:
                    assert answer.json()["message"]


async def test_poles_and_the_end_of_right_ascension_have_positions(desk: Desk, club: int) -> None:
    for i, dec in enumerate((-90.0, 90.0, 0.0)):
        name = f"Edge{i}"
        place = {"id": name, "ra": 359.9999999, "dec": dec, "group_ids": [club]}
        await desk.ok("ana", "POST", "sources", place)
        found = await desk.ok("ana", "GET", f"sources/{name}/position")
        assert (found["ra"], found["dec"], found["separation"]) == (359.9999999, dec, 0.0)
        offsets = await desk.ok("ana", "GET", f"sources/{name}/offsets", num_offset_stars=0)
        assert offsets["starlist_str"].startswith(f"{name}           00 00 00.00 ")
        chart = await desk.call("ana", "GET", f"sources/{name}/finder", num_offset_stars=0, type="png")
        assert chart.status_code == 200 and chart.content.startswith(b"\x89PNG")
        assert chart.headers["Content-Disposition"] == f'inline; filename="finder_{name}.png"'
    told = await desk.error(404, "ana", "GET", "sources/Edge0/observability")
    assert "no telescope with a fixed location" in told
