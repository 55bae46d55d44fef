"""Finding charts, offset stars, positions and observability through the official client."""

from __future__ import annotations

import base64
import io
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from nightdesk import sky
from nightdesk.crossmatch import write_catalogue
from PIL import Image
from skyportal_py import SkyPortalError
from skyportal_py.assignments import AssignmentPost
from skyportal_py.observing_runs import ObservingRunPost
from skyportal_py.sources import SourceOffsets
from skyportal_py.telescopes import TelescopePost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, telescope
from tests.conformance.people import refused
from tests.conformance.targets import save
from tests.conformance.things import club
from tests.services.marshal.world import fill

RA, DEC = 150.0, 20.0
EPOCH = "2016-01-01T12:00:00"
"""When Gaia's positions hold."""
ARCSEC = 1 / 3600

# east and north of the target in arcsec, magnitude
STARS = (
    (-60.0, 0.0, 15.0),
    (0.0, 80.0, 14.0),
    (70.0, -70.0, 16.0),
    # two that are too near to each other
    (30.0, 30.0, 15.0),
    (32.0, 30.0, 15.5),
    # too faint, too bright, and the target itself
    (20.0, -20.0, 19.2),
    (-30.0, -40.0, 9.0),
    (0.5, 0.0, 17.0),
    # seen by wider bounds only
    (150.0, 0.0, 14.0),
)
FIRST = 4_000_000_000_000_000_001


def place(east: float, north: float) -> tuple[float, float]:
    """Return the position some arcsec from the target."""
    dec = DEC + north * ARCSEC
    return RA + east * ARCSEC / np.cos(np.radians(dec)), dec


def load(desk: Desk, name: str = "gaia_dr3", **moved: Any) -> None:
    """Load the stars as a catalogue and wait until the marshal sees it."""
    positions = [place(east, north) for east, north, _ in STARS]
    columns = {
        "source_id": pa.array([FIRST + i for i in range(len(STARS))], pa.int64()),
        "phot_rp_mean_mag": [mag for _, _, mag in STARS],
        "pmra": [0.0] * len(STARS),
        "pmdec": [0.0] * len(STARS),
    } | moved
    ra, dec = zip(*positions, strict=True)
    directory = desk.marshal.config.settings.catalogs
    meta = write_catalogue(directory, name, list(ra), list(dec), pa.table(columns))
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        if meta.version in {one.meta.version for one in desk.marshal.finders._maker.catalogues()}:
            return
        time.sleep(0.1)
    raise AssertionError("the catalogue is not seen")


@pytest.fixture(scope="module")
def source(desk: Desk) -> str:
    """A source of ana and ben where the stars are."""
    return save(desk, "Faint1", club(desk, "ben"), RA, DEC)


@pytest.fixture
def stars(desk: Desk, source: str) -> str:
    """The same, with a catalogue."""
    load(desk)
    return source


def picture(body: bytes) -> Image.Image:
    """Return a PNG that was sent."""
    image = Image.open(io.BytesIO(body))
    image.load()
    assert image.format == "PNG"
    return image


def shown_mag(offsets: SourceOffsets) -> list[float | None]:
    return [one.mag for one in offsets.starlist_info if one.dras]


def test_without_a_catalogue_it_says_what_to_do(desk: Desk, source: str) -> None:
    ana = desk.client("ana")
    for call in (ana.fetch_source_offsets, ana.fetch_source_finder):
        with refused(404, "nightdesk catalogs load gaia"):
            call(source)
    with refused(404, "no catalogue gaia_dr3 .*nightdesk catalogs load gaia_dr3"):
        ana.fetch_unsourced_finding_chart(location_type="gaia_dr3", catalog_id="1")
    alone = ana.fetch_source_offsets(source, num_offset_stars=0)
    assert (alone.noffsets, alone.gaia_available, alone.queries_issued) == (0, False, 0)
    assert [one.name for one in alone.starlist_info] == [source]
    assert picture(ana.fetch_source_finder(source, num_offset_stars=0, output_type="png")).size == (
        2200,
        1700,
    )


def test_facilities_have_their_bounds(desk: Desk) -> None:
    found = desk.client("ana").fetch_finder_chart_facilities()
    assert set(found) == {"Keck", "P200", "P200-NGPS", "Shane"}
    keck = found["Keck"]
    assert (keck.mag_min, keck.mag_limit, keck.min_sep_arcsec) == (11.0, 18.5, 4.0)
    assert keck.radius_degrees == pytest.approx(2 / 60)


