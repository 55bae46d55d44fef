"""Kowalski's client against the running marshal, unmodified."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from astropy.io import fits
from bson.json_util import loads
from nightdesk import sky
from nightdesk.crossmatch import write_catalogue

from tests.conformance.alerts import Noted, address, client, seen_by_all
from tests.conformance.conftest import Desk
from tests.services.marshal.world import Document

STARS = [0.5, 1.5, 8.0]
"""Distances from the first candidate in arcsec."""


@pytest.fixture(scope="module")
def made(desk: Desk) -> list[Document]:
    """A night of alerts, and a catalogue of stars."""
    found = seen_by_all(desk)
    ra, dec = found[0]["ra"], found[0]["dec"]
    write_catalogue(
        desk.marshal.config.settings.catalogs,
        "gaia_dr3",
        [ra] * len(STARS),
        [dec + distance / 3600 for distance in STARS],
        pa.table({"phot_g_mean_mag": [17.0, 18.0, 19.0], "source_id": [2**62 + 1, 2, 3]}),
        radius=2.0,
        source="gaia.parquet",
    )
    return found


@pytest.fixture(scope="module")
def kowalski(desk: Desk, made: list[Document]) -> Noted:
    """Ana's client."""
    return client(desk)


def test_a_token_in_the_place_of_a_password(desk: Desk, made: list[Document]) -> None:
    with Noted(desk, username="ana", password="ana", **address(desk)) as one:
        assert one.instances["default"]["token"] == "ana"
        assert one.ping()
        assert one.ask("count_documents", {"catalog": "ZTF_alerts", "filter": {}}) == len(made)
    desk.calls += ["penquins.authenticate", "penquins.ping"]
    for name, password in (("ben", "ana"), ("ana", "unheard-of"), ("bot", "bot")):
        with pytest.raises(ValueError, match="wrong credentials"):
            Noted(desk, username=name, password=password, **address(desk))
    assert not client(desk, "unheard-of").ping()


def test_the_catalogs_are_told(kowalski: Noted) -> None:
    names = {
        f"{survey}_alerts{part}" for survey in ("ZTF", "LSST") for part in ("", "_aux", "_classifications")
    }
    assert set(kowalski.instances["default"]["catalogs"]) == names | {"gaia_dr3"}
    assert kowalski.instances["default"]["catalogs"] == sorted(names | {"gaia_dr3"}, reverse=True)
    info = kowalski.ask("info", {"command": "catalog_info", "catalog": "ZTF_alerts"})
    assert (info["count"], info["ns"]) == (12, "ZTF_alerts")
    indexes = kowalski.ask("info", {"command": "index_info", "catalog": "ZTF_alerts"})
    assert {one["key"][0][0] for one in indexes.values()} == {"_id", "objectId", "jd", "hpx12", "hpx6"}
    assert kowalski.ask("info", {"command": "db_info"})["collections"] == 7
    assert "command" in kowalski.refused("info", {"command": "users"})


def test_find(kowalski: Noted, made: list[Document]) -> None:
    first = made[0]
    query: Document = {"catalog": "ZTF_alerts", "filter": {"objectId": first["objectId"]}}
    (found,) = kowalski.ask("find", query | {"projection": {"_id": 0, "candid": 1, "candidate.magpsf": 1}})
    assert found == {"candid": first["candid"], "candidate": {"magpsf": pytest.approx(first["magpsf"])}}
    (whole,) = kowalski.ask("find", query)
    assert whole["_id"] == first["candid"]
    assert whole["coordinates"]["radec_geojson"]["coordinates"] == pytest.approx(
        [first["ra"] - 180, first["dec"]]
    )
    with fits.open(io.BytesIO(__import__("gzip").decompress(whole["cutoutScience"]["stampData"]))) as hdus:
        assert hdus[0].data.ndim == 2
    (bare,) = kowalski.ask("find", query | {"projection": {"cutoutScience": 0, "candidate": 0}})
    assert "cutoutTemplate" in bare and not {"cutoutScience", "candidate"} & set(bare)
    (only,) = kowalski.ask("find", query | {"projection": "{'_id': 0, 'cutoutDifference': 1}"})
    assert set(only) == {"cutoutDifference"}


