"""Instruments through the official client."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.allocations import AllocationUpdate
from skyportal_py.instruments import InstrumentPost, InstrumentPut

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, instrument, telescope
from tests.conformance.receivers import Receiver, receiving


@pytest.fixture(scope="module", autouse=True)
def dome() -> Iterator[Receiver]:
    """An instrument's server, to which alone the desk may send."""
    with receiving() as receiver, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIGHTDESK_FACILITY_HOSTS", json.dumps([receiver.host]))
        yield receiver


def test_an_instrument_is_made_found_changed_and_removed(desk: Desk) -> None:
    root, ana = desk.client("root"), desk.client("ana")
    place = telescope(root, "Mount")
    made = instrument(root, "Mosaic", place)
    found = ana.fetch_instrument(made)
    assert (found.name, found.type, found.filters) == ("Mosaic", "imager", ["ztfg", "ztfr"])
    assert found.telescope is not None and found.telescope.name == "Mount"
    assert (found.has_fields, found.log_exists) == (False, False)
    assert [one.id for one in ana.fetch_instruments(name="Mosaic")] == [made]
    assert made in {one.id for one in ana.fetch_instruments()}
    root.update_instrument(made, InstrumentPut(filters=["ztfg", "ztfr", "ztfi"], band="optical"))
    assert ana.fetch_instrument(made).filters == ["ztfg", "ztfr", "ztfi"]
    root.delete_instrument(made)
    with pytest.raises(SkyPortalError, match=f"no instrument {made}"):
        ana.fetch_instrument(made)


