"""Simulate, train, calibrate, test: ``python -m nightdesk.ml.training --out DIR``."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

# one thread: the same sums in the same order every time; must stand before JAX is loaded
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from nightdesk.ml.model import Model
from nightdesk.ml.registry import SHIPPED
from nightdesk.ml.training import export, fit, recipe, scoring
from nightdesk.ml.training.calibrate import platt
from nightdesk.ml.training.held_out import scored
from nightdesk.ml.training.tables import markdown


def main() -> None:
    """Write the model, ``realbogus.onnx`` and ``.toml``, and what it scores, ``.json`` and ``.md``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/realbogus"))
    parser.add_argument("--epochs", type=int, default=fit.Plan.epochs)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    seconds: dict[str, float] = {}

    def done(step: str) -> None:
        nonlocal started
        seconds[step] = round(time.perf_counter() - started, 1)
        print(f"{step}: {seconds[step]} s", flush=True)
        started = time.perf_counter()

    train = recipe.examples(recipe.TRAIN, recipe.MARGIN)
    watch = recipe.examples(recipe.WATCH)
    done("training data")
    plan = fit.Plan(epochs=given.epochs)
    parameters = fit.trained(train, watch, plan, lambda text: print(text, flush=True))
    done("training")
    calibrate = recipe.examples(recipe.CALIBRATE)
    calibration = platt(fit.odds_of(parameters, calibrate), calibrate.real)
    export.write(parameters, calibration, given.out / "realbogus.onnx")
    done("calibration")
    declaration = (SHIPPED / "realbogus.toml").read_text(encoding="utf-8")
    (given.out / "realbogus.toml").write_text(declaration, encoding="utf-8")
    test = scored(Model(given.out / "realbogus.toml"), recipe.TEST)
    done("test")
    reports = {"network": scoring.report(test, "network"), "survey_score": scoring.report(test, "score")}
    results = {
        "seconds": seconds,
        "examples": {"train": len(train.images), "calibrate": len(calibrate.images), "test": test.height},
        "parameters": sum(values.size for values in parameters.values()),
        "calibration": calibration,
        **reports,
    }
    (given.out / "realbogus.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (given.out / "realbogus.md").write_text(markdown(reports), encoding="utf-8")
    print(markdown(reports))


if __name__ == "__main__":
    main()