def test_offset_stars_are_bright_near_and_alone(desk: Desk, stars: str) -> None:
    found = desk.client("ben").fetch_source_offsets(stars, obstime=EPOCH)
    assert (found.facility, found.noffsets, found.queries_issued) == ("Keck", 3, 1)
    assert (found.used_ztfref, found.gaia_available) == (False, True)
    assert (found.ra, found.dec) == pytest.approx((RA, DEC))
    assert shown_mag(found) == [15.0, 14.0, 16.0]
    first, second, third = found.starlist_info[1:]
    # the telescope moves from the star to the target: what is west of it needs a move to the east
    assert first.dras == '60.000" E' and first.ddecs and first.ddecs.startswith("0.0")
    assert second.ddecs == '80.000" S'
    assert (third.dras or "").endswith("W") and (third.ddecs or "").endswith("N")
    assert first.pa == pytest.approx(90, abs=0.1) and second.pa == pytest.approx(180, abs=0.1)
    assert third.pa == pytest.approx(315, abs=0.5)
    for line, (east, north) in zip((first, second, third), ((-60, 0), (0, 80), (70, -70)), strict=True):
        assert (line.ra, line.dec) == pytest.approx(place(east, north), abs=1e-9)
    assert found.query and "gaia_dr3" in found.query and "phot_rp_mean_mag 11 to 18.5" in found.query
    with refused(404, f"no object {stars}"):
        desk.client("cleo").fetch_source_offsets(stars)


def test_bounds_are_widened_where_stars_are_few(desk: Desk, stars: str) -> None:
    found = desk.client("ana").fetch_source_offsets(stars, num_offset_stars=10, obstime=EPOCH)
    assert found.queries_issued == 2
    assert found.noffsets == 7, "the faint one, the pair and the far one too"
    assert shown_mag(found)[:3] == [15.0, 14.0, 16.0], "those within the bounds come first"
    assert 19.2 in shown_mag(found) and 9.0 not in shown_mag(found) and 17.0 not in shown_mag(found)
    with refused(400, "num_offset_stars"):
        desk.client("ana").fetch_source_offsets(stars, num_offset_stars=11)
    with refused(400, "facility"):
        desk.client("ana").fetch_source_offsets(stars, facility="Hale")
    with refused(400, "obstime"):
        desk.client("ana").fetch_source_offsets(stars, obstime="tomorrow")


def test_stars_move(desk: Desk, source: str) -> None:
    try:
        load(desk, pmra=[1000.0] * len(STARS), pmdec=[-500.0] * len(STARS))
        ana = desk.client("ana")
        then = ana.fetch_source_offsets(source, obstime=EPOCH).starlist_info[1]
        moved = ana.fetch_source_offsets(source, obstime="2026-01-01T00:00:00", num_offset_stars=5)
        later = next(one for one in moved.starlist_info if one.mag == 15.0)
    finally:
        load(desk)
    assert then.dras == '60.000" E'
    assert later.dras and float(later.dras.split('"')[0]) == pytest.approx(50.0, abs=0.02), (
        "10 arcsec in 10 years"
    )
    assert later.ddecs and float(later.ddecs.split('"')[0]) == pytest.approx(5.0, abs=0.02)
    assert later.ddecs.endswith("N")


def test_ztfs_reference_positions_are_taken_where_loaded(desk: Desk, stars: str) -> None:
    ana = desk.client("ana")
    ra, dec = place(-60.2, 0.1)
    near = place(10.0, 0.0)
    directory = desk.marshal.config.settings.catalogs
    write_catalogue(
        directory,
        "ztfref",
        [ra, near[0]],
        [dec, near[1]],
        pa.table({"source_id": ["a", "b"], "mag": [15.0, 18.0]}),
    )
    load(desk)
    used = ana.fetch_source_offsets(stars, obstime=EPOCH)
    assert used.used_ztfref
    assert (used.starlist_info[1].ra, used.starlist_info[1].dec) == pytest.approx((ra, dec), abs=1e-9)
    other = ana.fetch_source_offsets(stars, obstime=EPOCH, use_ztfref=False)
    assert not other.used_ztfref
    assert other.starlist_info[1].dras == '60.000" E'


