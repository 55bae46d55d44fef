"""Write a backup."""

from __future__ import annotations

import gzip
import json
import tarfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from nightdesk.settings import Settings
from pymongo.database import Database

from nightdesk_services.common.store import connect
from nightdesk_services.marshal.backup import manifest as m

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_TOLD_EVERY = 500


def backup(
    settings: Settings, directory: Path, *, alerts: bool = False, progress: m.Progress | None = None
) -> m.Manifest:
    """Write everything that the marshal keeps into a new directory.

    People may go on working; what they write meanwhile may be in it or not.

    Parameters
    ----------
    directory
        A directory that is empty or does not exist yet.
    alerts
        Whether to write the alert archive in the store too.

    Raises
    ------
    UnusableBackupError
        If the directory holds something already.
    """
    if directory.exists() and any(directory.iterdir()):
        raise m.UnusableBackupError(f"{directory} is not empty")
    directory.mkdir(parents=True, exist_ok=True)
    # tokens' hashes and people's addresses are in it
    directory.chmod(0o700)
    database = connect(settings)
    try:
        names = sorted(n for n in database.list_collection_names() if m.kept(n, alerts=alerts))
        total = sum(database[name].estimated_document_count() for name in names)
        collections, done = {}, 0
        for name in names:

            def tell(documents: int, before: int = done) -> None:
                if progress is not None:
                    progress(min(before + documents, total), total)

            collections[name] = _collection(database, name, directory, tell)
            done += collections[name].documents
    finally:
        database.client.close()
    # after the documents: a file that is moved out of the store meanwhile is then in both, not in neither
    files = {
        name: _files(settings.data_dir / name, directory / f"{name}.tar")
        for name in m.directories(alerts=alerts)
        if (settings.data_dir / name).is_dir()
    }
    made = m.Manifest(
        format=m.FORMAT,
        version=version("nightdesk"),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        alerts=alerts,
        collections=collections,
        files=files,
    )
    part = directory / f"{m.NAME}.part"
    part.write_text(made.model_dump_json(indent=1) + "\n")
    part.replace(directory / m.NAME)
    return made


def _collection(database: Database[Any], name: str, directory: Path, tell: Any) -> m.CollectionPart:
    file, count = directory / f"{name}.bson.gz", 0
    indexes = json.loads(json_util.dumps([_index(one) for one in database[name].list_indexes()]))
    with gzip.open(file, "wb", compresslevel=6) as out:
        for document in database.get_collection(name, codec_options=_RAW).find().sort("_id", 1):
            out.write(document.raw)
            count += 1
            if count % _TOLD_EVERY == 0:
                tell(count)
    tell(count)
    return m.CollectionPart(file=file.name, documents=count, sha256=m.sum_of(file), indexes=indexes)


def _index(description: Any) -> dict[str, Any]:
    unwanted = ("v", "ns", "background")
    found = {name: value for name, value in dict(description).items() if name not in unwanted}
    # as pairs: the order of an index's fields matters, and JSON's readers need not keep it
    return found | {"key": [[name, way] for name, way in dict(found["key"]).items()]}


def _files(source: Path, target: Path) -> m.FilesPart:
    paths = sorted(path for path in source.rglob("*") if path.is_file() and path.suffix != ".part")
    with tarfile.open(target, "w") as tar:
        for path in paths:
            tar.add(path, arcname=str(path.relative_to(source)), recursive=False)
    return m.FilesPart(file=target.name, files=len(paths), sha256=m.sum_of(target))
