"""Run all benchmarks, write ``build/bench.json`` and print a table; ``make bench``."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import platform
from datetime import date
from pathlib import Path

import psutil
from nightdesk.settings import Settings
from nightdesk_hub.embedded import choose
from rich.console import Console
from rich.table import Table

import tests.benchmarks as package
from tests.benchmarks.result import Result

_PARTS = ("__main__", "browser", "desk", "marshal_desk", "marshal_pages", "result")
ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "bench.json"
RECORD = ROOT / "docs" / "reference" / "benchmarks.json"


def main() -> int:
    """Measure every module of this package that has ``run() -> list[Result]``, or those named."""
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name not in _PARTS)
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; default all")
    parser.add_argument("--record", action="store_true", help="keep the figures for the documentation")
    arguments = parser.parse_args()
    console = Console()
    results: list[Result] = []
    for name in arguments.only or names:
        with console.status(f"measuring {name}"):
            results += importlib.import_module(f"tests.benchmarks.{name}").run()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(_with_former(results, whole=not arguments.only), indent=1) + "\n")
    if arguments.record:
        told = {"date": str(date.today()), "machine": _machine(), "results": json.loads(OUT.read_text())}
        RECORD.write_text(json.dumps(told, indent=1) + "\n")
    table = Table("name", "value", "unit", "reference", "ratio", title="Nightdesk, this machine, this run")
    for row in results:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}"
        table.add_row(row["name"], f"{row['value']:.4g}", row["unit"], row["reference"], ratio)
    console.print(table)
    return 0


def _with_former(results: list[Result], *, whole: bool) -> list[Result]:
    """Return the results, and those of former runs that this one did not measure."""
    if whole or not OUT.exists():
        return results
    measured = {row["name"] for row in results}
    return [row for row in json.loads(OUT.read_text()) if row["name"] not in measured] + results


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    store = choose("store", Settings(_env_file=None)).name
    return f"{psutil.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, store {store}"


if __name__ == "__main__":
    raise SystemExit(main())
