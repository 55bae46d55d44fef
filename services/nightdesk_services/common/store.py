"""Connections to the document store; the one place that knows how long to wait for it."""

from __future__ import annotations

from typing import Any

from nightdesk.settings import Settings
from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database

Document = dict[str, Any]

# tz_aware: every datetime of ours is UTC and says so.
_OPTIONS: dict[str, Any] = {
    "tz_aware": True,
    "serverSelectionTimeoutMS": 20_000,
    "connectTimeoutMS": 5_000,
    "retryWrites": True,
    "appname": "nightdesk",
    # What is acknowledged is on disk: offsets are committed on the strength of it.
    "journal": True,
}


def connect(settings: Settings) -> Database[Document]:
    """Return the database for synchronous use (broker workers, command line)."""
    return MongoClient[Document](settings.store, **_OPTIONS)[settings.store_name]


def connect_async(settings: Settings) -> AsyncDatabase[Document]:
    """Return the database for asyncio (Tornado handlers)."""
    return AsyncMongoClient[Document](settings.store, **_OPTIONS)[settings.store_name]
