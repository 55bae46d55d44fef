"""Catalogues from files of all usual formats; a file that will not do is refused with the place at fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import MaskedColumn, Table
from nightdesk.alerts import decode
from nightdesk.crossmatch import Catalogue
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker import catalogs

from tests.services.broker.packets import real
from tests.support.data import DATA, needs_data


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def table() -> Table:
    return Table(
        {
            "RA": [10.5, 200.25, 359.9],
            "Dec": np.array([-5.0, 89.0, 0.0], dtype=np.float32),
            "name": ["one  ", "two", " three"],
            "z": MaskedColumn([0.1, 0.2, 0.3], mask=[False, True, False]),
            "id64": [2**60 + 1, 2, 3],
        }
    )


def write(directory: Path, form: str) -> Path:
    path = directory / f"stars.{form}"
    made = table()
    if form == "parquet":
        columns = {n: np.asarray(made[n]) for n in ("RA", "Dec", "name", "id64")}
        pa.parquet.write_table(pa.table(columns | {"z": pa.array([0.1, None, 0.3])}), path)
    elif form == "csv":
        path.write_text(
            "RA,Dec,name,z,id64\n"
            + "".join(
                f"{r['RA']},{r['Dec']},{r['name']},{'' if r['z'] is np.ma.masked else r['z']},{r['id64']}\n"
                for r in made
            )
        )
    elif form == "fits":
        made["images"] = np.zeros((3, 2))
        made.write(path)
    else:
        made.write(path, format="votable")
    return path


@pytest.mark.parametrize("form", ["parquet", "csv", "fits", "vot"])
def test_formats(here: Settings, tmp_path: Path, form: str) -> None:
    steps: list[tuple[int, int]] = []
    meta = catalogs.load(
        here, "STARS", write(tmp_path, form), "RA", "Dec", progress=lambda *step: steps.append(step)
    )
    assert (meta.rows, meta.radius) == (3, 2.0)
    assert set(meta.columns) == {"name", "z", "id64"}
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    catalogue = Catalogue(here.catalogs / "STARS")
    first, second, third = (
        catalogue.records(catalogue.match([ra], [dec]))[0]
        for ra, dec in zip([10.5, 200.25, 359.9], [-5, 89, 0], strict=True)
    )
    assert [r["name"] for r in (first, second, third)] == ["one", "two", "three"]
    assert (first["id64"], first["z"], second["z"]) == (2**60 + 1, 0.1, None)
    assert [m.name for m in catalogs.list_catalogs(here)] == ["STARS"]
    catalogs.remove(here, "STARS")
    assert catalogs.list_catalogs(here) == []


def test_columns_and_radius_are_chosen(here: Settings, tmp_path: Path) -> None:
    meta = catalogs.load(here, "S", write(tmp_path, "fits"), "RA", "Dec", columns=["z", "RA"], radius=5)
    assert (set(meta.columns), meta.radius) == ({"z", "RA"}, 5)


def test_sexagesimal_positions(here: Settings, tmp_path: Path) -> None:
    path = tmp_path / "stars.csv"
    path.write_text("ra,dec\n12:22:54.92,+15:49:25.0\n00:42:44.3,-41 16 09\n")
    catalogs.load(here, "S", path, "ra", "dec")
    catalogue = Catalogue(here.catalogs / "S")
    assert catalogue.match([185.728833, 10.684583], [15.823611, -41.269167], 1.0).row.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("content", "ra", "message"),
    [
        ("ra,dec\n10,5\n361,5\n", "ra", "row 2: ra is 361, not within 0..360 degrees"),
        ("ra,dec\n-1,5\n", "ra", "row 1: ra is -1, not within 0..360 degrees"),
        ("ra,dec\n10,5\n10,91\n10,92\n", "ra", "row 2: dec is 91, not within -90..90 degrees (2 such rows)"),
        ("ra,dec\n10,5\n,5\n", "ra", "row 2: ra is missing"),
        ("ra,dec\n10h,5\nx,5\n", "ra", "row 2: ra is 'x', neither degrees nor sexagesimal"),
        ("RAJ2000,dec\n10,5\n", "raj200", "has no column 'raj200'; did you mean RAJ2000?"),
        ("a,dec\n10,5\n", "ra_deg", "has no column 'ra_deg'; columns are a, dec"),
        ("ra,dec\n", "ra", "has no rows"),
        ("ra,dec\n1,2\n1,2,3\n", "ra", "is no csv file with a table"),
    ],
)
def test_a_file_that_will_not_do_is_refused(
    here: Settings, tmp_path: Path, content: str, ra: str, message: str
) -> None:
    sound = tmp_path / "sound.csv"
    sound.write_text("ra,dec\n1,2\n")
    catalogs.load(here, "S", sound, "ra", "dec")
    path = tmp_path / "stars.csv"
    path.write_text(content)
    with pytest.raises(ValueError) as refused:
        catalogs.load(here, "S", path, ra, "dec")
    assert message in str(refused.value)
    # the former one stays in use
    assert [m.source for m in catalogs.list_catalogs(here)] == [str(sound)]


@pytest.mark.parametrize("name", ["stars.fits", "stars.parquet", "stars.vot", "stars.txt"])
def test_a_file_that_is_no_such_file_is_refused(here: Settings, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is nothing of the kind")
    with pytest.raises(ValueError, match=name):
        catalogs.load(here, "S", path, "ra", "dec")


@pytest.mark.parametrize("name", ["stars.fits", "stars.parquet", "stars.vot", "stars.csv"])
def test_a_file_that_is_not_there_is_named(here: Settings, tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError, match=name):
        catalogs.load(here, "S", tmp_path / name, "ra", "dec")


def test_removing_what_is_not_there_says_so(here: Settings) -> None:
    with pytest.raises(LookupError, match="no catalogue 'VSX': none is loaded"):
        catalogs.remove(here, "VSX")


@needs_data
@pytest.mark.parametrize(
    ("name", "ra", "dec", "radius"),
    [
        ("vsx", "RAJ2000", "DEJ2000", 120.0),
        ("gcvs", "ra", "dec", 600.0),
        ("mangrove_filtered", "ra", "dec", 300.0),
    ],
)
def test_real_alerts_match_as_astropy_finds(
    here: Settings, name: str, ra: str, dec: str, radius: float
) -> None:
    path = DATA / "catalogs" / f"{name}.parquet"
    catalogs.load(here, "CAT", path, ra, dec, radius=radius)
    catalogue = Catalogue(here.catalogs / "CAT")
    places = np.concatenate(
        [
            decode([p.payload for p in real(survey)], SURVEYS[survey])
            .batch.frame.select("ra", "dec")
            .to_numpy()
            for survey in ("ZTF", "LSST")
        ]
    )
    assert len(places) == 41
    found = catalogue.match(places[:, 0], places[:, 1])
    records: list[dict[str, Any]] = catalogue.records(found)
    got = {(int(row), r["_id"]): r["distance_arcsec"] for row, r in zip(found.row, records, strict=True)}
    raw = pa.parquet.read_table(path, columns=[ra, dec])
    sky = SkyCoord(raw[ra].to_numpy(), raw[dec].to_numpy(), unit="deg")
    expected = {}
    for row, place in enumerate(places):
        # nothing further off in declination alone can be within the radius
        near = np.flatnonzero(np.abs(sky.dec.deg - place[1]) <= radius / 3600 + 1e-9)
        distance = SkyCoord(*place, unit="deg").separation(sky[near])
        for index in np.flatnonzero(distance <= radius * u.arcsec):
            expected[row, int(near[index])] = distance[index].arcsec
    assert got.keys() == expected.keys()
    assert all(abs(got[pair] - expected[pair]) < 1e-3 for pair in got)
    assert got
    close = catalogue.match(places[:, 0], places[:, 1], radius=2.0)
    assert len(close.row) == sum(distance <= 2 for distance in expected.values())
