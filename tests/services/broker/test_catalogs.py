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


def real_places() -> np.ndarray:
    """Positions of all real alerts, degrees, shape (41, 2)."""
    places = np.concatenate(
        [
            decode([p.read_bytes() for p in sorted((DATA / folder).rglob("*.avro"))], SURVEYS[folder.upper()])
            .batch.frame.select("ra", "dec")
            .to_numpy()
            for folder in ("ztf", "lsst")
        ]
    )
    assert len(places) == 41
    return places


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
    places = real_places()
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


def galaxies_file(directory: Path, **more: Any) -> Path:
    columns = {
        "ra": [10.0, 50.0, 90.0],
        "dec": [0.0, 1.0, 2.0],
        "d": [100e3, None, 2e3],
        "name": ["a", "b", "c"],
    }
    path = directory / "galaxies.parquet"
    pa.parquet.write_table(pa.table(columns | more), path)
    return path


def test_galaxies_are_matched_by_kpc(here: Settings, tmp_path: Path) -> None:
    path = galaxies_file(tmp_path, a=[1.0, 1.0, None], q=[0.5, 0.5, None], pa=[90.0, 0.0, None])
    columns = catalogs.GalaxyColumns(
        "d", "kpc", 50, axis="a", axis_unit="arcmin", ratio="q", angle="pa", margin=2
    )
    meta = catalogs.load(here, "G", path, "ra", "dec", columns=["name"], galaxies=columns)
    assert (meta.columns, meta.radius_kpc, meta.without_distance) == (["name"], 50, 1)
    assert meta.radius == pytest.approx(50 / 2000 * 206264.806)
    catalogue = Catalogue(here.catalogs / "G")
    # 1.9 arcmin along the axis of the first and of the second, across them, and 1.4 degrees from the third
    ra = [10 + 1.9 / 60, 10, 50, 50 + 1.9 / 60, 90]
    found = catalogue.match(ra, [0, 1.9 / 60, 1 + 1.9 / 60, 1, 3.4])
    assert [
        (int(i), r["name"], r["in_ellipse"], r["distance_kpc"] and round(r["distance_kpc"], 1))
        for i, r in zip(found.row, catalogue.records(found), strict=True)
    ] == [(0, "a", True, 55.3), (2, "b", True, None), (4, "c", False, 48.9)]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"distance": "dist"}, "has no column 'dist'"),
        ({"distance": "name"}, "column name holds string, not numbers"),
        ({"distance": "zero"}, "no row of zero is a distance"),
        ({"distance": "d", "unit": "ly"}, "the unit of the distance is 'ly', none of kpc, Mpc, Gpc"),
        ({"distance": "d", "axis": "d", "axis_unit": "rad"}, "the unit of the axis is 'rad'"),
        ({"distance": "d", "ratio": "d"}, "needs the column of the axis"),
        ({"distance": "d", "radius_kpc": -1.0}, "a physical radius is positive"),
        ({"distance": "d", "max_radius": 20.0}, "between 0 and 10 degrees"),
    ],
)
def test_galaxies_that_will_not_do_are_refused(
    here: Settings, tmp_path: Path, how: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        path = galaxies_file(tmp_path, zero=[0.0, -1.0, None])
        catalogs.load(here, "G", path, "ra", "dec", galaxies=catalogs.GalaxyColumns(**how))
    assert catalogs.list_catalogs(here) == []


@needs_data
def test_real_alerts_match_nearby_galaxies_as_astropy_finds(here: Settings) -> None:
    path = DATA / "catalogs" / "mangrove_filtered.parquet"
    columns = catalogs.GalaxyColumns("ang_dist", radius_kpc=100, min_distance=0.5)
    catalogs.load(here, "MANGROVE", path, "ra", "dec", galaxies=columns)
    catalogue = Catalogue(here.catalogs / "MANGROVE")
    raw = pa.parquet.read_table(path)
    # distances are in Mpc: NGC 4993, host of GW170817, lies at about 40
    row = raw["HyperLEDA_name"].to_pylist().index("NGC4993")
    assert raw["ang_dist"][row].as_py() == pytest.approx(40, rel=0.1)
    rng = np.random.default_rng(8)
    some = rng.integers(0, raw.num_rows, 60)
    offset = rng.normal(0, 0.02, (2, 60))
    made = np.column_stack([raw["ra"].to_numpy()[some] + offset[0], raw["dec"].to_numpy()[some] + offset[1]])
    places = np.concatenate([real_places(), made])
    found = catalogue.match(places[:, 0], places[:, 1])
    got = {
        (int(i), r["_id"]): (r["distance_arcsec"], r["distance_kpc"])
        for i, r in zip(found.row, catalogue.records(found), strict=True)
    }
    distance = raw["ang_dist"].to_numpy()
    reach = np.where(distance >= 0.5, np.minimum(100 / (distance * 1000), np.radians(3.0)), -1)
    sky = SkyCoord(raw["ra"].to_numpy(), raw["dec"].to_numpy(), unit="deg")
    expected = {}
    for i, place in enumerate(places):
        near = np.flatnonzero(np.abs(sky.dec.rad - np.radians(place[1])) <= reach + 1e-9)
        gap = SkyCoord(*place, unit="deg").separation(sky[near])
        for j, angle in zip(near, gap, strict=True):
            if angle.rad <= reach[j]:
                expected[i, int(j)] = (angle.arcsec, angle.rad * distance[j] * 1000)
    assert got.keys() == expected.keys()
    assert {i for i, _ in got} & set(range(41))
    assert all(got[pair] == pytest.approx(expected[pair], abs=1e-3) for pair in got)
