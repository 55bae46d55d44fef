"""Annotations through the official client."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from nightdesk.crossmatch import remove_catalogue, write_catalogue

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.conformance.things import club, refused, source, spectrum


def photometry(desk: Desk, group_id: int) -> int:
    """Store a point that a group holds and return its id."""
    number = spectrum(desk, group_id)
    desk.database["photometry"].insert_one({"_id": number, "obj_id": "Seen2026", "group_ids": [group_id]})
    return number


@pytest.mark.parametrize("kind", ["sources", "spectra", "photometry"])
def test_annotations_on_things_of_every_type(desk: Desk, kind: str) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group = club(desk, "ben")
    user_id(desk, "cleo")
    make: dict[str, Any] = {"sources": source, "spectra": spectrum, "photometry": photometry}
    key, other = make[kind](desk, group), make[kind](desk, group)
    on: dict[str, Any] = {"resource_type": kind}
    data = {"z": 0.03, "host": {"name": "NGC 1", "d": [1, None]}, "candid": 2**53 - 1}
    made = ana.post_annotation(key, "host finder", data, group_ids=[group], **on).annotation_id
    (found,) = ben.fetch_annotations(key, **on)
    assert (found.id, found.origin, found.data) == (made, "host finder", data)
    field = {"sources": "obj_id", "spectra": "spectrum_id", "photometry": "photometry_id"}[kind]
    assert (getattr(found, field), [one.id for one in found.groups]) == (key, [group])
    assert found.author_id == user_id(desk, "ana")
    assert ben.fetch_annotation(key, made, **on).data == data

    assert "origin" in refused(409, ben.post_annotation, key, "host finder", {"z": 1}, **on)
    assert ben.post_annotation(key, "other finder", {"z": 1}, **on).annotation_id != made
    assert ben.post_annotation(other, "host finder", {"z": 1}, **on).annotation_id != made
    refused(404, ben.fetch_annotation, other, made, **on)
    refused(403, ben.update_annotation, key, made, {"z": 2}, **on)
    refused(403, ben.delete_annotation, key, made, **on)
    refused(404, cleo.fetch_annotation, key, made, **on)
    refused(404, cleo.update_annotation, key, made, {"z": 2}, **on)
    refused(404, cleo.delete_annotation, key, made, **on)
    refused(404, cleo.post_annotation, key, "mine", {"z": 2}, **on)

    ana.update_annotation(key, made, {"z": 0.04}, origin="better finder", group_ids=[group], **on)
    changed = ben.fetch_annotation(key, made, **on)
    assert (changed.origin, changed.data) == ("better finder", {"z": 0.04})
    assert "origin" in refused(409, ana.update_annotation, key, made, {"z": 1}, origin="other finder", **on)
    ana.delete_annotation(key, made, **on)
    assert [one.origin for one in ben.fetch_annotations(key, **on)] == ["other finder"]
    # the origin is free again
    ana.post_annotation(key, "better finder", {"z": 3}, **on)


def test_groups_do_not_learn_of_one_another_by_an_origin(desk: Desk) -> None:
    group, obj_id = club(desk), source(desk)
    user_id(desk, "cleo")
    desk.client().post_annotation(obj_id, "tns", {"z": 1}, group_ids=[group])
    made = desk.client("cleo").post_annotation(obj_id, "tns", {"z": 2}).annotation_id
    assert [one.id for one in desk.client("cleo").fetch_annotations(obj_id)] == [made]
    assert len(desk.client().fetch_annotations(obj_id)) == 2


@pytest.mark.parametrize(
    ("origin", "data", "wrong"),
    [
        ("  ", {"z": 1}, "origin"),
        ("o", {}, "data"),
        ("o", {"id": 2**64}, "64-bit"),
        ("o", {"": 1}, "name"),
        ("o", {"a\0b": 1}, "name"),
        ("o", {"text": "x" * 200_000}, "data"),
    ],
)
def test_what_cannot_be_kept_is_refused(desk: Desk, origin: str, data: dict[str, Any], wrong: str) -> None:
    assert wrong in refused(400, desk.client().post_annotation, source(desk), origin, data)


def test_who_only_reads_annotates_nothing(desk: Desk) -> None:
    obj_id = source(desk)
    made = desk.client().post_annotation(obj_id, "o", {"z": 1}).annotation_id
    viewer = desk.client("viewer")
    assert [one.id for one in viewer.fetch_annotations(obj_id)] == [made]
    refused(403, viewer.post_annotation, obj_id, "p", {"z": 1})
    refused(403, viewer.post_gaia_annotation, obj_id)


class Sky:
    """Catalogues around one object, as an administrator loads them."""

    def __init__(self, desk: Desk, obj_id: str) -> None:
        self._directory = desk.marshal.config.settings.catalogs
        found = desk.database["sources"].find_one({"_id": obj_id})
        assert found is not None
        self._ra, self._dec = found["ra"], found["dec"]

    def load(self, name: str, offsets: list[float], **columns: list[Any]) -> None:
        """Load a catalogue with rows so many arcsec north of the object."""
        write_catalogue(
            self._directory,
            name,
            [self._ra] * len(offsets),
            [self._dec + offset / 3600 for offset in offsets],
            pa.table(columns),
            radius=2.0,
            source=f"{name}.parquet",
        )


@pytest.fixture
def shelf(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the catalogues each time, and leave none behind."""
    directory = desk.marshal.config.settings.catalogs
    for name in ("gaia_dr3", "allwise", "milliquas", "ls_dr10", "desi_dr1", "ps1_dr2"):
        remove_catalogue(directory, name)
    monkeypatch.setattr(desk.marshal.lookups._catalogues.__self__, "_interval", 0.0)  # type: ignore[attr-defined]


