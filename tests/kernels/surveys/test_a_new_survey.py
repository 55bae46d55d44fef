"""A survey that is one file: from its packets to documents, light curves and filters, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nightdesk import photometry
from nightdesk.alerts import decode, documents, identify
from nightdesk.filters import Expression
from nightdesk.surveys import SURVEYS, Survey, Surveys, get, read_survey
from nightdesk.surveys.model import (
    Bands,
    Clock,
    History,
    Name,
    Photometry,
    Registry,
    SolarSystem,
    Total,
)

from tests.kernels.surveys import sparrow

UID = 2**62 + 3


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    sparrow.write(tmp_path)
    (found,) = Surveys().include(tmp_path)
    return found


def test_from_packet_to_filter(survey: Survey) -> None:
    rock = sparrow.event(
        UID + 10,
        designation=-1,
        rock={"number": 4},
        obs=sparrow.obs(UID + 10, light=-1e4, colour="RED"),
        past=None,
    )
    decoded = decode(
        [sparrow.packet(sparrow.event(UID)), sparrow.packet(rock, codec="null"), b"junk"], survey
    )
    assert [bad.index for bad in decoded.bad] == [2]
    frame = decoded.batch.frame
    assert frame["candid"].to_list() == [UID, UID + 10]
    assert frame["objectId"].to_list() == ["SP77", f"anon{UID + 10}"]
    assert frame["band"].to_list() == ["g", "r"]
    assert frame["sso"].to_list() == [False, True]
    assert frame["isdiffpos"].to_list() == [True, False]
    assert frame["flux_ujy"].to_list() == pytest.approx([10, -10])
    assert frame["magpsf"].to_list() == pytest.approx([21.4, 21.4])
    assert frame["limmag"].to_list() == pytest.approx([23.9 - 2.5 * 0.39794] * 2, abs=1e-4)
    # TAI is 37 s ahead
    assert (2461001.0 - frame["jd"][0]) * 86400 == pytest.approx(37, abs=1e-3)
    assert decoded.batch.cutouts["science"][0] == b"SIMPLE  = T, not compressed"
    assert decoded.batch.prv.lengths.tolist() == [2, 0]

    passing = Expression(
        "band == 'g' and magpsf < 21.5 and score > 0.8 and not sso and star.designation == 77"
    )
    assert passing.evaluate(frame).to_list() == [True, False]

    first, _ = documents(decoded.batch)
    assert first.alert["_id"] == first.alert["candid"] == UID
    assert first.alert["candidate"]["light"] == 1e4
    assert first.alert["schemavsn"] == "2.5"
    assert [p["uid"] for p in first.prv_candidates] == [UID - 2, UID - 1, UID]
    assert first.cutouts["cutoutScience"]["stampData"] == b"SIMPLE  = T, not compressed"
    assert "cutoutTemplate" not in first.cutouts

    aux = {"prv_candidates": first.prv_candidates, "fp_hists": first.fp_hists}
    curve = photometry.light_curve(survey, aux)
    assert curve["kind"].to_list() == ["forced", "forced", "detection", "detection", "detection"]
    assert curve["filter"].to_list() == ["sparrowu", "sparrowu", "sparrowr", "sparrowg", "sparrowg"]
    assert curve["flux"].to_list() == [pytest.approx(0.3), None, *map(pytest.approx, (2, -5, 10))]
    assert curve["mag"].to_list() == [
        None,
        None,
        pytest.approx(23.9 - 2.5 * 0.30103, abs=1e-4),
        None,
        pytest.approx(21.4),
    ]
    assert curve["candid"].to_list() == [None, None, UID - 2, UID - 1, UID]
    whole = photometry.total(frame, survey, "candidate.")
    assert whole["total_mag"].to_list() == pytest.approx([23.9 - 2.5 * 1.60206] * 2, abs=1e-4)


def test_every_part_of_a_process_sees_a_sites_directory(tmp_path: Path) -> None:
    sparrow.write(tmp_path / "surveys")
    (tmp_path / "one.avro").write_bytes(sparrow.packet(sparrow.event(UID)))
    program = (
        "import sys; from pathlib import Path; from nightdesk.alerts import identify;"
        "from nightdesk.surveys import SURVEYS, get;"
        "print(*SURVEYS, identify(Path(sys.argv[1]).read_bytes()), get('sparrow').bands)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "one.avro")],
        env=os.environ | {"NIGHTDESK_SURVEYS_DIR": str(tmp_path / "surveys")},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert done.stdout.strip() == "LSST SPARROW ZTF SPARROW ('u', 'g', 'r')"


def test_included_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sparrow.write(tmp_path)
    payload = sparrow.packet(sparrow.event(UID))
    assert identify(payload) is None
    # what is included here must not be there for other tests
    monkeypatch.setattr(SURVEYS, "_found", dict(SURVEYS._all()))
    SURVEYS.include(tmp_path)
    assert identify(payload) == "SPARROW"
    assert get("Sparrow") is SURVEYS["SPARROW"]
    assert SURVEYS.file("SPARROW") == tmp_path / "sparrow.toml"


def test_the_file_in_the_guide(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs/how-to/add-a-survey.md").read_text()
    (text,) = re.findall(r"```toml\n(.*?)```", guide, flags=re.DOTALL)
    path = sparrow.write(tmp_path, text)
    survey = read_survey(path)
    assert decode([sparrow.packet(sparrow.event(UID))], survey).batch.frame["objectId"].to_list() == ["SP77"]
    # every key that there is stands in the guide
    models = (Survey, Clock, Bands, Photometry, Total, SolarSystem, History, Registry, Name)
    for model in models:
        for key in model.model_fields:
            assert f"`{key}`" in guide or f"`[{key}]`" in guide, (model.__name__, key)


def test_a_survey_without_history(tmp_path: Path) -> None:
    text = sparrow.DECLARED.replace('prv = "past"', "").replace('fp = "measured"', "")
    survey = read_survey(sparrow.write(tmp_path, text))
    batch = decode([sparrow.packet(sparrow.event(UID))], survey).batch
    assert batch.prv.lengths.tolist() == batch.fp.lengths.tolist() == [0]
    (one,) = documents(batch)
    assert [p["uid"] for p in one.prv_candidates] == [UID]
    assert one.fp_hists == []
