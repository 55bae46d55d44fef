"""A catalogue on disk: what goes in comes out, and it is replaced whole, without a restart."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from nightdesk.crossmatch import (
    Catalogue,
    FormatError,
    Shelf,
    catalogue_names,
    read_meta,
    remove_catalogue,
    write_catalogue,
)


def write(directory: Path, name: str = "STARS", kind: str = "M", radius: float = 2.0) -> None:
    table = pa.table({"kind": [kind, "SN"], "period": [1.5, float("nan")]})
    write_catalogue(directory, name, [200.0, 10.0], [-30.0, 5.0], table, radius=radius, source="a test")


def test_records_carry_the_row_of_the_file_and_its_columns(tmp_path: Path) -> None:
    write(tmp_path)
    catalogue = Catalogue(tmp_path / "STARS")
    found = catalogue.match([10.0, 200.0002], [5.0, -30.0])
    assert catalogue.records(found) == [
        {"_id": 1, "ra": 10.0, "dec": 5.0, "distance_arcsec": 0.0, "kind": "SN", "period": None},
        {"_id": 0, "ra": 200.0, "dec": -30.0, "distance_arcsec": 0.6235, "kind": "M", "period": 1.5},
    ]
    assert (len(catalogue), catalogue.meta.columns, catalogue.meta.source) == (
        2,
        ["kind", "period"],
        "a test",
    )


def test_radius_is_the_catalogues_own(tmp_path: Path) -> None:
    write(tmp_path, radius=0.5)
    catalogue = Catalogue(tmp_path / "STARS")
    assert catalogue.match([200.0002], [-30.0]).row.size == 0
    assert catalogue.match([200.0002], [-30.0], radius=1.0).row.size == 1


def test_shelf_notices_new_replaced_and_removed_ones(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "catalogs", interval=0)
    assert shelf.catalogues() == []
    write(tmp_path / "catalogs")
    (first,) = shelf.catalogues()
    assert shelf.catalogues()[0] is first
    write(tmp_path / "catalogs", kind="RR")
    (second,) = shelf.catalogues()
    assert second.records(second.match([200.0], [-30.0]))[0]["kind"] == "RR"
    # the old one still answers: a batch in hand is not disturbed
    assert first.records(first.match([200.0], [-30.0]))[0]["kind"] == "M"
    assert [p.name for p in (tmp_path / "catalogs/STARS").iterdir() if p.is_dir()] == [second.meta.version]
    assert remove_catalogue(tmp_path / "catalogs", "STARS")
    assert not remove_catalogue(tmp_path / "catalogs", "STARS")
    assert shelf.catalogues() == []
    assert catalogue_names(tmp_path / "catalogs") == []


@pytest.mark.parametrize("name", ["", "1A", "a.b", "../x", "a b", "$x"])
def test_a_name_that_cannot_be_a_field_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="catalogue name"):
        write(tmp_path, name=name)
    assert not remove_catalogue(tmp_path, name)


def test_a_catalogue_of_another_format_is_refused_and_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path)
    write(tmp_path, name="OLD")
    old = tmp_path / "OLD/meta.json"
    old.write_text('{"name": "OLD", "version": "1", "rows": 3, "radius": 2.0}')
    shelf = Shelf(tmp_path, interval=0)
    assert [c.name for c in shelf.catalogues()] == ["STARS"]
    assert [c.name for c in shelf.catalogues()] == ["STARS"]
    assert caplog.text.count("catalogue OLD was written by another version") == 1
    with pytest.raises(FormatError, match="load it again"):
        read_meta(tmp_path / "OLD")
    write(tmp_path, name="OLD")
    assert [c.name for c in shelf.catalogues()] == ["OLD", "STARS"]