def test_a_catalogue_that_is_not_loaded_is_named(desk: Desk, shelf: None) -> None:
    ana, obj_id = desk.client(), source(desk)
    for post, title in (
        (ana.post_gaia_annotation, "Gaia"),
        (ana.post_irsa_annotation, "WISE"),
        (ana.post_vizier_annotation, "VizieR"),
        (ana.post_datalab_annotation, "Data Lab"),
        (ana.post_ps1_annotation, "Pan-STARRS"),
    ):
        message = refused(404, post, obj_id)
        assert title in message and "loaded: none" in message
    Sky(desk, obj_id).load("gaia_dr3", [0.1], phot_g_mean_mag=[17.0])
    message = refused(404, ana.post_gaia_annotation, obj_id, catalog="gaiaedr3.gaia_source")
    assert "gaiaedr3.gaia_source" in message and "loaded: gaia_dr3" in message
    assert ana.fetch_annotations(obj_id) == []


def test_gaia_answers_from_the_loaded_catalogue(desk: Desk, shelf: None) -> None:
    ana, ben = desk.client(), desk.client("ben")
    group = club(desk)
    user_id(desk, "ben")
    obj_id = source(desk)
    nan = float("nan")
    Sky(desk, obj_id).load(
        "gaia_dr3",
        [1.5, 0.5, 1.0, 30.0],
        phot_g_mean_mag=[17.0, 18.0, 20.5, 12.0],
        parallax=[1.0, 0.2, nan, 3.0],
        source_id=[2**62 + 1, 2, 3, 4],
    )
    ana.post_gaia_annotation(obj_id, group_ids=[group])
    found = {one.origin: one.data for one in ana.fetch_annotations(obj_id)}
    first = found["gaiadr3.gaia_source"]
    assert (first["phot_g_mean_mag"], first["parallax"], first["catalog"]) == (18.0, 0.2, "gaia_dr3")
    assert first["distance_arcsec"] == pytest.approx(0.5, abs=1e-3)
    assert found["gaiadr3.gaia_source #2"]["parallax"] is None
    assert found["gaiadr3.gaia_source #3"]["source_id"] == str(2**62 + 1)
    assert len(found) == 3
    assert ben.fetch_annotations(obj_id) == []
    # to look again is to renew
    ana.post_gaia_annotation(obj_id, group_ids=[group])
    assert len(ana.fetch_annotations(obj_id)) == 3

    bright = source(desk)
    Sky(desk, bright).load("gaia_dr3", [0.5, 1.0, 9.0], phot_g_mean_mag=[20.5, 17.0, 14.0])
    ana.post_gaia_annotation(bright, catalog="gaiadr3.gaia_source", crossmatch_limmag=20)
    (one,) = ana.fetch_annotations(bright)
    assert one.data["phot_g_mean_mag"] == 17.0
    ana.post_gaia_annotation(bright, crossmatch_radius=10, crossmatch_limmag=0, crossmatch_number=2)
    assert sorted(a.data["phot_g_mean_mag"] for a in ana.fetch_annotations(bright)) == [17.0, 20.5]
    assert "crossmatchRadius" in refused(400, ana.post_gaia_annotation, bright, crossmatch_radius=-1)
    refused(404, ana.post_gaia_annotation, "Nowhere2026z")


def test_the_other_archives_answer_too(desk: Desk, shelf: None) -> None:
    ana, obj_id = desk.client(), source(desk)
    sky = Sky(desk, obj_id)
    sky.load("allwise", [1.0], w1mpro=[14.5])
    sky.load("milliquas", [3.0], z=[1.7])
    sky.load("ls_dr10", [0.2], z_phot_median=[0.31])
    sky.load("desi_dr1", [0.3], z=[0.32])
    sky.load("ps1_dr2", [0.1, 0.4, 4.0], nDetections=[2, 40, 50])
    ana.post_irsa_annotation(obj_id)
    # two arcsec are too few, and nothing found is no error
    ana.post_vizier_annotation(obj_id)
    ana.post_vizier_annotation(obj_id, catalog="VII/290", crossmatch_radius=5)
    ana.post_datalab_annotation(obj_id)
    ana.post_datalab_annotation(obj_id, catalog="desi_dr1", crossmatch_radius=1)
    ana.post_ps1_annotation(obj_id, crossmatch_min_detections=3)
    found = {one.origin: one.data for one in ana.fetch_annotations(obj_id)}
    assert sorted(found) == ["VII/290", "allwise_p3as_psd", "desi_dr1", "ls_dr10", "ps1.dr2"]
    assert found["allwise_p3as_psd"]["w1mpro"] == 14.5
    assert (found["VII/290"]["z"], found["VII/290"]["catalog"]) == (1.7, "milliquas")
    assert found["desi_dr1"]["z"] == 0.32
    assert found["ps1.dr2"]["nDetections"] == 40
    ana.post_ps1_annotation(obj_id, catalog="mine", crossmatch_radius=5, crossmatch_number=1)
    assert {
        one.origin: one.data["nDetections"] for one in ana.fetch_annotations(obj_id) if one.origin == "mine"
    } == {"mine": 2}
    for fields, wrong in (
        ({"crossmatch_radius": 6}, "crossmatchRadius"),
        ({"crossmatch_number": 6}, "crossmatchNumber"),
        ({"crossmatch_min_detections": 0}, "crossmatchMinDetections"),
    ):
        assert wrong in refused(400, ana.post_ps1_annotation, obj_id, **fields)
    refused(404, ana.post_irsa_annotation, obj_id, catalog="neowiser_p1bs_psd")
