"""Run all benchmarks, write ``build/bench.json`` and print a table; ``make bench``."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

import tests.benchmarks as package
from tests.benchmarks.result import Result

OUT = Path(__file__).parents[2] / "build" / "bench.json"


def main() -> int:
    """Measure every module of this package that has ``run() -> list[Result]``, or those named."""
    names = sorted(
        m.name for m in pkgutil.iter_modules(package.__path__) if m.name not in ("__main__", "desk", "result")
    )
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; default all")
    console = Console()
    results: list[Result] = []
    for name in parser.parse_args().only or names:
        with console.status(f"measuring {name}"):
            results += importlib.import_module(f"tests.benchmarks.{name}").run()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n")
    table = Table("name", "value", "unit", "reference", "ratio", title="Nightdesk, this machine, this run")
    for row in results:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}"
        table.add_row(row["name"], f"{row['value']:.4g}", row["unit"], row["reference"], ratio)
    console.print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
