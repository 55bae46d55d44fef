"""A marshal process of its own over a store with 100,000 saved sources and all that was said of them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from bson import Int64
from nightdesk import sky
from nightdesk.scopes import USER_SCOPES
from nightdesk.settings import Settings
from nightdesk_services.broker.storage.indexes import ensure_indexes as ensure_broker_indexes
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.common.packed import POINT
from nightdesk_services.common.store import connect, connect_async
from nightdesk_services.marshal.roles import ACLS
from nightdesk_services.marshal.storage.indexes import ensure_indexes
from nightdesk_services.marshal.storage.store import Store
from pymongo.database import Database

from tests.benchmarks.marshal_pages import pictures, spectra
from tests.support.ports import free_ports
from tests.support.servers import running

Document = dict[str, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]

SOURCES = 100_000
GROUPS = 20
PEOPLE = 500
CURVES, POINTS = 400, 2000
"""Sources with a long light curve, and its points."""
MORE_CURVES, FEWER_POINTS = 2400, 100
"""Sources with a short one."""
CLASSES = ("Ia", "II", "Ib", "TDE", "AGN")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Desk:
    """A running marshal and how to ask it."""

    url: str
    store: Database[Document]

    def client(self, user: int = 1) -> httpx.Client:
        """Return a client with the token of a person; 0 is an administrator."""
        return httpx.Client(base_url=self.url, headers=headers(user), timeout=120)

    @property
    def socket(self) -> str:
        """Address of the events."""
        return self.url.replace("http", "ws", 1) + "events"


def headers(user: int) -> dict[str, str]:
    """Return what says that a request is a person's."""
    return {"Authorization": f"token ndt-{user:016x}-{_secret(user)}"}


