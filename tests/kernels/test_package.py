"""The package as a whole."""

from __future__ import annotations

import subprocess
import sys

import nightdesk
import pytest


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = ("astropy", "bokeh", "dask", "httpx", "numpy", "polars", "pydantic")
    code = f"import sys, nightdesk; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", nightdesk.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(nightdesk, name) is not None
    assert name in dir(nightdesk)


def test_a_name_keeps_its_meaning_after_its_module_is_imported() -> None:
    code = (
        "import nightdesk, nightdesk.clusters, nightdesk.client.source, nightdesk.client.candidates\n"
        "print(callable(nightdesk.cluster), callable(nightdesk.source), callable(nightdesk.candidates))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="telescope"):
        _ = nightdesk.telescope