def test_keck_reads_its_list(desk: Desk, stars: str) -> None:
    found = desk.client("ana").fetch_source_offsets(stars, obstime=EPOCH, use_ztfref=False)
    lines = (found.starlist_str or "").split("\n")
    assert lines == [one.line for one in found.starlist_info]
    assert lines[0] == "Faint1          10 00 00.00 +20 00 00.00 2000.0  # source_name=Faint1"
    assert lines[1].startswith("Faint1_o1       09 59 55.74 +20 00 00.00 2000.0 raoffset=60.000 decoffset=")
    for line in lines:
        # name in columns 1 to 15, position from column 17 on
        assert line[15] == " " and line[16:27].replace(" ", "").replace(".", "").isdigit()
        hours, minutes, _, degrees, *_ = line[16:].split()
        assert int(hours) < 24 and int(minutes) < 60 and degrees[0] in "+-"
    assert f"ID={FIRST}" in lines[1] and "15.00 mag" in lines[1]


def test_lick_and_palomar_read_theirs(desk: Desk, stars: str) -> None:
    ana = desk.client("ana")
    shane = ana.fetch_source_offsets(stars, facility="Shane", obstime=EPOCH, use_ztfref=False)
    assert shane.starlist_info[0].line.startswith(
        "!Data {name %16} ra_h ra_m ra_s dec_d dec_m dec_s equinox keyval"
    )
    assert shane.starlist_info[0].name is None
    assert "raoffset=60.000" in shane.starlist_info[2].line
    p200 = ana.fetch_source_offsets(stars, facility="P200", obstime=EPOCH, use_ztfref=False)
    assert (
        p200.starlist_info[0].line
        == "Faint1               10:00:00.00 +20:00:00.00 2000.0  ! source_name=Faint1"
    )
    assert "raoffset" not in p200.starlist_info[1].line and " ! dist=60.00" in p200.starlist_info[1].line
    ngps = ana.fetch_source_offsets(stars, facility="P200-NGPS", obstime=EPOCH, use_ztfref=False)
    heading, target, star, *_ = (ngps.starlist_str or "").split("\n")
    assert len(heading.split(",")) == len(target.split(",")) == len(star.split(",")) == 19
    assert target.startswith("Faint1,10:00:00.00,+20:00:00.00,,,")
    assert target.endswith(",2,3,PA,1.5,2.5,650,680,R,,,SNR 5,1")
    row = dict(zip(heading.split(","), star.split(","), strict=True))
    assert (row["NAME"], row["OFFSET_RA"]) == ("Faint1_o1", "60.000")


def test_a_runs_words_go_along(desk: Desk, stars: str) -> None:
    ana, made = desk.client("ana"), facility(desk, "Finder")
    run = ana.post_observing_run(
        ObservingRunPost(instrument_id=made.instrument, calendar_date="2026-12-01", group_id=made.group)
    ).id
    ana.post_assignment(
        AssignmentPost(run_id=run, obj_id=stars, priority="2", comment="blue, first!\nHALT 00 00 00 00 00 00")
    )
    keck = ana.fetch_source_offsets(stars, observing_run_id=run)
    assert "priority=2; blue, first! HALT" in keck.starlist_info[0].line
    assert len((keck.starlist_str or "").split("\n")) == 4, "a comment makes no line of its own"
    ngps = ana.fetch_source_offsets(stars, observing_run_id=run, facility="P200-NGPS")
    assert ",blue; first! HALT 00 00 00 00 00 00,2," in ngps.starlist_info[0].line
    with refused(400, f"observing_run_id: no observing run {run + 1000}"):
        ana.fetch_source_offsets(stars, observing_run_id=run + 1000)
    other = save(desk, "Faint2", made.group, RA, DEC)
    with refused(400, f"observing_run_id: {other} is no target"):
        ana.fetch_source_offsets(other, observing_run_id=run)


def test_a_chart_shows_the_stars(desk: Desk, stars: str) -> None:
    ana = desk.client("ana")
    pdf = ana.fetch_source_finder(stars)
    assert pdf.startswith(b"%PDF-") and b"/Count 1" in pdf
    image = picture(ana.fetch_source_finder(stars, output_type="png", obstime=EPOCH, use_ztfref=False))
    grey = np.asarray(image.convert("L"), dtype=float)
    # the field is 1180 pixels wide from (90, 236); north is up and east left
    scale = 1180 / 240

    def darkness(east: float, north: float) -> float:
        x, y = round(90 + 590 - east * scale), round(236 + 590 - north * scale)
        return 255 - float(grey[y - 2 : y + 3, x - 2 : x + 3].mean())

    for east, north, _ in STARS[:5]:
        assert darkness(east, north) > 150, (east, north)
        assert darkness(-east, -north) < 60 or (east, north) == (0.0, 0.0)
    again = picture(ana.fetch_source_finder(stars, output_type="png", obstime=EPOCH, imsize=8.0))
    assert np.abs(np.asarray(again.convert("L"), dtype=float) - grey).max() > 100
    with refused(400, "imsize"):
        ana.fetch_source_finder(stars, imsize=1.5)
    with refused(400, "type"):
        ana.fetch_source_finder(stars, output_type="gif")
    with refused(404, f"no object {stars}"):
        desk.client("cleo").fetch_source_finder(stars)


