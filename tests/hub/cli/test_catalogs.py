"""``nightdesk catalogs`` as typed."""

from __future__ import annotations

import json
from pathlib import Path

from nightdesk_hub.cli.main import app
from typer.testing import CliRunner


def nightdesk(directory: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["catalogs", *words, "--data-dir", str(directory / "data")])
    return done.exit_code, done.output


def test_a_catalogue_with_distances(tmp_path: Path) -> None:
    file = tmp_path / "galaxies.csv"
    file.write_text("ra,dec,d,a\n10,5,0.05,0.1\n20,5,,0.2\n")
    where = ("G", str(file), "--ra", "ra", "--dec", "dec")
    code, said = nightdesk(
        tmp_path, "load", *where, "--distance", "d", "--distance-unit", "Gpc", "--axis", "a", "--json"
    )
    assert code == 0, said
    about = json.loads(said[said.index("{") :])
    assert (about["radius_kpc"], about["without_distance"], about["rows"]) == (100.0, 1, 2)
    code, said = nightdesk(tmp_path, "list", "--json")
    assert (code, json.loads(said)[0]) == (0, about)
    code, said = nightdesk(tmp_path, "load", *where, "--distance", "d", "--distance-unit", "pc")
    assert code == 1
    assert "none of kpc, Mpc, Gpc" in said
    code, said = nightdesk(tmp_path, "load", *where, "--axis", "a")
    assert code == 1
    assert "needs --distance" in said
    assert nightdesk(tmp_path, "remove", "G")[0] == 0
    assert nightdesk(tmp_path, "list", "--json") == (0, "[]\n")
