"""A survey's file that will not do is refused with the place at fault."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nightdesk.alerts import decode
from nightdesk.surveys import SURVEYS, SurveyError, Surveys, get, problems, read_survey
from nightdesk.surveys.__main__ import main
from nightdesk.surveys.checking import sample

from tests.kernels.surveys import sparrow
from tests.support.data import DATA, needs_data


def test_a_sound_file(tmp_path: Path) -> None:
    survey = read_survey(sparrow.write(tmp_path))
    assert (survey.name, survey.detection.zeropoint, survey.time.scale) == ("SPARROW", 31.4, "tai")
    assert survey.total
    assert survey.total.zeropoint == 31.4


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("title =", "titel =", "sparrow.toml: unknown key 'titel'; did you mean 'title'?"),
        ("title =", "titel =", "sparrow.toml: key 'title' is missing"),
        ('scale = "tai"', 'scael = "tai"', "[time] unknown key 'scael'; did you mean 'scale'?"),
        ('scale = "tai"', 'scale = "gps"', "[time] scale: 'gps' is not 'utc', 'tai', 'tt' or 'tdb'"),
        ('format = "mjd"', 'format = "iso"', "[time] format: 'iso' is not 'jd' or 'mjd'"),
        ('unit = "nJy"\n\n[forced]', "\n[forced]", "a flux needs a unit or a zeropoint"),
        ('unit = "nJy"\n\n[forced]', 'unit = "Jansky"\n[forced]', "[detection] unit: 'Jansky' is not"),
        ('unit = "nJy"\n\n[forced]', 'unit = "nJy"\nzeropoint = 25.0\n[forced]', "has the zero point 31.4, not 25.0"),
        ('unit = "nJy"\n\n[sso]', "\n[sso]", "a total flux needs a unit"),
        ('name = "SPARROW"', 'name = "SP ARROW"', "name: String should match pattern"),
        ('topics = "^', 'topics = "(', "topics: '(sparrow[.]' is not a pattern"),
        ('science = "pic', 'picture = "pic', "[stamps"),
        ('framing = "ocf"', 'framing = "confluent"', "framed packets need a [registry]"),
        ('source = "obs"', "source = obs", "sparrow.toml: not TOML: Invalid value (at line 12"),
        ('field = "epoch"', 'field = "epoque"', "[time] field: the schema has no field 'epoque' in obs; did you mean 'epoch'?"),
        ('source = "obs"', 'source = "obz"', "source: the schema has no record 'obz'; did you mean 'obs'?"),
        ('.alpha"', '.alfa"', "ra: the schema has no field 'candidate.alfa'; did you mean 'candidate.alpha'?"),
        ('id = "candidate.uid"', 'id = "rev"', "id: rev is of type string, not int or long"),
        ('value = "whole"', 'value = "hole"', "[total]: the schema has no field 'hole'; did you mean 'whole'?"),
        ('prv = "past"', 'prv = "passed"', "[history] prv: the schema has no array of records 'passed'"),
        ('prv = "past"', 'prv = "rev"', "[history] prv: the schema has no array of records 'rev'"),
        ('[["uid"], ["epoch", "colour"]]', '[["uid"]]', "identity: no set is whole in measured"),
        ('"pictureOld"', '"picture"', "[stamps] template: the schema has no field 'picture'"),
        (', RED = "r"', "", "[band] names: 'RED' of obs.colour is not mapped to a band"),
        ("org[.]sparrow", "org[.]robin", "schemas: '^org[.]robin[.]event$' does not match the schema's name"),
        ('"rock.number"', '"rock.no"', "[sso] ids: the schema has no field 'rock.no'"),
        ('"candidate.trust"', '"candidate.exotic"', "score: candidate.exotic is of type map"),
        ("{sample}", "nothing.avro", "sparrow.toml: sample: "),
        ("{sample}", "sparrow.toml", "sparrow.toml is neither a schema nor a packet"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in sparrow.DECLARED
    with pytest.raises(SurveyError) as refused:
        read_survey(sparrow.write(tmp_path, sparrow.DECLARED.replace(before, after, 1)))
    assert message in str(refused.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = (
        sparrow.DECLARED.replace('"epoch"', '"time"', 1).replace('"light"', '"flux"').replace("delta", "dec")
    )
    with pytest.raises(SurveyError) as refused:
        read_survey(sparrow.write(tmp_path, text))
    lines = str(refused.value).splitlines()
    assert len(lines) >= 4
    assert all(line.startswith("sparrow.toml: ") for line in lines)


def test_a_band_that_only_a_packet_shows(tmp_path: Path) -> None:
    schema: Any = json.loads(json.dumps(sparrow.SCHEMA).replace(json.dumps(sparrow._COLOUR), '"string"'))
    schema = json.loads(json.dumps(schema).replace('"Colour"', '"string"'))
    survey = read_survey(sparrow.write(tmp_path))
    assert problems(survey, schema) == []
    record = sparrow.event(5, measured=[{"epoch": 1.0, "colour": "IR", "light": 1.0, "dlight": 1.0}])
    assert problems(survey, schema, [record]) == [
        "[band] names: 'IR', found in measured.colour, is not mapped to a band"
    ]


@needs_data
@pytest.mark.parametrize("name", ["ZTF", "LSST"])
def test_the_shipped_surveys_fit_every_real_packet(name: str) -> None:
    files = sorted((DATA / name.lower()).rglob("*.avro"))
    assert files
    for path in files:
        found = problems(get(name), *sample(path, get(name)))
        # ZTF's forced photometry came with schema 4
        assert [p for p in found if "fp_hists" not in p or "20200202" not in str(path)] == []


@needs_data
def test_a_directory_of_schemas_serves_framed_packets(tmp_path: Path) -> None:
    shipped = SURVEYS.file("LSST")
    assert shipped
    text = shipped.read_text()
    path = next((DATA / "lsst").glob("v10*"))
    package = get("LSST").registry
    assert package
    source = package.file(1000)
    assert source
    home = tmp_path / "schemas/10"
    home.mkdir(parents=True)
    for file in source.parent.iterdir():
        (home / file.name).write_bytes(file.read_bytes())
    text = text.replace('name = "LSST"', 'name = "OTHER"').replace(
        'package = "pittgoogle"', 'directory = "schemas"'
    )
    text = text.replace('"schemas/lsst/{major}/{minor}/', '"{major}/').replace(
        'extra = "nightdesk[lsst]"', ""
    )
    (tmp_path / "other.toml").write_text(text)
    survey = read_survey(tmp_path / "other.toml")
    assert survey.registry
    assert survey.registry.file(1000) == home / "lsst.v10_0.alert.avsc"
    assert problems(survey, *sample(path, survey)) == []
    decoded = decode([path.read_bytes()], survey)
    assert decoded.bad == []
    assert (
        decoded.batch.frame["candid"].to_list()
        == decode([path.read_bytes()], get("LSST")).batch.frame["candid"].to_list()
    )


class TestRegistry:
    def test_it_is_a_mapping(self) -> None:
        assert list(SURVEYS) == ["LSST", "ZTF"]
        assert len(SURVEYS) == 2
        assert "ZTF" in SURVEYS
        assert repr(SURVEYS) == "<surveys LSST, ZTF>"
        assert [survey.name for survey in SURVEYS.values()] == ["LSST", "ZTF"]

    def test_a_survey_made_in_python(self, tmp_path: Path) -> None:
        found = Surveys()
        made = read_survey(sparrow.write(tmp_path))
        found["SPARROW"] = made
        assert list(found) == ["LSST", "SPARROW", "ZTF"]
        assert (found["SPARROW"], found.file("SPARROW")) == (made, None)
        with pytest.raises(SurveyError, match="declared in Python already"):
            found.include(tmp_path)
        with pytest.raises(ValueError, match="SPARROW is not OTHER"):
            found["OTHER"] = made
        del found["SPARROW"]
        assert list(found) == ["LSST", "ZTF"]

    def test_a_directory_is_read_anew(self, tmp_path: Path) -> None:
        found = Surveys()
        assert found.include(None) == found.include("") == []
        sparrow.write(tmp_path)
        assert [s.name for s in found.include(tmp_path)] == ["SPARROW"]
        assert list(found) == ["LSST", "SPARROW", "ZTF"]
        sparrow.write(tmp_path, sparrow.DECLARED.replace("Nest", "Tree"))
        found.include(tmp_path)
        assert found["SPARROW"].telescope == "Tree"
        (tmp_path / "sparrow.toml").unlink()
        assert found.include(tmp_path) == []
        assert list(found) == ["LSST", "ZTF"]

    def test_nothing_is_added_if_anything_is_wrong(self, tmp_path: Path) -> None:
        found = Surveys()
        sparrow.write(tmp_path)
        sparrow.write(tmp_path, sparrow.DECLARED.replace("SPARROW", "Ztf"), "ztf.toml")
        with pytest.raises(SurveyError, match=r"Ztf is declared in .*ztf\.toml already"):
            found.include(tmp_path)
        with pytest.raises(SurveyError, match="is no directory of surveys"):
            found.include(tmp_path / "away")
        assert list(found) == ["LSST", "ZTF"]


def test_the_command_checks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sparrow.write(tmp_path)
    assert main([str(path), str(tmp_path / "event.avro")]) == 0
    assert "sparrow.toml declares SPARROW and fits 1 files" in capsys.readouterr().out
    other = tmp_path / "other.avsc"
    other.write_text(json.dumps(sparrow.SCHEMA).replace("epoch", "when"))
    assert main([str(path), str(other)]) == 1
    assert "other.avsc: [time] field: the schema has no field 'epoch'" in capsys.readouterr().err
    assert main([str(tmp_path / "none.toml")]) == 1
