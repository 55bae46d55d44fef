"""Thumbnails through the official client."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from skyportal_py.thumbnails import ThumbnailPost

from tests.conformance.conftest import Desk
from tests.conformance.people import refused
from tests.conformance.targets import save
from tests.conformance.things import club
from tests.services.marshal.world import fill


def png(size: tuple[int, int] = (63, 63), *, colour: bool = False, form: str = "PNG", **more: Any) -> bytes:
    """Return a picture of noise."""
    noise = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3 if colour else 1), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise if colour else noise[:, :, 0]).save(out, form, **more)
    return out.getvalue()


def post(obj_id: str, body: bytes, ttype: Any = "new", survey: str | None = None) -> ThumbnailPost:
    """Return the request that sends a picture."""
    return ThumbnailPost(obj_id=obj_id, data=base64.b64encode(body).decode(), ttype=ttype, survey=survey)


def files(desk: Desk) -> list[Path]:
    """Return the pictures on disk."""
    return sorted((desk.marshal.config.settings.data_dir / "thumbnails").rglob("*.png"))


def fetched(desk: Desk, who: str, url: str | None) -> httpx.Response:
    """Return what an address gives somebody."""
    assert url and url.startswith("/api/")
    return desk.client(who).get(url)


def test_a_picture_is_seen_by_who_sees_its_object(desk: Desk) -> None:
    ana, ben, cleo = desk.client("ana"), desk.client("ben"), desk.client("cleo")
    group = club(desk, "ben")
    save(desk, "Pic1", group, 30.0, 5.0)
    assert "no object Pic1" in str(cleo.post("/api/thumbnail", json=post("Pic1", png()).model_dump()).json())
    made = ana.post_thumbnail(post("Pic1", png(colour=True), "ps1")).id
    found = ben.fetch_thumbnail(made)
    assert (found.obj_id, found.type, found.survey, found.is_grayscale) == ("Pic1", "ps1", None, False)
    assert found.created_at and found.modified
    assert found.file_uri and str(files(desk)[-1]).endswith(found.file_uri.removeprefix("thumbnails/"))
    answer = fetched(desk, "ben", found.public_url)
    assert answer.headers["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as drawn, Image.open(io.BytesIO(png(colour=True))) as sent:
        np.testing.assert_array_equal(np.asarray(drawn), np.asarray(sent))
    with refused(404, f"no thumbnail {made}"):
        cleo.fetch_thumbnail(made)
    assert fetched(desk, "cleo", found.public_url).status_code == 404
    assert httpx.get(desk.url + str(found.public_url)).status_code == 401
    with refused(404):
        ana.fetch_thumbnail(10**12)


def test_only_small_pngs_are_taken(desk: Desk) -> None:
    ana = desk.client("ana")
    save(desk, "Pic2", club(desk), 31.0, 5.0)
    before = files(desk)
    bomb = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(bomb, "PNG")
    with refused(400, "data: "):
        ana.post_thumbnail(post("Pic2", bomb.getvalue()))
    for size in ((15, 63), (63, 15), (501, 100), (700, 700)):
        with refused(400, f"data: .* not {size[0]} x {size[1]}"):
            ana.post_thumbnail(post("Pic2", png(size)))
    for body in (png(form="JPEG"), b"<svg/>", png()[:200], png()[: len(png()) // 2]):
        with refused(400, "data: it is no PNG"):
            ana.post_thumbnail(post("Pic2", body))
    with refused(400, "data: it is not in Base64"):
        ana.post_thumbnail(ThumbnailPost(obj_id="Pic2", data="%%%", ttype="new"))
    with refused(400, "data: String should have at most"):
        ana.post_thumbnail(ThumbnailPost(obj_id="Pic2", data="A" * 2_000_001, ttype="new"))
    with refused(400, "obj_id: no object Nowhere"):
        ana.post_thumbnail(post("Nowhere", png()))
    wrong = ana.post("/api/thumbnail", json=post("Pic2", png()).model_dump() | {"ttype": "../../etc"})
    assert wrong.status_code == 400 and "ttype" in wrong.json()["message"]
    with refused(403):
        desk.client("viewer").post_thumbnail(post("Pic2", png()))
    assert files(desk) == before
    for size in ((16, 16), (500, 500)):
        assert ana.fetch_thumbnail(ana.post_thumbnail(post("Pic2", png(size))).id).is_grayscale


def test_nothing_but_pixels_is_kept(desk: Desk) -> None:
    ana = desk.client("ana")
    save(desk, "Pic3", club(desk), 32.0, 5.0)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    made = ana.post_thumbnail(post("Pic3", png(pnginfo=text) + b"<script>alert(2)</script>")).id
    answer = fetched(desk, "ana", ana.fetch_thumbnail(made).public_url)
    assert b"alert" not in answer.content and answer.content.startswith(b"\x89PNG")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_its_author_changes_and_removes_it(desk: Desk, tmp_path: Path) -> None:
    ana, ben, root = desk.client("ana"), desk.client("ben"), desk.client("root")
    group = club(desk, "ben")
    save(desk, "Pic4", group, 33.0, 5.0)
    save(desk, "Pic5", group, 34.0, 5.0)
    save(desk, "Hidden4", club(desk), 35.0, 5.0)
    made = ana.post_thumbnail(post("Pic4", png(), survey="ZTF")).id
    assert ana.fetch_thumbnail(made).survey == "ZTF"
    secret = tmp_path / "secret.png"
    secret.write_bytes(png((20, 20)))
    ana.update_thumbnail(
        made,
        obj_id="Pic5",
        type="ref",
        file_uri=str(secret),
        origin="stacked by hand",
        is_grayscale=False,
    )
    found = ben.fetch_thumbnail(made)
    assert (found.obj_id, found.type, found.origin) == ("Pic5", "ref", "stacked by hand")
    assert (found.is_grayscale, found.file_uri) == (False, str(secret))
    with Image.open(io.BytesIO(fetched(desk, "ben", found.public_url).content)) as drawn:
        assert drawn.size == (63, 63), "what a client names is never opened"
    ana.update_thumbnail(made, public_url="https://example.org/pic5.png")
    assert ana.fetch_thumbnail(made).public_url == "https://example.org/pic5.png"
    with refused(400, "public_url"):
        ana.update_thumbnail(made, public_url="javascript:alert(1)")
    with refused(400, "nothing to change"):
        ana.update_thumbnail(made)
    with refused(400, "obj_id: no object Nowhere"):
        ana.update_thumbnail(made, obj_id="Nowhere")
    with refused(403, "only who made this thumbnail"):
        ben.update_thumbnail(made, origin="mine")
    with refused(403, "only who made this thumbnail"):
        ben.delete_thumbnail(made)
    with refused(404):
        desk.client("cleo").delete_thumbnail(made)
    root.update_thumbnail(made, origin="checked")
    assert ana.fetch_thumbnail(made).origin == "checked"
    count = len(files(desk))
    ana.delete_thumbnail(made)
    assert len(files(desk)) == count - 1
    assert secret.exists()
    with refused(404):
        ana.fetch_thumbnail(made)


def test_files_are_moved_and_folders_cleared(desk: Desk) -> None:
    ana, root = desk.client("ana"), desk.client("root")
    save(desk, "Pic6", club(desk), 36.0, 5.0)
    made = [ana.post_thumbnail(post("Pic6", png(), "sub")).id for _ in range(3)]
    lost = ana.post_thumbnail(post("Pic6", png(), "sub")).id
    for call in (
        ana.fetch_thumbnail_paths,
        ana.update_thumbnail_paths,
        ana.delete_thumbnail_folders,
    ):
        with refused(403, "System admin|lacks"):
            call()
    report = root.fetch_thumbnail_paths(types=["sub"])
    assert (report.total_matches, report.in_correct_folder, report.in_wrong_folder) == (4, 4, 0)
    report = root.fetch_thumbnail_paths(types=["sub"], required_depth=1)
    assert (report.total_matches, report.in_correct_folder, report.in_wrong_folder) == (4, 0, 4)
    everything = root.fetch_thumbnail_paths()
    assert (everything.total_matches or 0) > 4, "new, ref and sub if nothing is said"

    moved = root.update_thumbnail_paths(types=["sub"], required_depth=4, num_per_page=2, page_number=1)
    assert (moved.num_moved, moved.in_correct_folder, moved.in_wrong_folder) == (2, 2, 2)
    place = root.fetch_thumbnail(lost).file_uri
    assert place
    (desk.marshal.config.settings.data_dir / place).unlink()
    moved = root.update_thumbnail_paths(types=["sub"], required_depth=4)
    assert (moved.num_moved, moved.total_matches, moved.in_wrong_folder) == (1, 3, 0)
    with refused(404):
        ana.fetch_thumbnail(lost)
    for number in made:
        found = ana.fetch_thumbnail(number)
        assert found.file_uri and found.file_uri.count("/") == 5
        assert fetched(desk, "ana", found.public_url).status_code == 200

    folders = desk.marshal.config.settings.data_dir / "thumbnails"
    assert [path for path in folders.rglob("*") if path.is_dir() and not any(path.iterdir())]
    root.delete_thumbnail_folders()
    assert not [path for path in folders.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert fetched(desk, "ana", ana.fetch_thumbnail(made[0]).public_url).status_code == 200
    with refused(400, "types: no type 'odd'"):
        root.fetch_thumbnail_paths(types=["odd"])
    with refused(400, "requiredDepth"):
        root.fetch_thumbnail_paths(required_depth=33)
    with refused(400, "requiredDepth"):
        root.update_thumbnail_paths(required_depth=0)


@pytest.fixture(scope="module")
def alerts(desk: Desk) -> list[dict[str, Any]]:
    """A night of alerts in the store."""
    return fill(desk.database, "ZTF")


def test_cutouts_are_among_an_objects_thumbnails(desk: Desk, alerts: list[dict[str, Any]]) -> None:
    ana = desk.client("ana")
    obj_id = next(one["objectId"] for one in alerts if one["programid"] == 1)
    own = ana.post_thumbnail(post(obj_id, png((100, 100)), "ls")).id
    found = {one.type: one for one in ana.fetch_source(obj_id, include_thumbnails=True).thumbnails}
    assert set(found) == {"new", "ref", "sub", "ls"}
    assert found["ls"].id == own
    for one in found.values():
        with Image.open(io.BytesIO(fetched(desk, "ana", one.public_url).content)) as drawn:
            assert drawn.format == "PNG" and drawn.size == ((100, 100) if one.type == "ls" else (63, 63))
        assert one.obj_id == obj_id
    ana.delete_thumbnail(own)
    assert "ls" not in {one.type for one in ana.fetch_source(obj_id, include_thumbnails=True).thumbnails}
