"""``nightdesk catalogs load | list | remove``: catalogues that alerts are matched with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nightdesk_hub.cli.common import AsJson, DataDir, as_plain, console, fail, progress, settings_of_running

app = typer.Typer(help="Catalogues that alerts are cross-matched with.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the catalogue, as in xmatch.NAME.distance")]


@app.command()
def load(
    *,
    name: Name,
    file: Annotated[Path, typer.Argument(help="Parquet, FITS, VOTable or CSV", exists=True, dir_okay=False)],
    ra: Annotated[str, typer.Option(help="Column of right ascension, degrees ICRS")],
    dec: Annotated[str, typer.Option(help="Column of declination, degrees ICRS")],
    radius: Annotated[float, typer.Option(help="Match radius in arcsec", min=0.01)] = 2.0,
    columns: Annotated[
        str | None, typer.Option(help="Comma-separated columns that a match brings along; else all")
    ] = None,
    distance: Annotated[
        str | None, typer.Option(help="Column of a galaxy's distance: match by kpc instead of arcsec")
    ] = None,
    distance_unit: Annotated[str, typer.Option(help="kpc, Mpc or Gpc")] = "Mpc",
    radius_kpc: Annotated[float, typer.Option(help="Match radius in kpc at the galaxy", min=0.001)] = 100.0,
    max_radius: Annotated[float, typer.Option(help="Largest match radius in degrees")] = 3.0,
    min_distance: Annotated[float, typer.Option(help="Distances below this, in Mpc, are not believed")] = 0.0,
    axis: Annotated[
        str | None, typer.Option(help="Column of the semi-major axis of a galaxy's ellipse")
    ] = None,
    axis_unit: Annotated[str, typer.Option(help="deg, arcmin or arcsec")] = "deg",
    axis_ratio: Annotated[str | None, typer.Option(help="Column of minor over major axis")] = None,
    axis_angle: Annotated[
        str | None, typer.Option(help="Column of the position angle, degrees from north to east")
    ] = None,
    axis_margin: Annotated[float, typer.Option(help="Enlarges the ellipse by this factor")] = 1.0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Load a catalogue, or replace it; the broker takes it up by itself."""
    from nightdesk_services.broker import catalogs

    try:
        if distance is None and (axis or axis_ratio or axis_angle):
            fail(ValueError("an ellipse needs --distance, the column of the galaxies' distances"))
        galaxies = distance and catalogs.GalaxyColumns(
            distance=distance,
            unit=distance_unit,
            radius_kpc=radius_kpc,
            max_radius=max_radius,
            min_distance=min_distance,
            axis=axis,
            axis_unit=axis_unit,
            ratio=axis_ratio,
            angle=axis_angle,
            margin=axis_margin,
        )
        with progress(f"loading {name}") as tell:
            loaded = catalogs.load(
                settings_of_running(data_dir),
                name,
                file,
                ra,
                dec,
                columns=[column.strip() for column in columns.split(",")] if columns else None,
                radius=radius,
                galaxies=galaxies or None,
                progress=tell,
            )
    except (ValueError, LookupError, OSError) as error:
        fail(error)
    about = _about(loaded)
    if as_json:
        print(json.dumps(about, indent=1))
    else:
        rows = about.get("rows", "?")
        console.print(f"{escape(name)}: {rows:,} rows" if isinstance(rows, int) else escape(name))


@app.command("list")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the catalogues."""
    from nightdesk_services.broker import catalogs

    found = [_about(item) for item in catalogs.list_catalogs(settings_of_running(data_dir))]
    if as_json:
        print(json.dumps(found, indent=1))
        return
    if not found:
        console.print("no catalogues; see: nightdesk catalogs load --help")
        return
    names = list(found[0])
    table = Table(*names, box=None)
    for item in found:
        table.add_row(*(escape(str(item.get(name, ""))) for name in names))
    Console(highlight=False).print(table)


def _about(meta: object) -> dict[str, Any]:
    """Return what people want to know of a catalogue."""
    unseen = ("layers", "format", "version")
    return {name: value for name, value in as_plain(meta).items() if name not in unseen}


@app.command()
def remove(name: Name, data_dir: DataDir = None) -> None:
    """Remove a catalogue; matches already made stay."""
    from nightdesk_services.broker import catalogs

    try:
        catalogs.remove(settings_of_running(data_dir), name)
    except (ValueError, LookupError, OSError) as error:
        fail(error)
    console.print(f"{escape(name)} is removed")
