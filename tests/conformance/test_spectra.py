"""Spectra through the official client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from skyportal_py.classifications import ClassificationPost
from skyportal_py.spectra import (
    SpectrumAsciiParse,
    SpectrumAsciiPost,
    SpectrumPost,
    SpectrumUpdate,
)

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, instrument, user_id
from tests.conformance.things import club, refused, source

TAKEN = "2026-03-01T04:30:00"
WAVES = [4000.0, 5000.0, 6000.0, 7000.0]
CGS = "erg/s/cm/cm/AA"


def spectrograph(desk: Desk) -> int:
    """Return the id of an instrument."""
    return facility(desk, "Spectra").instrument


def post(desk: Desk, obj_id: str, **fields: Any) -> SpectrumPost:
    """Return a spectrum to post."""
    values: dict[str, Any] = {
        "obj_id": obj_id,
        "instrument_id": spectrograph(desk),
        "observed_at": TAKEN,
        "wavelengths": WAVES,
        "fluxes": [1.0, 2.0, 4.0, 3.0],
    }
    return SpectrumPost.model_validate(values | fields)


def made(desk: Desk, obj_id: str, who: str = "ana", **fields: Any) -> int:
    """Post a spectrum and return its id."""
    return desk.client(who).post_spectrum(post(desk, obj_id, **fields)).id


def own_group(desk: Desk, who: str) -> int:
    """Return the id of somebody's group of their own."""
    found = desk.database["groups"].find_one({"single_user_group": True, "name": who})
    assert found is not None
    return int(found["_id"])


def test_a_spectrum_lives(desk: Desk) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group, ids = club(desk, "ben"), [user_id(desk, who) for who in ("ana", "ben", "cleo")]
    obj_id = source(desk, group)
    number = made(
        desk,
        obj_id,
        errors=[0.1, 0.2, 0.3, 0.4],
        units=CGS,
        origin="DBSP",
        label="first look",
        type="host",
        altdata={"seeing": 1.1, "nested": {"$odd.key": [1, None]}},
        group_ids=[group],
        pi=[ids[0]],
        reduced_by=[ids[1]],
        external_reducer="Rosa Reducer",
        observed_by=[ids[0], ids[1]],
    )
    found = ben.fetch_spectrum(number, include_original_file=True)
    assert (found.id, found.obj_id, found.type, found.units) == (number, obj_id, "host", CGS)
    assert (found.wavelengths, found.fluxes) == (WAVES, [1.0, 2.0, 4.0, 3.0])
    assert found.errors == [0.1, 0.2, 0.3, 0.4]
    assert found.observed_at == datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
    assert (found.origin, found.label) == ("DBSP", "first look")
    assert found.altdata == {"seeing": 1.1, "nested": {"$odd.key": [1, None]}}
    assert (found.instrument_id, found.instrument_name) == (spectrograph(desk), "Spectra camera")
    assert (found.telescope_id, found.telescope_name) == (
        facility(desk, "Spectra").telescope,
        "Spectra telescope",
    )
    assert (found.owner_id, found.owner and found.owner.username) == (ids[0], "ana")
    # ana's own group holds it too, which is nothing for ben to know
    assert [one.id for one in found.groups] == [group]
    assert sorted(one.id for one in ana.fetch_spectrum(number).groups) == sorted(
        [group, own_group(desk, "ana")]
    )
    assert [one.username for one in found.pis] == ["ana"]
    assert [one.username for one in found.reducers] == ["ben"]
    assert [one.username for one in found.observers] == ["ana", "ben"]
    assert (found.external_pi, found.external_reducer, found.external_observer) == (
        None,
        "Rosa Reducer",
        None,
    )
    assert (found.comments, found.annotations, found.original_file_string) == ([], [], None)

    refused(404, cleo.fetch_spectrum, number)
    refused(404, cleo.update_spectrum, number, SpectrumUpdate(label="mine"))
    refused(404, cleo.delete_spectrum, number)
    refused(404, cleo.post_synthetic_photometry, number, ["ztfr"])
    refused(403, ben.update_spectrum, number, SpectrumUpdate(label="mine"))
    refused(403, ben.delete_spectrum, number)
    refused(403, desk.client("viewer").post_spectrum, post(desk, obj_id))
    assert ben.fetch_spectrum(number).label == "first look"

    ana.delete_spectrum(number)
    refused(404, ana.fetch_spectrum, number)
    for name in ("spectra", "spectrum_values"):
        assert desk.database[name].find_one({"_id": number}) is None


