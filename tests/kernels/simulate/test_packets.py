from __future__ import annotations

import gzip
import io
import struct
from typing import Any

import fastavro
import numpy as np
import polars as pl
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from nightdesk.alerts import decode, documents, identify
from nightdesk.photometry import light_curve
from nightdesk.surveys import get

from tests.kernels.simulate.reading import FORMS, alerts, read
from tests.support.data import DATA, needs_data


def records(schema: Any) -> dict[str, dict[str, Any]]:
    """Return the fields of each record in a schema: type as a set, default, by name, in order."""
    found: dict[str, dict[str, Any]] = {}

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict) and node.get("type") == "array":
            walk(node["items"])
        elif isinstance(node, dict) and node.get("type") == "record":
            found[node["name"]] = {
                field["name"]: (
                    {kind if isinstance(kind, str) else kind.get("name", kind["type"]) for kind in union},
                    field.get("default", "none"),
                )
                for field in node["fields"]
                for union in [field["type"] if isinstance(field["type"], list) else [field["type"]]]
            }
            for field in node["fields"]:
                walk(field["type"])

    walk(schema)
    return found


@pytest.mark.parametrize(("survey", "version"), FORMS)
def test_every_packet_is_read_by_fastavro(survey: str, version: str) -> None:
    night, made = alerts(150, survey=survey, seed=4, schema_version=version, density=40)
    for alert in made:
        record = read(alert)
        assert identify(alert.payload) == alert.survey == night.survey
        if survey == "ztf":
            assert record["schemavsn"] == version
            assert record["candid"] == record["candidate"]["candid"] == alert.candid
            assert record["objectId"] == alert.key
            assert record["candidate"]["jd"] == alert.jd
            assert ("fp_hists" in record) == (version == "4.02")
        else:
            major, minor = version.split(".")
            assert struct.unpack(">bI", alert.payload[:5]) == (0, int(major) * 100 + int(minor))
            assert record["diaSourceId"] == record["diaSource"]["diaSourceId"] == alert.candid
            # half an exposure later, and TAI
            late = record["diaSource"]["midpointMjdTai"] - (alert.jd - 2_400_000.5)
            assert late * 86400 == pytest.approx(15 + 37, abs=1e-3)


@needs_data
@pytest.mark.parametrize(("version", "folder"), [("3.3", "20200202"), ("4.02", "20231012")])
def test_ztf_schema_is_that_of_real_packets(version: str, folder: str) -> None:
    real = next((DATA / "ztf" / folder).glob("*.avro"))
    with real.open("rb") as file:
        theirs = fastavro.reader(file).writer_schema
    (alert,) = alerts(1, survey="ztf", schema_version=version, density=5)[1]
    ours = fastavro.reader(io.BytesIO(alert.payload)).writer_schema
    expected, found = records(theirs), records(ours)
    assert list(found) == list(expected)
    for name, fields in expected.items():
        assert list(found[name]) == list(fields), name
        assert found[name] == fields, name


@pytest.mark.parametrize(("survey", "version"), FORMS)
def test_the_platform_decodes_them(survey: str, version: str) -> None:
    night, made = alerts(120, survey=survey, seed=8, schema_version=version, density=40)
    found = decode([alert.payload for alert in made], get(survey))
    assert not found.bad
    frame, truth = found.batch.frame, night.truth()
    assert frame["candid"].to_list() == truth["candid"].to_list()
    assert frame["objectId"].to_list() == truth["objectId"].to_list()
    assert frame["band"].to_list() == truth["band"].to_list()
    assert np.allclose(frame["ra"], truth["ra"], atol=1e-3)
    assert np.allclose(frame["dec"], truth["dec"], atol=1e-3)
    flux, true = frame["flux_ujy"].to_numpy(), truth["flux_ujy"].to_numpy()
    assert np.allclose(flux, true, rtol=1e-3)
    assert (frame["isdiffpos"].to_numpy() == (true > 0)).all()
    assert (np.abs(flux) >= 4.9 * truth["fluxerr_ujy"].to_numpy()).all()
    assert (frame["sso"].to_numpy() == (truth["label"] == "Asteroid").to_numpy()).all()
    assert frame["score"].is_between(0, 1).all()
    assert frame["hpx12"].null_count() == 0
    for docs in documents(found.batch):
        curve = light_curve(get(survey), {"prv_candidates": docs.prv_candidates, "fp_hists": docs.fp_hists})
        assert docs.alert["candid"] in curve["candid"].to_list()
        assert curve["mjd"].is_sorted()


@pytest.mark.parametrize("survey", ["ztf", "lsst"])
def test_ids_are_unique_and_64_bit(survey: str) -> None:
    night, made = alerts(1300, survey=survey, seed=2, density=80)
    ids = [alert.candid for alert in made]
    assert len(set(ids)) == len(ids)
    assert all(2**53 < one < 2**63 for one in ids)
    assert any(int(float(one)) != one for one in ids)
    truth = night.truth()
    # one object has one place and one nature; a Solar System object moves
    still = truth.filter(pl.col("label") != "Asteroid").group_by("objectId")
    objects = still.agg(pl.col("ra", "dec", "label").n_unique(), seen=pl.len())
    assert objects["seen"].max() > 1
    assert objects.select(pl.col("ra", "dec", "label").max()).row(0) == (1, 1, 1)
    if survey == "ztf":
        assert truth["objectId"].str.contains(r"^ZTF\d{2}[a-z]{7}$").all()


@pytest.mark.parametrize("survey", ["ztf", "lsst"])
def test_cutouts_are_pictures_of_the_right_size(survey: str) -> None:
    made = alerts(60, survey=survey, seed=6, density=60)[1]
    for alert in made:
        record = read(alert)
        for kind in ("cutoutScience", "cutoutTemplate", "cutoutDifference"):
            content = gzip.decompress(record[kind]["stampData"]) if survey == "ztf" else record[kind]
            with fits.open(io.BytesIO(content)) as found:
                found.verify("exception")
                shape = (63, 63) if survey == "ztf" else (30, 30)
                assert found[0].data.shape == shape
                assert np.isfinite(found[0].data).mean() > 0.3
                if survey == "lsst":
                    assert [unit.name for unit in found] == ["PRIMARY", "UNCERT", "PSFIMAGE"]
                    assert (found[1].data > 0).all()
                    assert found[2].data.sum() == pytest.approx(1.0, abs=0.02)
                    x, y = WCS(found[0].header).all_world2pix(
                        [[record["diaSource"]["ra"], record["diaSource"]["dec"]]], 0
                    )[0]
                    assert abs(x - 15) < 1.01
                    assert abs(y - 15) < 1.01


def test_the_difference_shows_the_source_where_it_is() -> None:
    night, made = alerts(400, survey="ztf", seed=6, density=80)
    truth = night.truth()
    bright = 0
    for alert, (label, flux, error) in zip(
        made, truth.select("label", "flux_ujy", "fluxerr_ujy").iter_rows(), strict=True
    ):
        if label not in {"SN Ia", "SN II", "CV"} or flux < 12 * error:
            continue
        bright += 1
        packed = gzip.decompress(read(alert)["cutoutDifference"]["stampData"])
        with fits.open(io.BytesIO(packed)) as found:
            image = np.nan_to_num(found[0].data)
        peak = np.unravel_index(np.argmax(image), image.shape)
        assert np.hypot(peak[0] - 31, peak[1] - 31) < 2.5
        core = image[26:37, 26:37].sum()
        unit = 10 ** (0.4 * (read(alert)["candidate"]["magzpsci"] - 23.9))
        assert core == pytest.approx(flux * unit, rel=0.4)
    assert bright > 5
