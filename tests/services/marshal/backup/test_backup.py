"""Backup, destroy, restore: the same desk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from bson import Int64
from nightdesk.settings import Settings
from nightdesk_hub.cli import app
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.marshal.backup import UnusableBackupError, backup, restore
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.factory import Marshal
from pymongo import MongoClient
from pymongo.database import Database
from typer.testing import CliRunner

from tests.services.marshal.world import Names, fill
from tests.support.servers import running

Document = dict[str, Any]


@pytest.fixture
async def desk(settings: Settings, database: Database[Document]) -> Settings:
    """A desk with alerts, candidates, a comment and files."""
    ensure_defaults(database)
    marshal = Marshal.create(MarshalConfig(settings), Names())
    await marshal.prepare()
    await marshal.close()
    fill(database, "ZTF")
    comment = {"_id": 41, "obj_id": "ZTF26a", "text": "ünïcode", "big": Int64(2**60), "group_ids": [1]}
    database["comments"].insert_one(comment)
    database["counters"].update_one({"_id": "comments"}, {"$set": {"value": 41}}, upsert=True)
    for path in ("attachments/000000/7", "thumbnails/a/b.png", "cutouts/ZTF/20261125/a.pack"):
        file = settings.data_dir / path
        file.parent.mkdir(parents=True)
        file.write_bytes(path.encode() * 100)
    return settings


def contents(settings: Settings, database: Database[Document]) -> dict[str, Any]:
    """All documents, indexes and files."""
    found: dict[str, Any] = {}
    for name in database.list_collection_names():
        documents = list(database[name].find().sort("_id", 1))
        indexes = {i: (d["key"], d.get("unique")) for i, d in database[name].index_information().items()}
        if documents:
            found[name] = (documents, indexes)
    for directory in ("attachments", "thumbnails", "cutouts"):
        for path in (settings.data_dir / directory).rglob("*"):
            if path.is_file():
                found[str(path.relative_to(settings.data_dir))] = path.read_bytes()
    return found


def destroy(settings: Settings, database: Database[Document]) -> None:
    for name in database.list_collection_names():
        database.drop_collection(name)
    for path in settings.data_dir.rglob("*"):
        if path.is_file() and "backup" not in path.parts:
            path.unlink()


def test_what_is_restored_is_what_was_there(
    desk: Settings, database: Database[Document], tmp_path: Path
) -> None:
    before = contents(desk, database)
    told: list[tuple[int, int]] = []
    made = backup(desk, tmp_path / "backup", alerts=True, progress=lambda *done: told.append(done))
    assert made.collections["comments"].documents == 1
    assert made.files["attachments"].files == made.files["cutouts"].files == 1
    assert told[-1][0] == made.documents
    destroy(desk, database)
    assert contents(desk, database) == {}
    restore(desk, tmp_path / "backup", progress=lambda *done: told.append(done))
    assert told[-1] == (made.documents, made.documents)
    assert contents(desk, database) == before


def test_alerts_stay_where_they_are_unless_asked_for(
    desk: Settings, database: Database[Document], tmp_path: Path
) -> None:
    made = backup(desk, tmp_path / "backup")
    assert "candidates" in made.collections
    assert not [name for name in made.collections if name.startswith("ZTF_")]
    assert "cutouts" not in made.files
    alerts = list(database["ZTF_alerts"].find())
    database["comments"].delete_many({})
    restore(desk, tmp_path / "backup", replace=True)
    assert database["comments"].count_documents({"text": "ünïcode"}) == 1
    assert list(database["ZTF_alerts"].find()) == alerts
    assert (desk.data_dir / "cutouts/ZTF/20261125/a.pack").is_file()


def test_a_desk_that_holds_something_is_refused(
    desk: Settings, database: Database[Document], tmp_path: Path
) -> None:
    backup(desk, tmp_path / "backup")
    database["comments"].insert_one({"_id": 42, "text": "later"})
    later = contents(desk, database)
    with pytest.raises(UnusableBackupError, match=r"not empty.*--replace"):
        restore(desk, tmp_path / "backup")
    assert contents(desk, database) == later
    restore(desk, tmp_path / "backup", replace=True)
    assert database["comments"].distinct("_id") == [41]
    with pytest.raises(UnusableBackupError, match="not empty"):
        backup(desk, tmp_path / "backup")


async def test_new_ids_are_above_those_restored(
    desk: Settings, database: Database[Document], tmp_path: Path
) -> None:
    database["counters"].delete_many({})
    backup(desk, tmp_path / "backup")
    destroy(desk, database)
    # it runs a loop of its own
    await asyncio.to_thread(restore, desk, tmp_path / "backup")
    marshal = Marshal.create(MarshalConfig(desk), Names())
    assert await marshal.store.next_id("comments") == 42
    await marshal.close()


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "unfinished", "lying"])
def test_a_backup_that_is_not_whole_writes_nothing(
    desk: Settings, database: Database[Document], tmp_path: Path, harm: str
) -> None:
    made = tmp_path / "backup"
    backup(desk, made)
    before, file = contents(desk, database), made / "comments.bson.gz"
    manifest = made / "manifest.json"
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-5])
    elif harm == "changed":
        (made / "attachments.tar").write_bytes(b"x" * 512)
    elif harm == "missing":
        file.unlink()
    elif harm == "unfinished":
        manifest.unlink()
    else:
        said = json.loads(manifest.read_text())
        said["collections"]["comments"]["documents"] = 2
        manifest.write_text(json.dumps(said))
    with pytest.raises(UnusableBackupError):
        restore(desk, made, replace=True)
    assert contents(desk, database) == before


def test_the_commands(desk: Settings, database: Database[Document], tmp_path: Path) -> None:
    environment = {"NIGHTDESK_STORE_URI": desk.store_uri, "NIGHTDESK_STORE_NAME": desk.store_name}
    where = ["--data-dir", str(desk.data_dir)]
    before = contents(desk, database)
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "backup"), "--json", *where], env=environment)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["collections"]["comments"]["documents"] == 1
    refused = CliRunner().invoke(app, ["restore", str(tmp_path / "backup"), *where], env=environment)
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    again = CliRunner().invoke(
        app, ["restore", str(tmp_path / "backup"), "--replace", *where], env=environment
    )
    assert again.exit_code == 0, again.output
    assert "documents" in again.stderr
    assert contents(desk, database) == before


def test_a_platform_that_is_down_has_its_store_started(tmp_path: Path) -> None:
    data, made = tmp_path / "desk", tmp_path / "backup"
    data.mkdir()
    with running("store", data) as server:
        uri = server.server.settings.store
        with MongoClient[Document](uri, journal=True) as client:
            client["nightdesk"]["comments"].insert_one({"_id": 3, "text": "kept"})
    # what runs on the usual port is another desk's
    where = ["--data-dir", str(data)]
    done = CliRunner().invoke(app, ["backup", str(made), "--json", *where])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["collections"]["comments"]["documents"] == 1
    empty = tmp_path / "other"
    empty.mkdir()
    again = CliRunner().invoke(app, ["restore", str(made), "--data-dir", str(empty)])
    assert again.exit_code == 0, again.output
    with running("store", empty) as server, MongoClient[Document](server.server.settings.store) as client:
        assert client["nightdesk"]["comments"].find_one() == {"_id": 3, "text": "kept"}
