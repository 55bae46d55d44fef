"""A broker with all that a real one has: history, catalogues, the model, filters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl
import psutil
from bson import Binary, Int64
from confluent_kafka import Producer
from nightdesk import sky
from nightdesk.settings import Settings
from nightdesk.surveys import get
from nightdesk_services.broker import catalogs
from nightdesk_services.broker.factory import prepare_store
from nightdesk_services.common.packed import POINT
from nightdesk_services.common.store import connect
from pymongo.database import Database

from tests.support.ports import free_ports
from tests.support.servers import running

Db = Database[dict[str, Any]]

OBJECTS = 100_000
POINTS = 30
CATALOGUES = {"gaia_like": 1_500_000, "galaxies_like": 400_000, "variables_like": 100_000}
FILTERS = 25
PATIENCE = 60.0
"""Seconds for the broker service to come up or to end."""
TOPICS = {"ZTF": "ztf_bench", "LSST": "lsst-bench"}


@contextmanager
def broker(
    directory: Path, survey: str, names: Iterable[str], *, workers: int = 2, **more: Any
) -> Iterator[Bench]:
    """Run a store, a stream and the broker service, with history (of the objects named, too) and all else."""
    with running("store", directory) as store, running("stream", directory) as stream:
        settings = Settings(
            data_dir=directory,
            store_uri=store.server.settings.store,
            stream_bootstrap=stream.server.settings.stream,
            broker_port=free_ports(1)[0],
            broker_workers=workers,
            **more,
        )
        bench = Bench(settings, survey)
        prepare_store(settings)
        bench.preload(names)
        try:
            bench.start()
            yield bench
        finally:
            bench.stop()


class Bench:
    """What a benchmark does with a running broker."""

    def __init__(self, settings: Settings, survey: str) -> None:
        self.settings = settings
        self.survey = get(survey)
        self.store: Db = connect(settings)
        self.producer = Producer(
            {"bootstrap.servers": settings.stream, "message.max.bytes": 2**24, "linger.ms": 5, "log_level": 2}
        )

    def start(self) -> None:
        """Start the broker service and wait until it answers."""
        with (self.settings.data_dir / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "nightdesk_services.broker"],
                env=os.environ | self.settings.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.status()
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def stop(self) -> None:
        """End the broker service."""
        self._process.terminate()
        self._process.wait(PATIENCE)

    def workers(self) -> list[psutil.Process]:
        """Return the processes of the workers that consume."""
        pids = [worker["pid"] for worker in self.status()["workers"] if worker["alive"]]
        return [psutil.Process(pid) for pid in pids]

    def preload(
        self,
        names: Iterable[str],
        *,
        objects: int = OBJECTS,
        points: int = POINTS,
        catalogues: Mapping[str, int] = CATALOGUES,
        filters: int = FILTERS,
    ) -> None:
        """Fill the store with objects that have a past, and load catalogues and filters."""
        dice = np.random.default_rng(3)
        own = sorted(set(names))
        others = [f"past{i}" for i in range(objects - len(own))]
        _objects(self.store, self.survey.objects, [*own, *others], points, dice)
        for name, rows in catalogues.items():
            path = self.settings.data_dir / f"{name}.parquet"
            table = {
                "ra": dice.uniform(0, 360, rows),
                "dec": np.degrees(np.arcsin(dice.uniform(-1, 1, rows))),
                "mag": dice.uniform(12, 22, rows).astype(np.float32),
            }
            pl.DataFrame(table).write_parquet(path)
            catalogs.load(self.settings, name, path, "ra", "dec", radius=5.0)
            path.unlink()
        # one is there already
        if made := [_filter(100 + i, self.survey.name, set(catalogues)) for i in range(filters - 1)]:
            self.store["filters"].insert_many(made)

    def send(self, payload: bytes, key: str) -> None:
        """Publish a packet."""
        self.producer.produce(TOPICS[self.survey.name], payload, key=key)
        self.producer.poll(0)

    def flush(self) -> None:
        """Wait until the stream has taken all."""
        if left := self.producer.flush(120):
            msg = f"{left} packets were not taken by the stream"
            raise RuntimeError(msg)

    def stored(self) -> int:
        """Return how many alerts the workers say they stored: counting would load the store."""
        return int(self.status()["counts"].get(self.survey.name, {}).get("stored", 0))

    def status(self) -> dict[str, Any]:
        """Return what the broker says of itself."""
        url = f"http://127.0.0.1:{self.settings.broker_port}/api/status"
        answer: dict[str, Any] = httpx.get(url, timeout=10).json()["data"]
        return answer


def _objects(store: Db, collection: str, names: list[str], points: int, dice: np.random.Generator) -> None:
    count = len(names)
    place = {
        "ra": dice.uniform(0, 360, count),
        "dec": np.degrees(np.arcsin(dice.uniform(-1, 1, count))),
    }
    pixels = {"hpx12": sky.FINE, "hpx6": sky.COARSE}
    place |= {column: sky.pixel(place["ra"], place["dec"], order) for column, order in pixels.items()}
    for start in range(0, count, 1000):
        rows = range(start, min(start + 1000, count))
        past = np.zeros((len(rows), points), POINT)
        past["key"] = np.arange(past.size).reshape(past.shape)
        past["jd"] = 2_461_000.5 + np.sort(dice.uniform(0, 300, past.shape), axis=1)
        for column in ("flux", "fluxerr", "mag", "magerr"):
            past[column] = dice.uniform(1, 20, past.shape)
        past["band"], past["programid"] = b"r", 1
        store[collection].insert_many(
            [
                {
                    "_id": f"{names[i]}/{points}",
                    "objectId": names[i],
                    "v": points,
                    "place": {k: (v[i].item() if "hpx" not in k else Int64(v[i])) for k, v in place.items()},
                    "n_det": points,
                    "detections": Binary(past[i - start].tobytes()),
                    "limits": Binary(b""),
                    "forced": Binary(b""),
                    "cross_matches": {},
                }
                for i in rows
            ],
            ordered=False,
        )


def _filter(number: int, survey: str, catalogues: Collection[str]) -> dict[str, Any]:
    """Every fifth is a pipeline, the others expressions; each with cuts of its own, which few alerts pass."""
    faint, score = (16.5 if survey == "ZTF" else 20.5) + number % 25 / 25, 0.3 + number % 7 / 20
    pipeline = number % 5 == 0
    bright = {"candidate.magpsf": {"$lt": faint}} if survey == "ZTF" else {"candidate.psfFlux": {"$gt": 2e4}}
    past = {
        "$filter": {"input": "$prv_candidates", "as": "p", "cond": {"$gt": ["$$p.jd", 2_461_000 + number]}}
    }
    stages = [
        {"$match": bright},
        {"$addFields": {"recent": {"$size": past}}},
        {"$match": {"recent": {"$gte": 2}}},
        {"$project": {"objectId": 1, "annotations": {"recent": "$recent"}}},
    ]
    expression = (
        f"score > {score} and isdiffpos and not sso and n_det >= {2 + number % 4} and magpsf < {faint} "
        f"and age_days < {20 + number}"
    )
    if "gaia_like" in catalogues:
        expression += f" and coalesce(xmatch.gaia_like.distance, 99) > {1 + number % 3}"
    return {
        "_id": number,
        "name": f"bench {number}",
        "stream_id": 1 if survey == "ZTF" else 2,
        "group_id": 1,
        "survey": survey,
        "kind": "pipeline" if pipeline else "expression",
        "source": json.dumps(stages) if pipeline else expression,
        "active": True,
        "version": 1,
    }