def test_find_sorts_skips_and_limits(kowalski: Noted, made: list[Document]) -> None:
    shown = {"_id": 0, "candid": 1, "candidate.magpsf": 1}
    query: Document = {"catalog": "ZTF_alerts", "filter": {"candidate.jd": {"$gt": 0}}, "projection": shown}
    by_mag = sorted(made, key=lambda one: one["magpsf"])
    found = kowalski.ask("find", query, sort=[["candidate.magpsf", 1]], skip=2, limit=3)
    assert [one["candid"] for one in found] == [one["candid"] for one in by_mag[2:5]]
    newest = kowalski.ask("find", query, sort=[["$natural", -1]], limit=4)
    last = sorted((one["jd"] for one in made), reverse=True)[:4]
    jd = {one["candid"]: one["jd"] for one in made}
    assert [jd[one["candid"]] for one in newest] == last
    assert len(kowalski.ask("find", query, limit=0)) == len(made)
    bright = {"candidate.magpsf": {"$lt": by_mag[4]["magpsf"]}, "$expr": {"$gt": ["$candidate.jd", 0]}}
    assert len(kowalski.ask("find", query | {"filter": bright})) == 4
    assert len(kowalski.ask("find", query | {"filter": str(bright)}, limit=3)) == 3
    either = {"$or": [{"candid": made[0]["candid"]}, {"candid": {"$in": [made[1]["candid"], -5]}}]}
    assert len(kowalski.ask("find", query | {"filter": either})) == 2
    assert kowalski.ask("find", query | {"filter": {"candid": {"$lt": 0}}}) == []


def test_find_one(kowalski: Noted, made: list[Document]) -> None:
    query = {"catalog": "ZTF_alerts", "filter": {"candid": int(made[3]["candid"])}}
    found = kowalski.ask("find_one", query)
    assert found["objectId"] == made[3]["objectId"] and found["cutoutTemplate"]["stampData"]
    assert kowalski.ask("find_one", {"catalog": "ZTF_alerts", "filter": {"candid": 1}}) is None
    aux = kowalski.ask("find_one", {"catalog": "ZTF_alerts_aux", "filter": {"_id": made[3]["objectId"]}})
    assert set(aux) == {"_id", "cross_matches", "prv_candidates", "fp_hists"}
    assert len(aux["prv_candidates"]) == 29 and len(aux["fp_hists"]) == 28
    assert aux["cross_matches"]["VSX"][0]["_id"] == "V1"


def test_a_64_bit_id_comes_back_exactly(kowalski: Noted, desk: Desk) -> None:
    alert = desk.database["LSST_alerts"].find_one({}, sort=[("_id", -1)])
    assert alert is not None and alert["_id"] > 2**53
    found = kowalski.ask("find_one", {"catalog": "LSST_alerts", "filter": {"candid": int(alert["_id"])}})
    assert found["candid"] == alert["_id"]
    (star,) = kowalski.ask("find", {"catalog": "gaia_dr3", "filter": {"phot_g_mean_mag": {"$lt": 17.5}}})
    assert star["source_id"] == 2**62 + 1


def test_aux_documents_are_searched(kowalski: Noted, made: list[Document]) -> None:
    long = {"$expr": {"$gt": [{"$size": "$prv_candidates"}, 28]}, "prv_candidates.jd": {"$gt": 0}}
    query = {"catalog": "ZTF_alerts_aux", "filter": long, "projection": {"_id": 1}}
    found = kowalski.ask("find", query, sort=[["_id", 1]])
    assert [one["_id"] for one in found] == sorted({one["objectId"] for one in made})
    assert kowalski.ask("count_documents", {"catalog": "ZTF_alerts_aux", "filter": long}) == len(found)