def test_a_chart_comes_as_json_with_its_list(desk: Desk, stars: str) -> None:
    ana = desk.client("ana")
    made = ana.fetch_source_finder_json(stars, output_type="png", obstime=EPOCH, use_ztfref=False)
    assert picture(base64.b64decode(made.finding_chart)).size == (2200, 1700)
    assert [one.mag for one in made.starlist if one.dras] == [15.0, 14.0, 16.0]
    assert made.public_url is None
    bright = ana.fetch_source_finder_json(stars, num_offset_stars=1, mag_limit=14.5, obstime=EPOCH)
    assert [one.mag for one in bright.starlist if one.dras] == [14.0]
    faint = ana.fetch_source_finder_json(stars, num_offset_stars=1, mag_min=15.8, obstime=EPOCH)
    assert [one.mag for one in faint.starlist if one.dras] == [16.0]
    shane = ana.fetch_source_finder_json(stars, facility="Shane", image_source="dss", num_offset_stars=2)
    assert shane.starlist[0].line.startswith("!Data") and len(shane.starlist) == 4
    with refused(400, "mag_min"):
        ana.fetch_source_finder_json(stars, mag_min=18.0, mag_limit=12.0)


def test_charts_are_kept(desk: Desk, stars: str) -> None:
    ana = desk.client("ana")
    one = ana.fetch_source_finder(stars, obstime="2026-05-01T01:00:00")
    assert ana.fetch_source_finder(stars, obstime="2026-05-01T01:00:00") == one
    charts = desk.marshal.finders._charts
    before = list(charts.values())[-1]
    ana.fetch_source_finder(stars, obstime="2026-05-01T01:00:00", use_cache=False)
    assert list(charts.values())[-1] is not before


def test_any_place_and_any_star_of_gaia_has_a_chart(desk: Desk, stars: str) -> None:
    viewer = desk.client("viewer")
    image = picture(
        viewer.fetch_unsourced_finding_chart(
            location_type="pos",
            ra=RA,
            dec=DEC,
            output_type="png",
            imsize=5.0,
            facility="P200",
            num_offset_stars=2,
        )
    )
    assert image.size == (2200, 1700)
    pdf = viewer.fetch_unsourced_finding_chart(location_type="gaia_dr3", catalog_id=str(FIRST))
    assert pdf.startswith(b"%PDF-")
    assert f"Gaia DR3 {FIRST}".encode("utf-16-be") in pdf, "the title of the document"
    with refused(404, "catalog_id: gaia_dr3 on this desk has no star 12"):
        viewer.fetch_unsourced_finding_chart(location_type="gaia_dr3", catalog_id="12")
    with refused(404, "catalog_id"):
        viewer.fetch_unsourced_finding_chart(location_type="gaia_dr3", catalog_id="9" * 19)
    with refused(404, "gaia_dr2"):
        viewer.fetch_unsourced_finding_chart(location_type="gaia_dr2", catalog_id=str(FIRST))
    with refused(400, "catalog_id"):
        viewer.fetch_unsourced_finding_chart(location_type="gaia_dr3")
    with refused(400, "ra, dec"):
        viewer.fetch_unsourced_finding_chart(location_type="pos", ra=RA)


@pytest.fixture(scope="module")
def alerts(desk: Desk) -> list[dict[str, Any]]:
    """A night of alerts in the store."""
    return fill(desk.database, "ZTF")


def test_a_survey_object_shows_its_reference_image(
    desk: Desk, stars: str, alerts: list[dict[str, Any]]
) -> None:
    obj_id = next(one["objectId"] for one in alerts if one["programid"] == 1)
    body = desk.client("ana").fetch_source_finder(obj_id, output_type="png", num_offset_stars=0)
    grey = np.asarray(picture(body).convert("L"), dtype=float)
    close_up = grey[260:500, 1380:2080]
    assert close_up.std() > 2, "there is the noise of a real image, not an empty field"