def test_a_change_leaves_the_rest(desk: Desk) -> None:
    ana, ben = desk.client(), desk.client("ben")
    group, ids = club(desk, "ben"), [user_id(desk, who) for who in ("ana", "ben")]
    obj_id, other = source(desk), source(desk)
    number = made(desk, obj_id, errors=[0.1] * 4, origin="DBSP", reduced_by=[ids[1]], external_reducer="Rosa")
    refused(404, ben.fetch_spectrum, number)
    before = ana.fetch_spectrum(number)
    ana.update_spectrum(
        number,
        SpectrumUpdate(
            label="better",
            units="Jy",
            observed_at="2026-03-02T06:00:00+02:00",
            fluxes=[2.0, 2.0, 2.0, 2.0],
            altdata={"grating": "B600"},
            group_ids=[group],
        ),
    )
    after = ben.fetch_spectrum(number)
    assert (after.label, after.units, after.fluxes) == ("better", "Jy", [2.0] * 4)
    assert after.observed_at == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert (after.wavelengths, after.errors, after.origin) == (WAVES, [0.1] * 4, "DBSP")
    assert after.altdata == {"grating": "B600"}
    assert (after.external_reducer, [one.id for one in after.reducers]) == ("Rosa", [ids[1]])
    assert before.modified is not None and after.modified is not None and after.modified > before.modified
    # groups are added and never taken away; somebody from outside goes with their points of contact
    ana.update_spectrum(number, SpectrumUpdate(group_ids=[1], reduced_by=[ids[0]], obj_id=other))
    moved = ana.fetch_spectrum(number)
    assert {one.id for one in moved.groups} == {1, group, own_group(desk, "ana")}
    assert (moved.external_reducer, [one.username for one in moved.reducers]) == (None, ["ana"])
    assert [one.id for one in ana.fetch_spectra(other)] == [number]
    assert ana.fetch_spectra(obj_id) == []
    ana.update_spectrum(number, SpectrumUpdate(wavelengths=[1.0, 2.0], fluxes=[3.0, 4.0]))
    assert ana.fetch_spectrum(number).errors is None
    ana.update_spectrum(number, SpectrumUpdate(group_ids="all"))
    assert {one.id for one in ana.fetch_spectrum(number).groups} >= {1, group}
    for fields, wrong in (
        ({"fluxes": [1.0, 2.0, 3.0]}, "fluxes: 3 of them, but 2 wavelengths"),
        ({"external_pi": "Pia"}, "external_pi needs a point of contact"),
        ({"instrument_id": 10**6}, "instrument_id"),
        ({"obj_id": "Nowhere2026"}, "obj_id: no object Nowhere2026"),
    ):
        assert wrong in refused(400, ana.update_spectrum, number, SpectrumUpdate.model_validate(fields))
    desk.client("root").update_spectrum(number, SpectrumUpdate(label="root was here"))
    assert ana.fetch_spectrum(number).label == "root was here"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"wavelengths": [4000.0, 5000.0, 5000.0, 7000.0]}, "wavelengths.2: 5000 does not go on rising"),
        ({"wavelengths": [7000.0, 5000.0, 6000.0, 4000.0]}, "wavelengths.2: 6000 does not go on falling"),
        ({"wavelengths": [-1.0, 5000.0, 6000.0, 7000.0]}, "wavelengths.0: -1 is not a wavelength"),
        ({"fluxes": [1.0, 2.0]}, "fluxes: 2 of them, but 4 wavelengths"),
        ({"errors": [1.0, 2.0, -3.0, 1.0]}, "errors.2: -3 is negative"),
        ({"errors": [1.0, 2.0]}, "errors: 2 of them"),
        ({"fluxes": [1.0, "x", 2.0, 3.0]}, "fluxes.1"),
        ({"units": "mJy"}, "units"),
        ({"type": "galaxy"}, "type"),
        ({"observed_at": "last night"}, "observed_at"),
        ({"obj_id": "Nowhere2026"}, "obj_id: no object Nowhere2026"),
        ({"instrument_id": 10**6}, "instrument_id: no instrument"),
        ({"pi": [10**6]}, "pi: no user 1000000"),
        ({"external_observer": "Otto"}, "external_observer needs a point of contact"),
        ({"assignment_id": 10**6}, "assignment_id: no assignment"),
        ({"followup_request_id": 10**6}, "followup_request_id: no follow-up request"),
        ({"group_ids": "some"}, "group_ids"),
    ],
)
def test_what_is_no_spectrum_is_refused(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    obj_id = source(desk)
    body = post(desk, obj_id).model_dump(exclude_none=True) | fields
    answer = desk.client().post("/api/spectrum", json=body)
    assert (answer.status_code, answer.json()["status"]) == (400, "error")
    assert wrong in answer.json()["message"]
    assert desk.client().fetch_spectra(obj_id) == []


def test_numbers_that_json_has_none_of_are_refused(desk: Desk) -> None:
    obj_id = source(desk)
    body = post(desk, obj_id).model_dump_json(exclude_none=True).replace("4.0", "NaN")
    answer = desk.client().post("/api/spectrum", content=body)
    assert answer.status_code == 400
    assert "fluxes.2: nan is not a finite number" in answer.json()["message"]


def test_who_sees_a_spectrum(desk: Desk) -> None:
    group, secret = club(desk, "ben"), club(desk)
    for who in ("ben", "cleo"):
        user_id(desk, who)
    obj_id = source(desk)
    alone = made(desk, obj_id)
    shared = made(desk, obj_id, group_ids=[group])
    everybody = made(desk, obj_id, group_ids="all")
    assert [one.id for one in desk.client().fetch_spectra(obj_id)] == [alone, shared, everybody]
    assert [one.id for one in desk.client("ben").fetch_spectra(obj_id)] == [shared, everybody]
    assert [one.id for one in desk.client("cleo").fetch_spectra(obj_id)] == [everybody]
    assert [one.id for one in desk.client("root").fetch_spectra(obj_id)] == [alone, shared, everybody]
    assert [one.id for one in desk.client("ben").fetch_spectrum(everybody).groups if one.id == secret] == []
    assert "group_ids" in refused(
        403, desk.client("cleo").post_spectrum, post(desk, obj_id, group_ids=[group])
    )
    hidden = source(desk, secret)
    made(desk, hidden)
    assert "obj_id" in refused(400, desk.client("cleo").post_spectrum, post(desk, hidden))
    refused(404, desk.client("cleo").fetch_spectra, hidden)
    assert len(desk.client().fetch_spectra(hidden)) == 1
    # a service has no group of its own to keep a spectrum for it
    assert "name at least one group" in refused(400, desk.client("bot").post_spectrum, post(desk, obj_id))


def test_spectra_of_a_source_in_order_and_normalized(desk: Desk) -> None:
    ana, obj_id = desk.client(), source(desk)
    late = made(desk, obj_id, observed_at="2026-03-09T00:00:00", errors=[0.5] * 4)
    early = made(desk, obj_id, observed_at="2026-03-02T12:00:00", fluxes=[0.0, 0.0, 0.0, -8.0])
    found = ana.fetch_spectra(obj_id)
    assert [one.id for one in found] == [early, late]
    assert found[0].observed_at_mjd == pytest.approx(61101.5, abs=1e-6)
    assert [one.id for one in ana.fetch_spectra(obj_id, sort_order="desc")] == [late, early]
    assert [one.id for one in ana.fetch_spectra(obj_id, sort_by="created_at")] == [late, early]
    dark, bright = ana.fetch_spectra(obj_id, normalization="median")
    assert bright.fluxes == [0.4, 0.8, 1.6, 1.2]
    assert bright.errors == [0.2] * 4
    assert dark.fluxes == [0.0, 0.0, 0.0, -1.0]
    assert ana.fetch_spectrum(late).fluxes == [1.0, 2.0, 4.0, 3.0]
    assert "normalization" in refused(400, ana.fetch_spectra, obj_id, normalization="mean")
    assert "sortBy" in refused(400, ana.fetch_spectra, obj_id, sort_by="label")
    assert ana.fetch_source(obj_id, include_spectrum_exists=True).spectrum_exists is True
    ana.delete_spectrum(early)
    ana.delete_spectrum(late)
    assert ana.fetch_source(obj_id, include_spectrum_exists=True).spectrum_exists is False
    refused(404, ana.fetch_spectra, "Nowhere2026")


def test_what_is_said_of_a_spectrum(desk: Desk) -> None:
    ana, ben = desk.client(), desk.client("ben")
    group = club(desk, "ben")
    obj_id = source(desk, group)
    number = made(desk, obj_id, group_ids=[group])
    ana.post_comment(number, "broad H alpha", resource_type="spectra", group_ids=[group])
    ana.post_comment(number, "my own thoughts", resource_type="spectra", group_ids=[own_group(desk, "ana")])
    ana.post_annotation(number, "snid", {"z": 0.03}, resource_type="spectra", group_ids=[group])
    for one in (
        ben.fetch_spectrum(number),
        ben.fetch_spectra(obj_id)[0],
        ben.fetch_spectra_query(obj_id=obj_id)[0],
    ):
        assert [comment.text for comment in one.comments] == ["broad H alpha"]
        assert [annotation.data for annotation in one.annotations] == [{"z": 0.03}]
    assert {one.text for one in ana.fetch_spectrum(number).comments} == {"broad H alpha", "my own thoughts"}
    refused(404, desk.client("cleo").fetch_comments, number, resource_type="spectra")
    ana.delete_spectrum(number)
    refused(404, ana.fetch_comments, number, resource_type="spectra")
    for name in ("spectrum_comments", "spectrum_annotations"):
        assert desk.database[name].count_documents({"spectrum_id": number}) == 0


def test_spectra_are_found_by_whatever_is_known_of_them(desk: Desk) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group, user = club(desk, "ben"), user_id(desk, "ana")
    second = instrument(desk.client("root"), "Query camera", facility(desk, "Spectra").telescope)
    obj_id, other = source(desk, group), source(desk, group)
    one = made(desk, obj_id, origin="Keck LRIS", label="peak.1", group_ids=[group])
    two = made(
        desk,
        other,
        origin="DBSP",
        label="late",
        type="host",
        instrument_id=second,
        observed_at="2026-04-01T00:00:00",
        group_ids=[group],
    )
    three = made(desk, other, origin="SEDM", group_ids=[own_group(desk, "ana")])
    ana.post_comment(one, "H alpha", resource_type="spectra", group_ids=[group])
    ben.post_comment(two, "noisy", resource_type="spectra", group_ids=[group])

    def ids(**asked: Any) -> list[int]:
        mine = [found.id for found in ana.fetch_spectra_query(group_ids=[group], **asked)]
        assert mine == [
            found.id for found in ana.fetch_spectra_query(group_ids=[group], minimal_payload=True, **asked)
        ]
        return mine

    assert ids() == [one, two]
    assert ids(obj_id=obj_id[2:].lower()) == [one]
    assert ids(instrument_ids=[second]) == [two]
    assert ids(instrument_ids=[second, spectrograph(desk)]) == [one, two]
    assert ids(origin=["lris", "nothing"]) == [one]
    assert ids(origin=["LRIS", "DBS"]) == [one, two]
    assert ids(label=["peak.1"]) == [one]
    assert ids(label=["peak_1"]) == []
    assert ids(spectrum_type=["host"]) == [two]
    assert ids(spectrum_type=["host", "source"]) == [one, two]
    assert ids(observed_after="2026-03-15") == [two]
    assert ids(observed_before="2026-03-15") == [one]
    assert ids(observed_after="2026-03-15", observed_before="2026-03-16") == []
    assert ids(modified_after="2026-01-01") == [one, two]
    assert ids(modified_before="2026-01-01") == []
    assert ids(comments_filter=["alpha", "beta"]) == [one]
    assert ids(comments_filter_author=["ben"]) == [two]
    assert ids(comments_filter=["alpha"], comments_filter_author=["ben"]) == []
    assert ids(comments_filter_before="2000-01-01") == []
    assert ids(comments_filter_after="2000-01-01") == [one, two]
    assert ids(followup_request_ids=[10**6]) == []
    assert ids(assignment_ids=[10**6]) == []
    assert three in [found.id for found in ana.fetch_spectra_query(obj_id=other)]
    assert [found.id for found in ben.fetch_spectra_query(obj_id=other)] == [two]
    assert cleo.fetch_spectra_query(obj_id=other) == []
    refused(403, cleo.fetch_spectra_query, group_ids=[group])
    assert "type" in refused(400, ana.fetch_spectra_query, spectrum_type=["galaxy"])
    assert "observedBefore" in refused(400, ana.fetch_spectra_query, observed_before="yesterday")

    (slim,) = ana.fetch_spectra_query(obj_id=obj_id, minimal_payload=True, include_original_file=True)
    assert (slim.wavelengths, slim.fluxes, slim.owner, slim.original_file_string) == ([], [], None, None)
    assert (slim.owner_id, slim.label, slim.instrument_name) == (user, "peak.1", "Spectra camera")
    (whole,) = ana.fetch_spectra_query(obj_id=obj_id)
    assert (whole.wavelengths, whole.owner and whole.owner.username) == (WAVES, "ana")
    assert whole.telescope_name == "Spectra telescope"


def test_a_range_is_of_instruments_and_time(desk: Desk) -> None:
    ana, cleo = desk.client(), desk.client("cleo")
    camera = instrument(desk.client("root"), "Range camera", facility(desk, "Spectra").telescope)
    obj_id = source(desk)
    user_id(desk, "cleo")
    times = [f"2020-01-0{day}T00:00:00" for day in (1, 2, 3)]
    ids = [made(desk, obj_id, instrument_id=camera, observed_at=at) for at in reversed(times)][::-1]
    made(desk, obj_id, observed_at=times[0])
    assert [one.id for one in ana.fetch_spectra_range(instrument_ids=[camera])] == ids
    found = ana.fetch_spectra_range(instrument_ids=[camera, 10**6], min_date=times[1])
    assert [one.id for one in found] == ids[1:]
    assert (found[0].wavelengths, found[0].owner, found[0].instrument_name) == (WAVES, None, None)
    assert [one.id for one in ana.fetch_spectra_range(instrument_ids=[camera], max_date=times[1])] == ids[:2]
    everything = ana.fetch_spectra_range(min_date=times[0], max_date=times[0])
    assert len(everything) == 2
    assert cleo.fetch_spectra_range(instrument_ids=[camera]) == []
    assert "min_date" in refused(400, ana.fetch_spectra_range, min_date="soon")


def test_sources_in_bulk(desk: Desk) -> None:
    ana, cleo = desk.client(), desk.client("cleo")
    group = club(desk)
    user_id(desk, "cleo")
    first, second, bare = sorted(source(desk, group) for _ in range(3))
    open_source = source(desk)
    desk.database["sources"].update_one(
        {"_id": first},
        {"$set": {"redshift": 0.04, "tns_info": {"discoverydate": "2026-02-20 01:02:03.000"}}},
    )
    points = {
        "obj_id": first,
        "instrument_id": spectrograph(desk),
        "mjd": [61090.25, 61105.5, 61110.5],
        "filter": "ztfr",
        "magsys": "ab",
        "mag": [19.0, 17.0, 18.0],
        "magerr": 0.1,
        "limiting_mag": 20.5,
        "group_ids": [group],
    }
    ana.post("/api/photometry", json=points).raise_for_status()
    desk.client("root").update_source_phot_stat(first)
    made(desk, first, observed_at="2026-03-05T00:00:00", group_ids=[group])
    made(desk, first, group_ids=[group])
    made(desk, second, group_ids=[own_group(desk, "ana")])
    ana.post_classification(
        ClassificationPost(obj_id=first, classification="Ia", taxonomy_id=1, probability=0.6)
    )
    ana.post_classification(
        ClassificationPost(obj_id=second, classification="Ia", taxonomy_id=1, probability=0.9, ml=True)
    )
    whole = ana.post_spectra_bulk(group_id=group)
    assert [one.id for one in whole.sources] == [first, second, bare]
    assert not whole.truncated
    told = whole.sources[0]
    assert (told.redshift, told.first_detected_mjd, told.peak_mjd) == (0.04, 61090.25, 61105.5)
    assert told.tns_discovery_date == "2026-02-20 01:02:03.000"
    assert (whole.sources[1].redshift, whole.sources[1].peak_mjd) == (None, None)
    assert [(one.obj_id, (one.observed_at or "")[:10]) for one in whole.spectra] == [
        (first, "2026-03-01"),
        (first, "2026-03-05"),
        (second, "2026-03-01"),
    ]
    assert (whole.spectra[0].wavelengths, whole.spectra[0].fluxes) == (WAVES, [1.0, 2.0, 4.0, 3.0])

    cut = ana.post_spectra_bulk(group_id=group, max_sources=1)
    assert ([one.id for one in cut.sources], len(cut.spectra), cut.truncated) == ([first], 2, True)
    named = ana.post_spectra_bulk(obj_ids=[second, open_source, "Nowhere2026"])
    assert ([one.id for one in named.sources], named.truncated) == (sorted([second, open_source]), False)
    classed = ana.post_spectra_bulk(group_id=group, classifications=["Ia", "II"])
    assert [one.id for one in classed.sources] == [first]
    sure = ana.post_spectra_bulk(classifications=["Ia"], classification_prob_threshold=0.7, obj_ids=[first])
    assert sure.sources == []
    refused(403, cleo.post_spectra_bulk, group_id=group)
    seen = cleo.post_spectra_bulk(obj_ids=[first, open_source])
    assert ([one.id for one in seen.sources], seen.spectra) == ([open_source], [])
    assert "maxSources" in refused(400, ana.post_spectra_bulk, max_sources=0)


FILE = """# INSTRUME: DBSP
# EXPTIME = 600.003 / Total exposure time (sec)
# OBJECT  = 'ZTF26abc '
wavelength flux error
3000.0 1e-16 1e-17
3100.0 2e-16 1e-17
3200.0 4e-16 2e-17
"""


def test_a_file_is_shown_before_it_is_stored(desk: Desk) -> None:
    ana, viewer = desk.client(), desk.client("viewer")
    shown = ana.parse_spectrum_ascii(SpectrumAsciiParse(ascii=FILE, fluxerr_column=2))
    assert (shown.wavelengths, shown.fluxes) == ([3000.0, 3100.0, 3200.0], [1e-16, 2e-16, 4e-16])
    assert shown.errors == [1e-17, 1e-17, 2e-17]
    assert shown.altdata == {
        "INSTRUME": "DBSP",
        "EXPTIME": {"value": 600.003, "comment": "Total exposure time (sec)"},
        "OBJECT": "ZTF26abc",
    }
    assert (shown.id, shown.original_file_string) == (None, FILE)
    swapped = ana.parse_spectrum_ascii(
        SpectrumAsciiParse(ascii="5, 3000, x\n6, 3100, y", wave_column=1, flux_column=0)
    )
    assert (swapped.wavelengths, swapped.fluxes, swapped.altdata) == ([3000.0, 3100.0], [5.0, 6.0], None)
    refused(403, viewer.parse_spectrum_ascii, SpectrumAsciiParse(ascii=FILE))

    group = club(desk, "ben")
    obj_id = source(desk, group)
    number = ana.post_spectrum_ascii(
        SpectrumAsciiPost(
            ascii=FILE,
            obj_id=obj_id,
            instrument_id=spectrograph(desk),
            observed_at=TAKEN,
            filename="/data/night1/abc.txt",
            fluxerr_column=2,
            label="red arm",
            type="source",
            group_ids=[group],
            observed_by=[user_id(desk, "ben")],
            external_observer="Otto",
        )
    ).id
    found = desk.client("ben").fetch_spectrum(number, include_original_file=True)
    assert (found.wavelengths, found.fluxes, found.errors) == (shown.wavelengths, shown.fluxes, shown.errors)
    assert (found.altdata, found.label, found.type) == (shown.altdata, "red arm", "source")
    assert (found.original_file_string, found.original_file_filename) == (FILE, "abc.txt")
    assert (found.external_observer, [one.username for one in found.observers]) == ("Otto", ["ben"])
    assert desk.client("ben").fetch_spectrum(number).original_file_string is None
    (listed,) = ana.fetch_spectra(obj_id, include_original_file=True)
    assert listed.original_file_string == FILE
    (queried,) = ana.fetch_spectra_query(obj_id=obj_id, include_original_file=True)
    assert queried.original_file_string == FILE
    everybody = ana.post_spectrum_ascii(
        SpectrumAsciiPost(
            ascii=FILE,
            obj_id=obj_id,
            instrument_id=spectrograph(desk),
            observed_at=TAKEN,
            filename="abc.txt",
            group_ids="all",
        )
    ).id
    assert {one.id for one in ana.fetch_spectrum(everybody).groups} == {1, own_group(desk, "ana")}
    ana.delete_spectrum(number)
    assert desk.database["spectrum_files"].find_one({"_id": number}) is None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"ascii": "# only\n# words\n"}, "ascii: no line has numbers"),
        ({"ascii": "3000\n3100\n"}, "ascii: no line has numbers"),
        ({"ascii": "3000 1\n3100 two\n"}, "ascii: line 2, column 1: 'two' is not a number"),
        ({"ascii": "3000 1\n3100 nan\n"}, "fluxes.1: nan is not a finite number"),
        ({"ascii": "3000 1\n2900 2\n3100 2\n"}, "wavelengths.2"),
        ({"ascii": "3000 1\n3100 2\n", "fluxerr_column": 2}, "fluxerr_column: 2, but the lines have 2"),
        ({"ascii": "3000 1\n3100 2\n", "wave_column": -1}, "wave_column"),
        ({"ascii": "3000 1 5\n3100 2\n", "fluxerr_column": 2}, "ascii: line 2 has 2 columns"),
        ({"ascii": "3000 1.0\n" * 1_200_000}, "must be smaller than 10 MB"),
        ({"ascii": ""}, "ascii"),
    ],
    ids=lambda value: None if isinstance(value, str) else "file",
)
def test_a_file_that_holds_no_spectrum_is_refused(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    assert wrong in refused(400, desk.client().parse_spectrum_ascii, SpectrumAsciiParse(**fields))


def flat(desk: Desk, obj_id: str, **fields: Any) -> int:
    """Post a spectrum of AB magnitude 15 at all wavelengths of ZTF and return its id."""
    waves = [3900.0 + 5 * i for i in range(1000)]
    values = {"wavelengths": waves, "fluxes": [3.631e-3] * len(waves), "units": "Jy"}
    return made(desk, obj_id, **values | fields)


def test_a_spectrum_seen_through_filters(desk: Desk) -> None:
    ana, ben = desk.client(), desk.client("ben")
    group = club(desk, "ben")
    user_id(desk, "cleo")
    obj_id = source(desk, group)
    number = flat(desk, obj_id, errors=[3.631e-4] * 1000, group_ids=[group])
    ana.post_synthetic_photometry(number, ["ztfr", "ztfg", "ztfr"])
    points = sorted(desk.database["photometry"].find({"obj_id": obj_id}), key=lambda one: one["filter"])
    assert [one["filter"] for one in points] == ["ztfg", "ztfr"]
    for point in points:
        assert point["mag"] == pytest.approx(15.0, abs=1e-5)
        assert point["flux"] == pytest.approx(3631.0, rel=1e-3)
        assert 0.001 < point["magerr"] < 0.02
        assert point["limiting_mag"] > 15
        assert point["mjd"] == pytest.approx(61100.1875, abs=1e-6)
        assert (point["instrument_id"], point["owner_id"]) == (spectrograph(desk), user_id(desk, "ana"))
        assert set(point["group_ids"]) == {group, own_group(desk, "ana")}
        assert (point["altdata"]["synthetic"], point["altdata"]["spectrum_id"]) == (True, number)
    assert points[1]["altdata"]["bandpass"] == "box from 5689.41 to 7171.64 Angstrom"
    # again changes nothing, and whoever sees the spectrum may
    ana.post_synthetic_photometry(number, ["ztfr"])
    ben.post_synthetic_photometry(number, ["ztfg"])
    assert desk.database["photometry"].count_documents({"obj_id": obj_id}) == 2
    seen = ben.get(f"/api/sources/{obj_id}/photometry").raise_for_status().json()["data"]
    assert sorted(one["filter"] for one in seen) == ["ztfg", "ztfr"]
    refused(404, desk.client("cleo").post_synthetic_photometry, number, ["ztfg"])

    bare = flat(desk, obj_id, observed_at="2026-03-04T00:00:00")
    ana.post_synthetic_photometry(bare, ["ztfg", "ztfr"])
    alone = list(desk.database["photometry"].find({"obj_id": obj_id, "altdata.spectrum_id": bare}))
    assert [(one["magerr"], one["altdata"]["errors"]) for one in alone] == [(0.0, "not known")] * 2
    assert {tuple(one["group_ids"]) for one in alone} == {(own_group(desk, "ana"),)}
    for fields, filters, wrong in (
        ({"units": None}, ["ztfr"], "has no units"),
        ({}, ["ztfr", "ztfx"], "'ztfx' is none of"),
        ({}, ["lsstu"], "lsstu is 3492 to 3957 Angstrom, the spectrum 3900"),
        ({"fluxes": [-1.0] * 1000}, ["ztfr"], "is not positive"),
        ({}, [], "filters"),
    ):
        dim = flat(desk, obj_id, observed_at="2026-03-05T00:00:00", **fields)
        assert wrong in refused(400, ana.post_synthetic_photometry, dim, filters)
    assert desk.database["photometry"].count_documents({"obj_id": obj_id}) == 4