def test_counts(kowalski: Noted, made: list[Document]) -> None:
    median = sorted(one["magpsf"] for one in made)[6]
    for condition, count in (
        ({}, 12),
        ({"candidate.magpsf": {"$lt": median}}, 6),
        ({"candid": {"$lt": 0}}, 0),
        ({"$nor": [{"objectId": made[0]["objectId"]}]}, 11),
    ):
        assert kowalski.ask("count_documents", {"catalog": "ZTF_alerts", "filter": condition}) == count
    for catalog, count in (("ZTF_alerts", 12), ("ZTF_alerts_aux", 12), ("gaia_dr3", 3)):
        assert kowalski.ask("estimated_document_count", {"catalog": catalog}) == count


def test_aggregate(kowalski: Noted, made: list[Document]) -> None:
    def aggregate(*stages: Document) -> Any:
        return kowalski.ask("aggregate", {"catalog": "ZTF_alerts", "pipeline": list(stages)})

    candid = int(made[0]["candid"])
    assert aggregate({"$match": {"candid": candid}}, {"$project": {"_id": 0, "candid": 1}}) == [
        {"candid": candid}
    ]
    (group,) = aggregate({"$group": {"_id": None, "n": {"$sum": 1}, "best": {"$min": "$candidate.magpsf"}}})
    assert group == {"_id": None, "n": 12, "best": pytest.approx(min(one["magpsf"] for one in made))}
    bands = aggregate({"$sortByCount": "$candidate.fid"})
    assert sum(one["count"] for one in bands) == 12
    assert aggregate({"$match": {"candidate.jd": {"$gt": 0}}}, {"$count": "n"}) == [{"n": 12}]
    (parts,) = aggregate(
        {
            "$facet": {
                "all": [{"$count": "n"}],
                "two": [{"$limit": 2}, {"$project": {"_id": 0, "objectId": 1}}],
            }
        }
    )
    assert parts["all"] == [{"n": 12}] and len(parts["two"]) == 2
    newest = aggregate({"$sort": {"candidate.jd": -1}}, {"$limit": 1}, {"$project": {"_id": 0, "jd": 1}})
    assert newest == [{"jd": max(one["jd"] for one in made)}]
    (cutout,) = aggregate(
        {"$match": {"candid": candid}}, {"$project": {"_id": 0, "cutoutScience.fileName": 1}}
    )
    assert cutout["cutoutScience"]["fileName"]


def test_aggregate_over_light_curves(kowalski: Noted, made: list[Document]) -> None:
    lookup = {"from": "ZTF_alerts_aux", "localField": "objectId", "foreignField": "_id", "as": "aux"}
    name = made[0]["objectId"]
    stages: list[Document] = [
        {"$match": {"objectId": name}},
        {"$lookup": lookup},
        {"$project": {"_id": 0, "n": {"$size": {"$arrayElemAt": ["$aux.prv_candidates", 0]}}}},
    ]
    assert kowalski.ask("aggregate", {"catalog": "ZTF_alerts", "pipeline": stages}) == [{"n": 29}]
    within = lookup | {"pipeline": [{"$project": {"n": {"$size": "$fp_hists"}}}]}
    stages = [stages[0], {"$lookup": within}, {"$project": {"_id": 0, "aux": 1}}]
    found = kowalski.ask("aggregate", {"catalog": "ZTF_alerts", "pipeline": stages})
    assert found == [{"aux": [{"_id": name, "n": 28}]}]
    points = [
        {"$match": {"_id": name}},
        {"$unwind": "$fp_hists"},
        {"$group": {"_id": "$_id", "n": {"$sum": 1}}},
    ]
    found = kowalski.ask("aggregate", {"catalog": "ZTF_alerts_aux", "pipeline": points})
    assert found == [{"_id": name, "n": 28}]