def test_fields_have_outlines_on_the_sky(desk: Desk) -> None:
    root = desk.client("root")
    place = telescope(root, "Survey")
    made = root.post_instrument(
        InstrumentPost(
            name="Wide",
            type="imager",
            telescope_id=place,
            filters=["ztfg"],
            field_fov_type="rectangle",
            field_fov_attributes=[2.0, 1.0],
            field_data={"ID": [7, 8], "RA": [10.0, 359.9], "Dec": [0.0, 60.0]},
        )
    ).id
    found = root.fetch_instrument(made, include_geojson=True, include_region=True)
    assert found.fields is not None
    assert [one.field_id for one in found.fields] == [7, 8]
    assert found.region is not None and "box(0,0,2.0,1.0" in found.region
    outline = found.fields[0].contour
    assert outline is not None
    ring = outline["features"][0]["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert min(ra for ra, _ in ring) == pytest.approx(9.0, abs=0.01)
    assert max(dec for _, dec in ring) == pytest.approx(0.5, abs=0.01)
    # at 60 degrees a degree of arc is two of right ascension, here across zero
    other = found.fields[1].contour
    assert other is not None
    wide = [(ra + 180) % 360 - 180 for ra, _ in other["features"][0]["geometry"]["coordinates"]]
    assert max(wide) - min(wide) == pytest.approx(4.0, abs=0.1)
    bare = root.fetch_instrument(made)
    assert bare.region is None and bare.fields is not None and bare.fields[0].contour is None
    assert root.fetch_instrument(made, include_geojson_summary=True).fields[0].contour_summary is not None  # type: ignore[index]
    assert bare.number_of_fields == 2
    root.delete_instrument_fields(made)
    assert root.fetch_instrument(made).has_fields is False


def test_logs_are_kept_and_found_by_time(desk: Desk) -> None:
    ana = desk.client("ana")
    made = facility(desk, "Logged").instrument
    first = ana.post_instrument_log(made, "2026-09-01T00:00:00", "2026-09-02T00:00:00", {"logs": [1]}).id
    second = ana.post_instrument_log(made, "2026-09-03T00:00:00", "2026-09-04T00:00:00", "dome\nopen").id
    assert [one.id for one in ana.fetch_instrument_logs(made)] == [first, second]
    late = ana.fetch_instrument_logs(made, start_date="2026-09-02T12:00:00")
    assert [one.id for one in late] == [second]
    assert late[0].log == {"logs": [{"message": "dome"}, {"message": "open"}]}
    assert [one.id for one in ana.fetch_instrument_logs(made, end_date="2026-09-02")] == [first]
    assert ana.fetch_instrument(made).log_exists is True
    with pytest.raises(SkyPortalError, match="end_date"):
        ana.post_instrument_log(made, "2026-09-03", "2026-09-01", {})
    with pytest.raises(SkyPortalError, match="facilities:write"):
        desk.client("viewer").post_instrument_log(made, "2026-09-03", "2026-09-04", {})


def test_logs_are_fetched_from_a_facility(desk: Desk, dome: Receiver) -> None:
    made, root, ana = facility(desk, "Fetched"), desk.client("root"), desk.client("ana")
    span = {"start_date": "2026-09-01T00:00:00", "end_date": "2026-09-02T00:00:00"}
    with pytest.raises(SkyPortalError, match="api_classname"):
        ana.fetch_instrument_log_external_api(made.allocation, **span)
    root.update_instrument(made.instrument, InstrumentPut(api_classname="MANUALAPI"))
    with pytest.raises(SkyPortalError, match="does not implement 'retrieve_log'"):
        ana.fetch_instrument_log_external_api(made.allocation, **span)
    root.update_instrument(made.instrument, InstrumentPut(api_classname="HTTPAPI"))
    root.update_allocation(made.allocation, AllocationUpdate(altdata={"url": dome.url, "token": "t0ken"}))
    dome.answer = {"log": [{"message": "dome open"}]}
    ana.fetch_instrument_log_external_api(made.allocation, **span)
    assert dome.got[-1]["action"] == "log"
    assert dome.got[-1]["start_date"].startswith("2026-09-01T00:00:00")
    assert dome.tokens[-1] == "Bearer t0ken"
    (log,) = ana.fetch_instrument_logs(made.instrument)
    assert log.log == {"logs": [{"message": "dome open"}]}
    assert log.start_date is not None and log.start_date.isoformat().startswith("2026-09-01")
    for code, told in ((200, "holds no log"), (500, "answered HTTP 500")):
        dome.answer, dome.code = {}, code
        with pytest.raises(SkyPortalError, match=told):
            ana.fetch_instrument_log_external_api(made.allocation, **span)
    assert len(ana.fetch_instrument_logs(made.instrument)) == 1
    with pytest.raises(SkyPortalError, match="allocation_id: no allocation"):
        desk.client("cleo").fetch_instrument_log_external_api(made.allocation, **span)
    with pytest.raises(SkyPortalError, match="endDate"):
        ana.fetch_instrument_log_external_api(
            made.allocation, start_date=span["end_date"], end_date=span["start_date"]
        )


def test_a_status_is_noted(desk: Desk) -> None:
    ana = desk.client("ana")
    made = facility(desk, "Working").instrument
    ana.update_instrument_status(made, status={"dome": "open", "wind": ""})
    found = ana.fetch_instrument(made)
    assert found.status == {"dome": "open"}
    assert found.last_status_update is not None
    with pytest.raises(SkyPortalError, match="status"):
        ana.update_instrument_status(made)


def test_what_is_wrong_is_told(desk: Desk) -> None:
    root = desk.client("root")
    place = telescope(root, "Wrong")
    bare = {"name": "X", "type": "imager", "telescope_id": place}
    cases = [
        (bare | {"type": "toaster"}, "type"),
        (bare | {"telescope_id": 10**6}, "telescope_id: no telescope 1000000"),
        (bare | {"sensitivity_data": {"ztfz": {}}}, "sensitivity_data: 'ztfz'"),
        (bare | {"field_fov_type": "circle"}, "field_fov_attributes: a circle needs a radius"),
        (bare | {"field_data": {"RA": [1], "Dec": [2]}}, "field_data"),
        (
            bare
            | {"field_fov_type": "circle", "field_fov_attributes": 1.0, "field_data": {"RA": [1], "Dec": []}},
            "field_data: ID, RA and Dec",
        ),
    ]
    for payload, message in cases:
        with pytest.raises(SkyPortalError, match=message):
            root.post_instrument(InstrumentPost(**payload))
    # nothing half made stays
    assert root.fetch_instruments(name="X") == []
    taken = facility(desk, "Full")
    with pytest.raises(SkyPortalError, match="allocations"):
        root.delete_instrument(taken.instrument)
