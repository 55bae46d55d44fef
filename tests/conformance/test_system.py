"""The instance itself through the official client."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, refused
from tests.conformance.targets import save

ROOT = Path(__file__).parents[2]


def test_the_git_log_is_that_of_the_code_that_runs(desk: Desk) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no repository")
    command = ["git", "-C", str(ROOT), "log", "--no-merges", "-100", "--pretty=format:%H %s"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    log = desk.client("viewer").fetch_sysinfo().gitlog
    assert 0 < len(log) <= 100
    assert said[0] == next(line for line in said if line.endswith(log[0].description or "?"))
    assert said[0].startswith(log[0].sha or "?")
    assert all(entry.time and entry.name and entry.email is None for entry in log)
    assert not [entry for entry in log if (entry.description or "").lower().startswith(("bump", "pin"))]


def test_the_store_tells_whether_there_are_sources(desk: Desk) -> None:
    assert desk.client("viewer").fetch_dbinfo().source_table_empty is True
    save(desk, "SysOne", new_group(desk.client(), "System"), 10.0, 10.0)
    found = desk.client("viewer").fetch_dbinfo()
    assert (found.source_table_empty, found.postgres_version) == (False, None)


def test_altdata_keys_are_those_of_ones_own_sources(desk: Desk) -> None:
    mine, theirs = new_group(desk.client(), "Altdata"), new_group(desk.client("ben"), "Altdata of ben")
    for name, altdata in (("AltOne", {"host": "M31", "z": 0.1}), ("AltTwo", {"z": 3})):
        save(desk, name, mine, 11.0, 11.0)
        desk.database["sources"].update_one({"_id": name}, {"$set": {"altdata": altdata}})
    save(desk, "AltThree", theirs, 12.0, 12.0, who="ben")
    desk.database["sources"].update_one({"_id": "AltThree"}, {"$set": {"altdata": {"secret": "x"}}})
    expected = {"host": {"types": ["string"], "count": 1}, "z": {"types": ["number"], "count": 2}}
    assert desk.client().fetch_altdata_info() == expected
    assert set(desk.client("ben").fetch_altdata_info()) == {"secret"}
    assert set(desk.client("root").fetch_altdata_info()) == {"host", "z", "secret"}
    assert desk.client("cleo").fetch_altdata_info() == {}


def test_annotation_keys_are_those_one_may_see(desk: Desk) -> None:
    mine, theirs = new_group(desk.client(), "Annotated"), new_group(desk.client("ben"), "Annotated of ben")
    for number, (group, origin, data) in enumerate(
        ((mine, "gaia", {"parallax": 1.5}), (mine, "host", {"name": "M31"}), (theirs, "spy", {"x": 1}))
    ):
        record = {"obj_id": f"Ann{number}", "group_ids": [group], "origin": origin, "data": data}
        desk.database["annotations"].insert_one({"_id": 9000 + number, **record})
    assert desk.client().fetch_annotations_info() == {
        "gaia": [{"parallax": "number"}],
        "host": [{"name": "string"}],
    }
    assert set(desk.client("root").fetch_annotations_info()) == {"gaia", "host", "spy"}


def test_the_configuration_holds_no_secret(desk: Desk) -> None:
    config = desk.client("viewer").fetch_config()
    assert config["version"] == version("nightdesk")
    assert config["invitationsEnabled"] is True
    assert config["publicGroupName"] == desk.client().fetch_public_group().name
    assert {"ZTF", "LSST"} <= set(config["surveys"])
    assert not [key for key in config if re.search("token|secret|password|uri|url", key, re.IGNORECASE)]
    assert "mongodb" not in str(config)


def test_statistics_are_counts_for_administrators(desk: Desk) -> None:
    stats = desk.client("root").fetch_db_stats()
    assert stats["Number of groups"] == desk.database["groups"].count_documents({})
    assert stats["Number of sources"] == desk.database["sources"].count_documents({})
    assert stats["Number of users"] >= 2
    assert stats["Latest alert of ZTF"] is None
    desk.database["ZTF_alerts"].insert_one({"_id": 1, "jd": 2460000.5})
    assert desk.client("root").fetch_db_stats()["Latest alert of ZTF"].startswith("2023-02-25T00:00")
    with refused(403, "System admin"):
        desk.client().fetch_db_stats()


def test_lists_of_values_are_what_is_accepted(desk: Desk) -> None:
    enums = desk.client("viewer").fetch_enum_types()
    assert {"new", "ref", "sub"} <= set(enums["THUMBNAIL_TYPES"])
    assert "ab" in enums["ALLOWED_MAGSYSTEMS"]
    assert {"ztfg", "ztfr"} <= set(enums["ALLOWED_BANDPASSES"])
    assert all(name == name.upper() and values for name, values in enums.items())