def test_cone_search(kowalski: Noted, made: list[Document]) -> None:
    first, other = made[0], made[1]
    query: Document = {
        "object_coordinates": {
            "cone_search_radius": 2,
            "cone_search_unit": "arcsec",
            "radec": {"a.b": [first["ra"], first["dec"]], "empty": [first["ra"], first["dec"] + 1]},
        },
        "catalogs": {
            "ZTF_alerts": {"filter": {}, "projection": {"_id": 0, "candid": 1}},
            "gaia_dr3": {"filter": {}, "projection": {"source_id": 1, "_id": 0}},
        },
    }
    found = kowalski.ask("cone_search", query, filter_first=False)
    assert found["ZTF_alerts"] == {"a_b": [{"candid": first["candid"]}], "empty": []}
    assert [one["source_id"] for one in found["gaia_dr3"]["a_b"]] == [2**62 + 1, 2]
    for unit, size in (("arcmin", 2 / 60), ("deg", 2 / 3600), ("rad", np.radians(2 / 3600))):
        query["object_coordinates"] |= {"cone_search_unit": unit, "cone_search_radius": size}
        assert kowalski.ask("cone_search", query)["ZTF_alerts"]["a_b"] == [{"candid": first["candid"]}], unit
    hms, dms = sky.radec_str(other["ra"], other["dec"])
    around = {"cone_search_radius": 2, "cone_search_unit": "arcsec"}
    alerts = {"catalogs": {"ZTF_alerts": {"projection": {"_id": 0, "candid": 1}}}}
    for radec in (f"{hms} {dms}", f"{other['ra']} {other['dec']}", f"[('{hms}', '{dms}')]", [[hms, dms]]):
        asked = {"object_coordinates": around | {"radec": radec}, **alerts}
        (answer,) = kowalski.ask("cone_search", asked)["ZTF_alerts"].values()
        assert answer == [{"candid": other["candid"]}], radec
    faint = {"ZTF_alerts": {"filter": {"candidate.magpsf": {"$gt": 99}}}}
    asked = {"object_coordinates": around | {"radec": [[first["ra"], first["dec"]]]}, "catalogs": faint}
    assert list(kowalski.ask("cone_search", asked)["ZTF_alerts"].values()) == [[]]


def test_a_circle_in_a_filter(kowalski: Noted, made: list[Document]) -> None:
    circle = {"$geoWithin": {"$centerSphere": [[made[0]["ra"] - 180, made[0]["dec"]], np.radians(2 / 3600)]}}
    condition = {"coordinates.radec_geojson": circle, "candidate.jd": {"$gt": 0}}
    query = {"catalog": "ZTF_alerts", "filter": condition, "projection": {"_id": 0, "candid": 1}}
    assert kowalski.ask("find", query) == [{"candid": made[0]["candid"]}]
    assert kowalski.ask("count_documents", {"catalog": "ZTF_alerts", "filter": condition}) == 1


def test_near(kowalski: Noted, made: list[Document]) -> None:
    first = made[0]
    query = {
        "min_distance": 0.1,
        "max_distance": 30,
        "distance_units": "arcsec",
        "radec": {"a": [first["ra"], first["dec"]]},
        "catalogs": {"gaia_dr3": {"projection": {"_id": 0, "distance_arcsec": 1}}},
    }
    found = kowalski.ask("near", query)["gaia_dr3"]["a"]
    assert [one["distance_arcsec"] for one in found] == pytest.approx(STARS, abs=1e-3)
    assert len(kowalski.ask("near", query, limit=1, skip=1)["gaia_dr3"]["a"]) == 1
    far = kowalski.ask("near", query | {"min_distance": 1.0})["gaia_dr3"]["a"]
    assert [one["distance_arcsec"] for one in far] == pytest.approx(STARS[1:], abs=1e-3)
    wide = query | {
        "max_distance": 10,
        "distance_units": "deg",
        "min_distance": 0,
        "catalogs": {"ZTF_alerts": {}},
    }
    alerts = kowalski.ask("near", wide | {"catalogs": {"ZTF_alerts": {"projection": {"candid": 1}}}})
    distances = {
        one["candid"]: float(sky.separation(first["ra"], first["dec"], one["ra"], one["dec"])) for one in made
    }
    expected = sorted((d, c) for c, d in distances.items() if d <= 36_000)
    assert [one["candid"] for one in alerts["ZTF_alerts"]["a"]] == [candid for _, candid in expected]
    default = {name: query[name] for name in ("radec", "catalogs")}
    assert len(kowalski.ask("near", default)["gaia_dr3"]["a"]) == len(STARS)