def test_a_position_is_the_mean_of_the_detections(desk: Desk) -> None:
    group = club(desk, "ben")
    made = facility(desk, "Position")
    obj_id = save(desk, "Placed1", group, 80.0, -10.0)

    def point(number: int, east: float, snr: float, **more: Any) -> dict[str, Any]:
        return {
            "_id": 900_000 + number,
            "obj_id": obj_id,
            "mjd": 60_000.0 + number,
            "ra": 80.0 + east * ARCSEC / np.cos(np.radians(-10.0)),
            "dec": -10.0,
            "ra_unc": 0.1 if number else 0.2,
            "dec_unc": 0.1,
            "snr": snr,
            "mag": 18.0 + number,
            "filter": "ztfg",
            "instrument_id": made.instrument,
            "origin": "",
            "group_ids": [group],
            "key": f"placed{number}",
        } | more

    desk.database["photometry"].insert_many(
        [
            point(0, 0.30, 20.0),
            point(1, 0.00, 10.0),
            point(2, 0.15, 2.0),
            point(3, 0.40, 50.0, group_ids=[club(desk)], owner_id=-1),
            point(4, -0.40, 50.0, origin="forced"),
            point(5, 0.10, 10.0, instrument_id=made.instrument + 999, stream_ids=[1]),
        ]
    )

    def east(found: Any) -> float:
        return float((found.ra - 80.0) * 3600 * np.cos(np.radians(-10.0)))

    ben = desk.client("ben")
    found = ben.fetch_obj_position(obj_id)
    assert east(found) == pytest.approx((400 * 0.3 + 100 * 0.0 + 100 * 0.1) / 600, abs=1e-4)
    assert (found.discovery_ra, found.discovery_dec) == (80.0, -10.0)
    assert found.separation == pytest.approx(east(found), abs=1e-3)
    lon, lat = sky.galactic(found.ra, found.dec)
    assert (found.gal_lon, found.gal_lat) == pytest.approx((float(lon), float(lat)))
    assert found.ebv is None
    inverse = ben.fetch_obj_position(obj_id, method="invvar")
    assert east(inverse) == pytest.approx((25 * 0.3 + 100 * 0.0 + 100 * 0.1) / 225, abs=1e-4)
    by_camera = ben.fetch_obj_position(obj_id, instrument_ids=[made.instrument])
    assert east(by_camera) == pytest.approx((400 * 0.3) / 500, abs=1e-4)
    assert east(ben.fetch_obj_position(obj_id, stream_only=True)) == pytest.approx(0.1, abs=1e-4)
    assert east(ben.fetch_obj_position(obj_id, stream_ids=[1])) == pytest.approx(0.1, abs=1e-4)
    assert ben.fetch_obj_position(obj_id, stream_ids=[77]).separation == 0.0, "the discovery position"
    loose = ben.fetch_obj_position(obj_id, snr_threshold=1.5)
    assert east(loose) == pytest.approx((400 * 0.3 + 4 * 0.15 + 100 * 0.1) / 604, abs=1e-4)
    assert ben.fetch_obj_position(obj_id, snr_threshold=100.0).separation == 0.0
    with refused(400, "snr_threshold"):
        ben.fetch_obj_position(obj_id, snr_threshold=0.0)
    with refused(400, "method"):
        ben.fetch_obj_position(obj_id, method="mean")
    with refused(404, f"no object {obj_id}"):
        desk.client("cleo").fetch_obj_position(obj_id)
    # the chart and its list stand where the detections are
    assert ben.fetch_source_offsets(obj_id, num_offset_stars=0).ra == pytest.approx(found.ra, abs=1e-9)


def test_a_survey_object_is_where_its_alerts_were(desk: Desk, alerts: list[dict[str, Any]]) -> None:
    obj_id = next(one["objectId"] for one in alerts if one["programid"] == 1)
    found = desk.client("ana").fetch_obj_position(obj_id)
    aux = desk.database["ZTF_alerts_aux"].find_one({"_id": obj_id})
    assert aux is not None
    seen = [p for p in aux["prv_candidates"] if p.get("ra") is not None and p.get("programid") == 1]
    assert found.ra == pytest.approx(float(np.median([p["ra"] for p in seen])), abs=0.3 * ARCSEC)
    assert found.dec == pytest.approx(float(np.median([p["dec"] for p in seen])), abs=0.3 * ARCSEC)
    assert found.separation is not None and found.separation < 0.5