@contextmanager
def marshal(directory: Path) -> Iterator[Desk]:
    """Fill a store, and run a marshal over it."""
    (port,) = free_ports(1)
    with running("store", directory) as store:
        settings = Settings(
            data_dir=directory, store_uri=store.server.settings.store, marshal_port=port, _env_file=None
        )
        database = connect(settings)
        ensure_defaults(database)
        ensure_broker_indexes(database)
        asyncio.run(_marshal_indexes(settings))
        fill(database)
        with (directory / "marshal.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "nightdesk_services.marshal"],
                env=os.environ | settings.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        desk = Desk(f"http://127.0.0.1:{port}/services/marshal/api/", database)
        try:
            _wait(desk)
            yield desk
        finally:
            process.terminate()
            process.wait(60)


async def _marshal_indexes(settings: Settings) -> None:
    store = Store(connect_async(settings))
    await ensure_indexes(store)
    await store.close()


def _wait(desk: Desk, patience: float = 300.0) -> None:
    deadline = time.monotonic() + patience
    with desk.client() as client:
        while True:
            try:
                client.get("sources", params={"numPerPage": 1}).raise_for_status()
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
            else:
                return


def fill(store: Database[Document]) -> None:
    """Write people, groups, sources, words and light curves."""
    dice = np.random.default_rng(5)
    _people(store)
    _insert(store, "sources", _sources(dice))
    _insert(store, "classifications", _classifications())
    _insert(store, "annotations", _annotations(dice))
    _insert(store, "comments", _comments())
    _insert(store, "tag_options", [{"_id": 1, "key": "nuclear", "name": "nuclear", "color": None}])
    tagged = range(0, SOURCES, 50)
    _insert(
        store,
        "tags",
        [
            {"_id": i, "obj_id": name(n), "objtagoption_id": 1, "group_ids": [1], "author": _author(1)}
            for i, n in enumerate(tagged, 1)
        ],
    )
    names = [name(n) for n in range(CURVES)]
    for collection, rows in (pictures(names, POINTS, dice) | spectra(names, dice)).items():
        _insert(store, collection, rows)
    for n in range(CURVES + MORE_CURVES):
        _curve(store, n, POINTS if n < CURVES else FEWER_POINTS, dice)


def name(n: int) -> str:
    """Return the n-th source's name."""
    return f"ZTF26{n:07d}"


def _people(store: Database[Document]) -> None:
    numbers = range(PEOPLE + 1)
    _insert(
        store,
        "users",
        [
            {
                "_id": 100 + n,
                "username": f"person{n}",
                "is_bot": False,
                "settled": True,
                "created_at": BEGAN,
                "roles": ["Super admin" if n == 0 else "Full user"],
            }
            for n in numbers
        ],
    )
    _insert(
        store,
        "tokens",
        [
            {
                "_id": f"{n:016x}",
                "name": "bench",
                "user_id": 100 + n,
                "acls": sorted(set(ACLS) - (set() if n == 0 else {"System admin"})),
                "scopes": sorted(USER_SCOPES),
                "admin": n == 0,
                "hash": hashlib.sha256(_secret(n).encode()).hexdigest(),
                "made_by": _author(n),
                "created_at": BEGAN,
                "modified": BEGAN,
            }
            for n in numbers
        ],
    )
    _insert(
        store,
        "groups",
        [
            {
                "_id": 10 + g,
                "name": f"Group {g}",
                "nickname": None,
                "private": False,
                "single_user_group": False,
                "stream_ids": [1, 2],
                "members": [
                    {"username": f"person{n}", "admin": False, "can_save": True}
                    for n in numbers
                    if n % GROUPS == g
                ],
                "created_at": BEGAN,
                "modified": BEGAN,
            }
            for g in range(GROUPS)
        ],
    )
    everybody = [{"username": f"person{n}", "admin": False, "can_save": True} for n in numbers]
    store["groups"].update_one({"_id": 1}, {"$set": {"members": everybody}})


def _sources(dice: np.random.Generator) -> list[Document]:
    """Every source is in one group of twenty, half of them in that of everybody too."""
    ra, dec = dice.uniform(0, 360, SOURCES), np.degrees(np.arcsin(dice.uniform(-1, 1, SOURCES)))
    fine, coarse = sky.pixel(ra, dec, sky.FINE), sky.pixel(ra, dec, sky.COARSE)
    redshift = dice.gamma(2.0, 0.05, SOURCES)
    made = []
    for n in range(SOURCES):
        groups = [10 + n % GROUPS] + ([1] if n % 2 else [])
        saved = BEGAN + timedelta(seconds=30 * n)
        made.append(
            {
                "_id": name(n),
                "ra": float(ra[n]),
                "dec": float(dec[n]),
                "hpx12": Int64(fine[n]),
                "hpx6": Int64(coarse[n]),
                "redshift": float(redshift[n]) if n % 5 == 0 else None,
                "group_ids": groups,
                "saves": [
                    {"group_id": g, "saved_by": _author(1), "saved_at": saved, "active": True} for g in groups
                ],
                "aliases": [],
                "created_at": saved,
                "modified": saved,
            }
        )
    return made


def _classifications() -> list[Document]:
    return [
        {
            "_id": i,
            "obj_id": name(n),
            "classification": CLASSES[n // 5 % len(CLASSES)],
            "taxonomy_id": 1,
            "probability": 1.0,
            "ml": False,
            "votes": [],
            **_said(n),
        }
        for i, n in enumerate(range(1, SOURCES, 5), 1)
    ]


def _annotations(dice: np.random.Generator) -> list[Document]:
    return [
        {
            "_id": i,
            "obj_id": name(n),
            "origin": "features",
            "data": {"rise": float(dice.random())},
            **_said(n),
        }
        for i, n in enumerate([*range(CURVES), *range(CURVES, SOURCES, 4)], 1)
    ]


def _comments() -> list[Document]:
    about = [n for n in range(CURVES) for _ in range(20)] + list(range(CURVES, SOURCES, 4))
    return [
        {"_id": i, "obj_id": name(n), "text": f"Seen again, remark {i}", "bot": False, **_said(n)}
        for i, n in enumerate(about, 1)
    ]


def _curve(store: Database[Document], n: int, length: int, dice: np.random.Generator) -> None:
    jd = 2_460_676.5 + np.sort(dice.uniform(0, 300, length))
    mag = dice.normal(18.5, 0.3, length)
    points = [
        {
            "jd": float(jd[i]),
            "candid": Int64(n * 10_000 + i),
            "fid": int(i % 2 + 1),
            "programid": 1,
            "magpsf": float(mag[i]),
            "sigmapsf": 0.05,
            "diffmaglim": 20.5,
            "isdiffpos": "t",
            "ra": 10.0,
            "dec": 20.0,
        }
        for i in range(length)
    ]
    store["ZTF_alerts_aux"].insert_one(
        {"_id": name(n), "v": 1, "cross_matches": {}, "prv_candidates": points, "fp_hists": []}
    )
    source = store["sources"].find_one({"_id": name(n)}) or {}
    store["ZTF_objects"].insert_one(
        {
            "_id": f"{name(n)}/1",
            "objectId": name(n),
            "v": 1,
            "place": {key: source[key] for key in ("ra", "dec", "hpx12", "hpx6")},
            "n_det": length,
            "first_jd": float(jd[0]),
            "last_jd": float(jd[-1]),
            "cross_matches": {},
            "detections": _packed(jd, mag),
        }
    )


def _packed(jd: Floats, mag: Floats) -> bytes:
    points = np.zeros(len(jd), POINT)
    points["jd"], points["mag"], points["programid"] = jd, mag, 1
    return points.tobytes()


def _said(n: int) -> Document:
    return {
        # of a source with a long light curve everybody reads what was said
        "group_ids": [1] if n < CURVES else [10 + n % GROUPS],
        "author": _author(1),
        "deleted_at": None,
        "created_at": BEGAN + timedelta(seconds=n),
        "modified": BEGAN + timedelta(seconds=n),
    }


def _author(n: int) -> Document:
    return {"id": 100 + n, "username": f"person{n}"}


def _secret(n: int) -> str:
    return f"of-person-{n}"


def _insert(store: Database[Document], collection: str, rows: Sequence[Document]) -> None:
    for start in range(0, len(rows), 1000):
        store[collection].insert_many(list(rows[start : start + 1000]), ordered=False)
    if isinstance(rows[-1]["_id"], int):
        top = max(int(row["_id"]) for row in rows)
        store["counters"].update_one({"_id": collection}, {"$max": {"value": top}}, upsert=True)