def test_skymap(kowalski: Noted, made: list[Document]) -> None:
    first = made[0]
    cone = {"ra": round(first["ra"], 5), "dec": round(first["dec"], 5), "error": 2.0}
    body = {"dateobs": "2026-06-23T15:42:26", "skymap": cone, "contours": [90]}
    put = kowalski.api("put", "api/skymap", body)
    name = f"{cone['ra']:.5f}_{cone['dec']:.5f}_{2.0:.5f}"
    assert put["data"] == {"dateobs": "2026-06-23T15:42:26", "localization_name": name, "contours": [90]}
    more = kowalski.api("put", "api/skymap", body | {"contours": [50, 90]})
    assert more["data"]["contours"] == [90, 50]
    assert "already" in kowalski.api("put", "api/skymap", body)["message"]
    named = {"dateobs": "2026-06-23T15:42:26", "localization_name": name}
    kept = kowalski.api("get", "api/skymap", named | {"contours": "90,50"})["data"]
    areas = {level: kept["contours"][f"contour{level}"]["area_deg2"] for level in (50, 90)}
    # of a normal distribution on the plane, within the size of a pixel
    for level, area in areas.items():
        assert area == pytest.approx(np.pi * 4 * -2 * np.log(1 - level / 100), rel=0.03)
    query: Document = {"catalog": "ZTF_alerts", "filter": {}, "projection": {"_id": 0, "candid": 1}}
    for level in (50, 90):
        asked = query | {"skymap": named | {"contour": level, "dateobs": "2026-06-23T15:42:26.000"}}
        radius = 2 * np.sqrt(-2 * np.log(1 - level / 100)) * 3600
        found = {one["candid"] for one in kowalski.ask("skymap", asked)}
        distance = {c["candid"]: sky.separation(cone["ra"], cone["dec"], c["ra"], c["dec"]) for c in made}
        near = {candid for candid, d in distance.items() if d <= radius - 600}
        assert near <= found <= {candid for candid, d in distance.items() if d <= radius + 600}
        assert first["candid"] in found
        assert len(kowalski.ask("skymap", asked, limit=1)) == 1
    assert "not found" in kowalski.refused(
        "skymap", query | {"skymap": named | {"dateobs": "2020-01-01T00:00:00"}}
    )
    assert "no 70" in kowalski.refused("skymap", query | {"skymap": named | {"contour": 70}})
    assert kowalski.api("delete", "api/skymap", named)["status"] == "success"
    assert "no skymap" in kowalski.api("get", "api/skymap", named)["message"]


