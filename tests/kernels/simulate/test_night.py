from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl
import pytest
from nightdesk.simulate import KINDS, LABELS, TRUTH, Night
from nightdesk.simulate.cadence import BLOCK

from tests.kernels.simulate.reading import alerts, read

SMALL = {"density": 25.0, "hours": 0.12}
"""Small nights: one block of fields, which comes again after some nights."""


@pytest.mark.parametrize("survey", ["ztf", "lsst"])
def test_the_same_seed_gives_the_same_bytes(survey: str) -> None:
    first = alerts(150, survey=survey, seed=3, density=30)[1]
    night = Night(survey, 3, density=30)
    assert list(itertools.islice(night, 150)) == first
    # and once more with the same object, whose fields are now in memory
    assert list(itertools.islice(night, 150)) == first
    other = alerts(150, survey=survey, seed=4, density=30)[1]
    assert {alert.key for alert in other}.isdisjoint(alert.key for alert in first)
    assert other[0].jd != first[0].jd


def test_a_field_forgotten_is_the_same_when_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = alerts(survey="ztf", seed=3, nights=3, **SMALL)[1]
    monkeypatch.setattr("nightdesk.simulate.night.REMEMBERED", 1)
    assert alerts(survey="ztf", seed=3, nights=3, **SMALL)[1] == expected


@pytest.mark.parametrize("version", ["3.3", "4.02"])
def test_ztf_histories_agree(version: str) -> None:
    made = alerts(survey="ztf", seed=1, nights=5, schema_version=version, **SMALL)[1]
    sent: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    points: dict[tuple[str, float, int], Any] = {}
    forced: dict[tuple[str, float, int], Any] = {}
    again = 0
    for alert in made:
        record = read(alert)
        now, history = record["candidate"], record["prv_candidates"] or []
        times = [point["jd"] for point in history]
        assert times == sorted(times)
        assert all(now["jd"] - 30.01 < time < now["jd"] for time in times)
        known = {point["candid"]: point for point in history if point["candid"] is not None}
        for candid, before in sent[alert.key].items():
            again += 1
            same = {name: before[name] for name in known[candid] if not name.startswith("ss")}
            assert {name: known[candid][name] for name in same} == same
        for point in history:
            # what was told once of an exposure is told again, detection or limit
            key = (alert.key, point["jd"], point["fid"])
            assert points.setdefault(key, point) == point
        for point in record.get("fp_hists") or []:
            key = (alert.key, point["jd"], point["fid"])
            assert forced.setdefault(key, point) == point
            assert point["jd"] < now["jd"] - 0.3
        assert now["ndethist"] > sum(candid in sent[alert.key] for candid in known)
        assert now["ndethist"] >= len(known) + 1
        assert now["jdstarthist"] <= min([now["jd"], *(p["jd"] for p in known.values())])
        sent[alert.key][alert.candid] = now
    assert again > 100


@pytest.mark.parametrize("version", ["10.0", "11.1"])
def test_lsst_histories_agree(version: str) -> None:
    made = alerts(survey="lsst", seed=1, nights=7, schema_version=version, **SMALL)[1]
    sent: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    forced: dict[int, Any] = {}
    again = moving = 0
    for alert in made:
        record = read(alert)
        now = record["diaSource"]
        assert (record["ssSource"] is None) != (record["diaObject"] is None)
        if record["ssSource"] is not None:
            moving += 1
            assert alert.key == f"sso{now['ssObjectId']}"
            assert record["ssSource"]["ssObjectId"] == now["ssObjectId"]
            assert record["mpc_orbits"]["designation"] == record["ssSource"]["designation"]
            assert record["prvDiaSources"] is None
            continue
        known = {point["diaSourceId"]: point for point in record["prvDiaSources"] or []}
        assert record["diaObject"]["diaObjectId"] == now["diaObjectId"] == int(alert.key)
        assert record["diaObject"]["nDiaSources"] == len(known) + 1
        for candid, before in sent[alert.key].items():
            again += 1
            assert known[candid] == before
        for point in record["prvDiaForcedSources"] or []:
            assert forced.setdefault(point["diaForcedSourceId"], point) == point
            assert point["diaObjectId"] == now["diaObjectId"]
        sent[alert.key][alert.candid] = now
    assert again > 100
    assert moving > 20


