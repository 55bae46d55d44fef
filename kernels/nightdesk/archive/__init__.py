"""Every alert as Parquet: by survey, night and place on the sky, read with one call.

The package is a function too: ``nightdesk.archive("ZTF", start="2026-09-15")`` is `archive`.

Layout::

    <root>/survey=ZTF/schemas/<fingerprint>.parquet                one empty file for each schema that occurs
    <root>/survey=ZTF/night=20260915/spool/<time>-<id>.<fp>.parquet      batches as they came
    <root>/survey=ZTF/night=20260915/parts/fold/...                      some batches in one file
    <root>/survey=ZTF/night=20260915/parts/order=1/pixel=17/...          a compacted night, by HEALPix pixel
    <root>/survey=ZTF/night=20260915/manifest/<number>.json              which parts count, which are retired
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from nightdesk.archive.checking import Agreement, NightInfo, archived, info, verify
from nightdesk.archive.light_curves import LightCurve, light_curve
from nightdesk.archive.nights import limits, night_of, nights_of
from nightdesk.archive.reading import archive
from nightdesk.archive.rewriting import Rewritten, compact
from nightdesk.archive.shelves import Shelf
from nightdesk.archive.writing import ArchiveWriter

__all__ = [
    "Agreement",
    "ArchiveWriter",
    "LightCurve",
    "NightInfo",
    "Rewritten",
    "Shelf",
    "archive",
    "archived",
    "compact",
    "info",
    "light_curve",
    "limits",
    "night_of",
    "nights_of",
    "verify",
]


class _Callable(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Any:
        return archive(*args, **options)


# the name of the package is also the name of what people call
sys.modules[__name__].__class__ = _Callable