def test_a_batch_of_queries(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    queries = [
        {
            "query_type": "find",
            "query": {
                "catalog": "ZTF_alerts",
                "filter": {"objectId": one["objectId"]},
                "projection": {"_id": 0, "objectId": 1},
            },
        }
        for one in made
    ]
    found = kowalski.query(queries=queries, use_batch_query=True, max_n_threads=8)["default"]
    assert {one["data"][0]["objectId"] for one in found} == {one["objectId"] for one in made}
    assert all(one["status"] == "success" for one in found) and len(found) == len(made)
    desk.calls.append("penquins.batch")


def test_two_instances_in_one_client(desk: Desk, made: list[Document]) -> None:
    here = address(desk)
    instances = {"mine": here | {"token": "ana"}, "theirs": here | {"username": "ben", "password": "ben"}}
    with Noted(desk, instances=instances, timeout=30) as both:
        assert both.multiple_instances and set(both.get_catalogs_all()) == {"mine", "theirs"}
        cone = {
            "object_coordinates": {
                "cone_search_radius": 2,
                "cone_search_unit": "arcsec",
                "radec": {"a": [made[0]["ra"], made[0]["dec"]]},
            },
            "catalogs": {"ZTF_alerts": {"projection": {"candid": 1}}, "gaia_dr3": {}},
        }
        found = both.query({"query_type": "cone_search", "query": cone})
        assert set(found) == {"mine", "theirs"}, "each is asked for one of the catalogues"
        data = {name: rows for answer in found.values() for name, rows in answer["data"].items()}
        assert data["ZTF_alerts"]["a"][0]["candid"] == made[0]["candid"]
        assert len(data["gaia_dr3"]["a"]) == 2
        count = {"query_type": "count_documents", "query": {"catalog": "ZTF_alerts", "filter": {}}}
        batch = both.query(queries=[count] * 6, use_batch_query=True, max_n_threads=4)
        assert {name: [one["data"] for one in answers] for name, answers in batch.items()} == {
            "mine": [12] * 3,
            "theirs": [12] * 3,
        }
        assert both.query(count, name="theirs")["theirs"]["data"] == 12
    desk.calls.append("penquins.instances")


def test_limits_say_what_to_narrow(kowalski: Noted, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "nightdesk_services.marshal.services.kowalski.limits"
    every = {"catalog": "ZTF_alerts", "filter": {}, "projection": {"candid": 1}}
    monkeypatch.setattr(f"{module}.MOST_FOUND", 5)
    assert "skip and limit" in kowalski.refused("find", every)
    assert len(kowalski.ask("find", every, limit=6)) == 6
    monkeypatch.setattr(f"{module}.MOST_HELD", 5)
    sort = [{"$sort": {"candidate.magpsf": 1}}]
    assert "candidate.jd" in kowalski.refused("aggregate", {"catalog": "ZTF_alerts", "pipeline": sort})
    monkeypatch.setattr(f"{module}.MOST_BYTES", 1000)
    assert "projection" in kowalski.refused("find", {"catalog": "ZTF_alerts", "filter": {}}, limit=3)
    assert "max_time_ms" in kowalski.refused("find", every, max_time_ms=10**6)
    assert "max_time_ms = 1" in kowalski.refused(
        "count_documents", every | {"filter": {"a": None}}, max_time_ms=1
    )


def test_what_is_wrong_is_told(kowalski: Noted) -> None:
    alerts = {"catalog": "ZTF_alerts"}
    for kind, query, words in (
        ("find", alerts | {"filter": {"$where": "1"}}, r"\$where is not allowed"),
        ("find", alerts | {"filter": 5}, "query.filter"),
        ("find", alerts | {"filter": "{'a': "}, "query.filter"),
        ("find", alerts | {"filter": {}, "projection": {"a": 1, "b": 0}}, "projection"),
        ("find", {"filter": {}}, "query.catalog"),
        ("aggregate", alerts | {"pipeline": []}, "query.pipeline"),
        ("aggregate", alerts | {"pipeline": [{"$out": "x"}]}, r"\$out is not allowed"),
        ("aggregate", alerts | {"pipeline": [{"$group": {"_id": {"$add": ["$a"]}, "n": 5}}]}, r"\$group"),
        ("aggregate", alerts | {"pipeline": [{"$project": {"x": {"$divide": [1, 0]}}}]}, "zero"),
        ("cone_search", {"object_coordinates": {}, "catalogs": {}}, "query.object_coordinates.radec"),
        ("near", {"radec": [[400, 0]], "catalogs": {"ZTF_alerts": {}}}, "radec"),
        ("near", {"radec": [[1, 0]], "catalogs": {"ZTF_alerts_aux": {}}}, "no position"),
        ("drop", alerts, "query_type"),
    ):
        with pytest.raises(AssertionError, match=words):
            raise AssertionError(kowalski.refused(kind, query))


def test_cutouts(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    base = kowalski.instances["default"]
    for form, start in (("fits", b"SIMPLE"), ("png", b"\x89PNG")):
        url = f"{base['base_url']}api/cutouts/ztf/{made[0]['candid']}/science/{form}"
        answer = base["session"].get(url, headers=base["headers"])
        assert answer.headers["Content-Type"] == f"image/{form}"
        assert answer.content.startswith(start)
    assert "no ZTF alert" in kowalski.api("get", "api/cutouts/ZTF/1/science/fits")["message"]
    assert "survey" in kowalski.api("get", "api/cutouts/xyz/1/science/fits")["message"]
    desk.calls.append("penquins.cutouts")


def test_labels_of_alerts(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    candid, other = (str(one["candid"]) for one in made[:2])
    body = {
        candid: {"human_labels": "bogus,ghost", "ml_scores": {"acai_n": 0.9}},
        other: {"ml_scores": {"b": 1}},
    }
    assert kowalski.api("put", "api/classifications/ztf", body)["status"] == "success"
    kowalski.api("put", "api/classifications/ztf", {candid: {"ml_scores": {"acai_h": 0.1}}})
    found = kowalski.api("get", f"api/classifications/ztf/{candid}")["data"]
    assert found == {
        "candid": int(candid),
        "objectId": made[0]["objectId"],
        "human_labels": {"bogus": 1.0, "ghost": 1.0},
        "ml_scores": {"acai_n": 0.9, "acai_h": 0.1},
    }
    query = {"catalog": "ZTF_alerts_classifications", "filter": {"ml_scores.acai_n": {"$gt": 0.5}}}
    assert [one["_id"] for one in kowalski.ask("find", query)] == [int(candid)]
    gone = {candid: {"human_labels": ["ghost"], "ml_scores": ["acai_n"]}}
    assert kowalski.api("delete", "api/classifications/ztf", gone)["status"] == "success"
    found = kowalski.api("get", f"api/classifications/ztf/{candid}")["data"]
    assert (found["human_labels"], found["ml_scores"]) == ({"bogus": 1.0}, {"acai_h": 0.1})
    for wrong, words in (
        ({}, "between 1"),
        ({candid: {}}, "no classifications"),
        ({candid: {"ml_scores": {"a.b": 1}}}, "no name"),
        ({candid: {"ml_scores": {"$set": 1}}}, "no name"),
        ({candid: {"ml_scores": {"a": "x"}}}, "number"),
        ({"x": {"ml_scores": {"a": 1}}}, "no candid"),
        ({"1": {"ml_scores": {"a": 1}}, candid: {"ml_scores": {"q": 1}}}, "not all alerts"),
    ):
        assert words in kowalski.api("put", "api/classifications/ztf", wrong)["message"]
    assert "q" not in kowalski.api("get", f"api/classifications/ztf/{candid}")["data"]["ml_scores"]
    assert "Classify" in client(desk, "viewer").api("put", "api/classifications/ztf", body)["message"] or (
        "lacks the scope" in client(desk, "viewer").api("put", "api/classifications/ztf", body)["message"]
    )
    desk.calls.append("penquins.classifications")


def test_the_answers_are_extended_json(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    desk.database["ZTF_alerts"].update_one(
        {"_id": made[5]["candid"]}, {"$set": {"candidate.odd": float("nan")}}
    )
    base = kowalski.instances["default"]
    query = {"catalog": "ZTF_alerts", "filter": {"candid": int(made[5]["candid"])}}
    answer = base["session"].post(
        f"{base['base_url']}api/queries",
        json={"query_type": "find_one", "query": query, "kwargs": None},
        headers=base["headers"],
    )
    assert "NaN" not in answer.text.replace('"NaN"', "")
    assert np.isnan(loads(answer.text)["data"]["candidate"]["odd"])