def test_forced_photometry_agrees_with_detections() -> None:
    made = alerts(300, survey="ztf", seed=5, density=60)[1]
    compared = 0
    for record in map(read, made):
        found = {(p["jd"], p["fid"]): p for p in record["prv_candidates"] or [] if p["candid"]}
        for point in record["fp_hists"]:
            detection = found.get((point["jd"], point["fid"]))
            if detection is None or point["procstatus"] != "0":
                continue
            compared += 1
            flux = point["forcediffimflux"]
            assert (detection["isdiffpos"] == "t") == (flux > 0)
            magnitude = point["magzpsci"] - 2.5 * np.log10(abs(flux))
            assert magnitude == pytest.approx(detection["magpsf"], abs=1e-3)
    assert compared > 100


@pytest.mark.parametrize("survey", ["ztf", "lsst"])
def test_the_mix_and_the_number_of_alerts_are_as_asked(survey: str) -> None:
    night, made = alerts(survey=survey, seed=9, density=60, hours=0.25)
    truth = night.truth()
    visits = truth["jd"].n_unique()
    assert len(made) / visits == pytest.approx(60, rel=0.25)
    shares = dict(truth["label"].value_counts(normalize=True).iter_rows())
    groups = {
        "transient": ("SN Ia", "SN II", "SN Ibc", "CV", "Flare star"),
        "variable": ("AGN", "RR Lyrae", "Eclipsing binary", "Mira"),
        "artefact": tuple(kind.label for kind in KINDS if not kind.real),
        "moving": ("Asteroid",),
    }
    for labels in groups.values():
        wanted = sum(kind.share for kind in KINDS if kind.label in labels)
        assert sum(shares.get(label, 0.0) for label in labels) == pytest.approx(wanted, rel=0.3)


def test_a_mix_of_ones_own() -> None:
    only = dict.fromkeys(LABELS, 0.0) | {"SN Ia": 0.9, "Dipole": 0.1}
    truth = alerts(300, survey="ztf", seed=1, density=30, mix=only)[0].truth()
    assert set(truth["label"]) == {"SN Ia", "Dipole"}


@pytest.fixture(scope="module", params=["ztf", "lsst"])
def sources(request: pytest.FixtureRequest) -> pl.DataFrame:
    """The triggering sources of some visits, and what they really are."""
    night, made = alerts(900, survey=request.param, seed=7, density=150)
    name = "candidate" if request.param == "ztf" else "diaSource"
    rows = pl.DataFrame([read(alert)[name] for alert in made], infer_schema_length=None)
    return pl.concat([rows, night.truth().select(pl.all().name.prefix("true."))], how="horizontal")


def test_scores_tell_real_from_not(sources: pl.DataFrame) -> None:
    score = sources["drb" if "drb" in sources.columns else "reliability"].to_numpy()
    real = sources["true.is_real"].to_numpy()
    assert np.median(score[real]) > 0.9
    assert np.median(score[~real]) < 0.1
    # but not without fail, or there would be nothing to learn
    assert 0.7 < (score[real] > 0.65).mean() < 0.995
    assert 0.0 < (score[~real] > 0.3).mean() < 0.3


def test_artefacts_do_not_look_like_stars(sources: pl.DataFrame) -> None:
    parts = {str(label): part for (label,), part in sources.group_by("true.label")}

    def median(label: str, name: str) -> float:
        return float(np.median(parts[label][name]))

    if "fwhm" in sources.columns:
        good = median("SN Ia", "fwhm")
        assert median("Cosmic ray", "fwhm") < 0.7 * good
        assert median("Dipole", "fwhm") > 1.2 * good
        assert median("Cosmic ray", "elong") > 1.5
        assert median("Edge", "mindtoedge") < 25 < median("SN Ia", "mindtoedge")
        assert (parts["Hot pixel"]["nbad"] > 0).mean() > 0.3
        assert (parts["SN Ia"]["nbad"] == 0).all()
    else:
        assert median("Cosmic ray", "ixx") < 0.5 * median("Cosmic ray", "ixxPSF")
        assert parts["Dipole"]["isDipole"].all()
        assert not parts["SN Ia"]["isDipole"].any()
        assert parts["Edge"]["pixelFlags_edge"].all()
        assert parts["Cosmic ray"]["pixelFlags_cr"].mean() > 0.5


def test_asteroids_are_known_and_seen_once(sources: pl.DataFrame) -> None:
    rock = pl.col("true.label") == "Asteroid"
    assert (sources.filter(rock)["true.n_det"] == 1).all()
    if "ssdistnr" in sources.columns:
        assert (sources.filter(rock)["ssdistnr"] >= 0).all()
        assert (sources.filter(~rock)["ssdistnr"] == -999).all()
    else:
        assert (sources.filter(rock)["ssObjectId"] > 0).all()
        assert (sources.filter(~rock)["ssObjectId"] == 0).all()


