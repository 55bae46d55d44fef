"""Light curves of many objects at once are those of each."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from nightdesk.photometry import light_curve, light_curves
from nightdesk.surveys import get
from polars.testing import assert_frame_equal

from tests.services.marshal.world import night


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_many_are_as_each_one_alone(survey: str) -> None:
    objects: dict[str, dict[str, Any]] = {}
    for document, row in night(survey):
        objects[row["objectId"]] = {
            "prv_candidates": document.prv_candidates,
            "fp_hists": document.fp_hists,
        }
    objects = {"Nothing": {}, **objects}
    together = light_curves(get(survey), objects)
    assert together.height > len(objects)
    assert together["objectId"].unique(maintain_order=True).to_list() == list(objects)[1:]
    for name, aux in objects.items():
        alone = together.filter(pl.col("objectId") == name).drop("objectId")
        assert_frame_equal(alone, light_curve(get(survey), aux))


def test_none_are_a_frame_without_rows() -> None:
    assert light_curves(get("ZTF"), {}).is_empty()