def test_observability_has_a_panel_for_each_telescope(desk: Desk, stars: str) -> None:
    ana, root = desk.client("ana"), desk.client("root")
    telescope(root, "Finder second")
    root.post_telescope(
        TelescopePost(name="Finder balloon", nickname="balloon", diameter=0.5, fixed_location=False)
    )
    plot = ana.fetch_source_observability(stars)
    assert plot.startswith(b"%PDF-")
    count = desk.database["telescopes"].count_documents({"fixed_location": {"$ne": False}})
    assert f"/Count {-(-count // 6)}".encode() in plot
    assert ana.fetch_source_observability(stars) == plot, "it is kept"
    for more in ({"twilight": "civil"}, {"max_airmass": 1.2}):
        assert ana.fetch_source_observability(stars, **more) != plot
    with refused(400, "twilight"):
        ana.fetch_source_observability(stars, twilight="dusk")
    with refused(400, "maxAirmass"):
        ana.fetch_source_observability(stars, max_airmass=0.5)
    with refused(404):
        desk.client("cleo").fetch_source_observability(stars)
    raw = ana.get(f"/api/sources/{stars}/observability", params={"type": "png"})
    assert picture(raw.content).width == 2200


def test_removing_needs_an_object_without_data(desk: Desk) -> None:
    ana, root = desk.client("ana"), desk.client("root")
    group = club(desk, "ben")
    obj_id = save(desk, "Mistake1", group, 10.0, 10.0)
    with refused(403, "Manage sources"):
        ana.delete_obj(obj_id)
    comment = ana.post(f"/api/sources/{obj_id}/comments", json={"text": "what is this?"})
    number = comment.raise_for_status().json()["data"]["comment_id"]
    with refused(400, "Please remove all associated comments from object with ID Mistake1"):
        root.delete_obj(obj_id)
    ana.delete(f"/api/sources/{obj_id}/comments/{number}").raise_for_status()
    ana.post("/api/listing", json={"obj_id": obj_id, "list_name": "favorites"}).raise_for_status()
    root.delete_obj(obj_id)
    assert not ana.source_exists(obj_id)
    assert desk.database["sources"].find_one({"_id": obj_id}) is None
    assert desk.database["listings"].find_one({"obj_id": obj_id}) is None
    with refused(404, f"no object {obj_id}"):
        root.delete_obj(obj_id)
    assert save(desk, obj_id, group, 11.0, 11.0) == obj_id, "the name is free again"
    assert ana.fetch_source(obj_id).ra == 11.0


def test_what_others_hold_stays_and_stays_hidden(desk: Desk) -> None:
    ana, ben = desk.client("ana"), desk.client("ben")
    mine, theirs = club(desk), club(desk, "ben")
    obj_id = save(desk, "Mistake2", mine, 12.0, 10.0)
    save(desk, obj_id, theirs, 12.0, 10.0)
    ben.post(
        f"/api/sources/{obj_id}/comments", json={"text": "ours", "group_ids": [theirs]}
    ).raise_for_status()
    ana_record = desk.database["users"].find_one({"username": "ana"})
    assert ana_record is not None
    desk.client("root").post(
        f"/api/user/{ana_record['_id']}/acls", json={"aclIds": ["Manage sources"]}
    ).raise_for_status()
    try:
        # ana is in both groups and so sees the comment; take her out of the second
        with refused(400, "comments"):
            ana.delete_obj(obj_id)
        desk.client("root").post(f"/api/groups/{theirs}/users", json={"username": "ben", "admin": True})
        desk.client("root").delete(f"/api/groups/{theirs}/users/{ana_record['_id']}").raise_for_status()
        ana.delete_obj(obj_id)
        assert not ana.source_exists(obj_id)
        with refused(404):
            ana.fetch_source(obj_id)
    finally:
        desk.client("root").delete(f"/api/user/{ana_record['_id']}/acls/Manage sources").raise_for_status()
    assert ben.fetch_source(obj_id).ra == 12.0
    assert [one.text for one in ben.fetch_source(obj_id, include_comments=True).comments] == ["ours"]


def test_a_survey_object_is_not_removed(desk: Desk, alerts: list[dict[str, Any]]) -> None:
    with refused(400, "has photometry in the archive"):
        desk.client("root").delete_obj(alerts[0]["objectId"])
    with pytest.raises(SkyPortalError):
        desk.client("viewer").delete_obj(alerts[0]["objectId"])
