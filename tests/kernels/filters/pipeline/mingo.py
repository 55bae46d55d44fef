"""mingo, an independent implementation of the aggregation language in JavaScript."""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Unavailable(Exception):
    """Why mingo cannot be run here."""


def folder(temporary: Path) -> Path:
    """Return a folder where mingo is installed: this one, else a temporary one into which npm installs it."""
    if not shutil.which("node"):
        msg = "node is not there"
        raise Unavailable(msg)
    if (HERE / "node_modules" / "mingo").is_dir():
        return HERE
    if not shutil.which("npm"):
        msg = "npm is not there, and mingo is not installed beside the tests"
        raise Unavailable(msg)
    shutil.copy(HERE / "package.json", temporary)
    command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(command, cwd=temporary, capture_output=True, text=True, timeout=90, check=False)
    except subprocess.TimeoutExpired as error:
        msg = "npm could not install mingo in time"
        raise Unavailable(msg) from error
    if done.returncode:
        msg = f"npm could not install mingo: {done.stderr[-300:]}"
        raise Unavailable(msg)
    return temporary


def encode(value: Any) -> Any:
    """Return a value as JSON can say it."""
    if isinstance(value, dict):
        return {name: encode(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [encode(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"\0number": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dt.datetime):
        return {"\0date": (value - EPOCH) // dt.timedelta(milliseconds=1)}
    return value


def decode(value: Any) -> Any:
    """Return what `encode` was given."""
    if isinstance(value, list):
        return [decode(inner) for inner in value]
    if isinstance(value, dict):
        if "\0number" in value:
            return float(value["\0number"].replace("Infinity", "inf"))
        if "\0date" in value:
            return EPOCH + dt.timedelta(milliseconds=value["\0date"])
        return {name: decode(inner) for name, inner in value.items()}
    return value


def aggregate(home: Path, documents: list[Any], pipelines: list[list[Any]]) -> list[list[Any]]:
    """Return, per pipeline and document, the documents that mingo leaves of it, or its error as text."""
    asked = {"documents": encode(documents), "pipelines": encode(pipelines)}
    done = subprocess.run(
        ["node", str(HERE / "aggregate.mjs"), f"{home}/"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers = json.loads(done.stdout)
    return [
        [decode(one["documents"]) if "documents" in one else one["error"] for one in row] for row in answers
    ]
