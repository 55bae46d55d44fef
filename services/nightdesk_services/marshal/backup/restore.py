"""Bring a backup back."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import tarfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from bson import decode_file_iter, json_util
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from nightdesk.settings import Settings
from pymongo.database import Database

from nightdesk_services.common.store import connect, connect_async
from nightdesk_services.marshal.backup import manifest as m
from nightdesk_services.marshal.storage.indexes import ensure_indexes
from nightdesk_services.marshal.storage.store import Store

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_BATCH = 500
_TIMEOUT = 600.0


def restore(
    settings: Settings, directory: Path, *, replace: bool = False, progress: m.Progress | None = None
) -> m.Manifest:
    """Bring back what a backup holds: documents under their ids, indexes, counters and files.

    No marshal may run on the store meanwhile. Nothing is written before the whole backup was checked.

    Parameters
    ----------
    replace
        Whether to remove what the desk holds now; else a desk that holds anything is refused.

    Raises
    ------
    UnusableBackupError
        If the backup is not whole, or the desk is not empty.
    """
    manifest = m.read(directory)
    for name, part in manifest.collections.items():
        if (found := sum(1 for _ in _documents(directory / part.file))) != part.documents:
            raise m.UnusableBackupError(f"{part.file} has {found} documents of {name}, not {part.documents}")
    database = connect(settings)
    try:
        present = [n for n in database.list_collection_names() if m.kept(n, alerts=manifest.alerts)]
        full = sorted(name for name in present if database[name].find_one({}, {"_id": 1}) is not None)
        full += [name for name in m.directories(alerts=manifest.alerts) if _any(settings.data_dir / name)]
        if full and not replace:
            raise m.UnusableBackupError(
                f"the desk is not empty (there are {', '.join(full[:5])}); --replace removes what it holds"
            )
        for name in present:
            database.drop_collection(name)
        done = 0
        for name, part in manifest.collections.items():
            for batch in _batches(_documents(directory / part.file)):
                database.get_collection(name, codec_options=_RAW).insert_many(batch, ordered=False)
                done += len(batch)
                if progress is not None:
                    progress(done, manifest.documents)
            _indexes(database, name, part)
    finally:
        database.client.close()
    for name in m.directories(alerts=manifest.alerts):
        _files(settings.data_dir / name, directory, manifest.files.get(name))
    asyncio.run(_align(settings))
    return manifest


def _documents(file: Path) -> Iterator[RawBSONDocument]:
    try:
        with gzip.open(file, "rb") as stream:
            yield from decode_file_iter(cast("IO[bytes]", stream), codec_options=_RAW)
    except (OSError, EOFError, InvalidBSON) as error:
        raise m.UnusableBackupError(f"{file.name} cannot be read: {error}") from error


def _batches(documents: Iterator[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    while batch := list(islice(documents, _BATCH)):
        yield batch


def _indexes(database: Database[Any], name: str, part: m.CollectionPart) -> None:
    for description in json_util.loads(json_util.dumps(part.indexes)):
        options = dict(description)
        keys = [(field, way) for field, way in options.pop("key")]
        if keys != [("_id", 1)]:
            database[name].create_index(keys, **options)


def _any(directory: Path) -> bool:
    return directory.is_dir() and any(path.is_file() for path in directory.rglob("*"))


def _files(target: Path, source: Path, part: m.FilesPart | None) -> None:
    """Put the files of a backup where those of now are, which go only then."""
    fresh = target.with_name(f"{target.name}.restored")
    shutil.rmtree(fresh, ignore_errors=True)
    if part is not None:
        fresh.mkdir(parents=True)
        with tarfile.open(source / part.file) as tar:
            tar.extractall(fresh, filter="data")
    shutil.rmtree(target, ignore_errors=True)
    if part is not None:
        fresh.rename(target)


async def _align(settings: Settings) -> None:
    store = Store(connect_async(settings), _TIMEOUT)
    try:
        with store.bounded(_TIMEOUT):
            await ensure_indexes(store)
            await store.align_counters()
    finally:
        await store.close()