def test_variables_go_up_and_down(sources: pl.DataFrame) -> None:
    for label in ("RR Lyrae", "AGN"):
        signs = (sources.filter(pl.col("true.label") == label)["true.flux_ujy"] > 0).mean()
        assert 0.1 < signs < 0.9
    supernovae = sources.filter(pl.col("true.label").str.starts_with("SN"))
    assert (supernovae["true.flux_ujy"] > 0).all()


def test_surroundings_follow_the_class(sources: pl.DataFrame) -> None:
    if "distnr" not in sources.columns:
        pytest.skip("ZTF's packets only")
    stars = sources.filter(pl.col("true.label") == "RR Lyrae")
    assert (stars["distnr"] < 1.5).mean() > 0.95
    assert (stars.filter(pl.col("distpsnr1") < 1)["sgscore1"] > 0.5).mean() > 0.95
    supernovae = sources.filter(pl.col("true.label") == "SN Ia")
    hosts = supernovae.filter((pl.col("distpsnr1") < 3) & (pl.col("srmag1") < 20))
    assert len(hosts) > 10
    assert (hosts["sgscore1"] < 0.5).mean() > 0.95


def test_supernovae_are_as_bright_as_they_are_far(sources: pl.DataFrame) -> None:
    found = sources.filter(pl.col("true.label") == "SN Ia").unique("true.objectId")
    middle = found["true.redshift"].median()
    near = found.filter(pl.col("true.redshift") < 0.8 * middle)
    far = found.filter(pl.col("true.redshift") > 1.2 * middle)
    assert near["true.peak_mag"].mean() < far["true.peak_mag"].mean() - 0.5
    assert (found["true.rise_jd"] < found["true.jd"] + 15).all()
    # mid-season: there is a past
    assert found["true.n_det"].median() > 5


def test_truth() -> None:
    night, made = alerts(200, survey="lsst", seed=1, density=60)
    truth = night.truth()
    assert dict(truth.schema) == TRUTH
    assert truth["candid"].to_list() == [alert.candid for alert in made]
    assert truth["label"].to_list() == [alert.label for alert in made]
    real = {kind.label: kind.real for kind in KINDS}
    assert truth["is_real"].to_list() == [real[alert.label] for alert in made]
    assert truth.filter(pl.col("label") == "RR Lyrae")["period"].is_between(0.2, 1.0).all()
    assert truth.filter(~pl.col("is_real"))["redshift"].null_count() == (~truth["is_real"]).sum()


def test_a_night_without_memory_keeps_no_truth() -> None:
    night, made = alerts(50, survey="ztf", density=20, remember=False)
    assert made
    assert night.truth().is_empty()


def test_an_unlimited_night_comes_back_to_its_fields() -> None:
    cadence = Night("ztf", 2, hours=0.01, nights=None).cadence
    night = cadence.first
    fields = cadence.tonight(night)
    visits = list(itertools.islice(cadence.visits(night, unlimited=True), 5 * len(fields)))
    assert [slot for _, slot in visits] == list(range(5 * len(fields)))
    assert len(list(cadence.visits(night))) == 1
    mine = [slot for field, slot in visits if field == fields[3]]
    assert [slot for slot, _ in cadence.slots_of(fields[3], night, 5 * len(fields))] == mine
    # twice in each of the two and a half times through the footprint
    assert mine == [2 * len(fields) * passing + slot for passing in range(3) for slot in (3, 3 + BLOCK)]


def test_a_block_is_seen_in_two_bands_within_minutes() -> None:
    night = Night("ztf", 2)
    visits = list(itertools.islice(night.cadence.visits(night.cadence.first), 2 * BLOCK))
    assert [field for field, _ in visits[:BLOCK]] == [field for field, _ in visits[BLOCK:]]
    history = night.cadence.history(visits[0][0], night.cadence.first, BLOCK)
    assert history.band[-1] != history.band[-2]
    assert (np.diff(history.mjd) > 0).all()
    assert history.mjd[-1] - history.mjd[0] > 60


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"survey": "gaia"}, "gaia"),
        ({"schema_version": "4.01"}, "3.3, 4.02"),
        ({"density": 0}, "density"),
        ({"hours": 30}, "hours"),
        ({"interval": 0.1}, "second apart"),
        ({"mix": {"Kilonova": 1.0}}, "Kilonova"),
        ({"mix": {"SN Ia": -1.0}}, "negative"),
        ({"mix": dict.fromkeys(LABELS, 0.0)}, "nothing"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Night(**arguments)


def _truth(night: Night) -> pl.DataFrame:
    return night.truth()
