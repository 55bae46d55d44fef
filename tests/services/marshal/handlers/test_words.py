"""Comments, classifications, lists and the desk."""

from __future__ import annotations

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import fill


async def test_comments(desk: Desk, club: int) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    path = f"sources/{obj_id}/comments"
    first = (await desk.ok("ana", "POST", path, {"text": " rising "}))["comment_id"]
    second = (await desk.ok("ana", "POST", path, {"text": "ours", "group_ids": [club]}))["comment_id"]
    mine = await desk.ok("ben", "GET", path)
    assert [(c["id"], c["text"], c["author"]["username"]) for c in mine] == [
        (first, "rising", "ana"),
        (second, "ours", "ana"),
    ]
    assert [group["id"] for group in mine[0]["groups"]] == [1]
    assert [c["id"] for c in await desk.ok("cleo", "GET", path)] == [first]
    await desk.error(404, "cleo", "GET", f"{path}/{second}")
    assert "group" in await desk.error(403, "cleo", "POST", path, {"text": "x", "group_ids": [club]})
    assert "text" in await desk.error(400, "ana", "POST", path, {"text": "   "})
    await desk.error(404, "ana", "POST", "sources/ZTF18nothere/comments", {"text": "x"})

    for who in ("ben", "cleo"):
        assert "author" in await desk.error(403, who, "PUT", f"{path}/{first}", {"text": "no"})
        await desk.error(403, who, "DELETE", f"{path}/{first}")
    await desk.ok("ana", "PUT", f"{path}/{first}", {"text": "falling"})
    assert (await desk.ok("cleo", "GET", f"{path}/{first}"))["text"] == "falling"
    await desk.ok("ana", "PUT", f"{path}/{first}", {"group_ids": [club]})
    assert await desk.ok("cleo", "GET", path) == []
    await desk.ok("root", "DELETE", f"{path}/{first}")
    assert [c["id"] for c in await desk.ok("ben", "GET", path)] == [second]
    stored = desk.database["comments"].find_one({"_id": first})
    assert stored is None or stored["text"] == ""
    await desk.error(404, "ana", "GET", f"sources/Other/comments/{second}")

    card = await desk.ok("ben", "GET", f"candidates/{obj_id}", extras=True)
    assert (card["n_comments"], [c["text"] for c in card["comments"]]) == (1, ["ours"])
    assert (await desk.ok("cleo", "GET", f"candidates/{obj_id}", extras=True))["n_comments"] == 0


async def test_a_comment_stays_in_the_groups_that_hold_the_object(desk: Desk, club: int) -> None:
    post = {"id": "Mine2026a", "ra": 1.0, "dec": 2.0, "group_ids": [club]}
    await desk.ok("ana", "POST", "sources", post)
    path = "sources/Mine2026a/comments"
    await desk.ok("ben", "POST", path, {"text": "hush"})
    await desk.ok("ana", "POST", "sources", post | {"group_ids": [1]})
    assert await desk.ok("cleo", "GET", path) == []
    assert [c["text"] for c in await desk.ok("ana", "GET", path)] == ["hush"]


async def test_a_service_is_marked_as_a_bot(desk: Desk) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    await desk.ok("bot", "POST", f"sources/{obj_id}/comments", {"text": "computed"})
    comment = (await desk.ok("ana", "GET", f"sources/{obj_id}/comments"))[0]
    assert (comment["bot"], comment["author"]["username"]) == (True, "service:ana")


async def test_classifications(desk: Desk, club: int) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    taxonomy = (await desk.ok("ana", "GET", "taxonomy"))[0]
    assert (taxonomy["id"], taxonomy["name"]) == (1, "Sitewide Taxonomy")
    assert (await desk.ok("ana", "GET", "taxonomy/1"))["hierarchy"]["class"] == "Time-domain source"
    post = {
        "obj_id": obj_id,
        "classification": "Ia",
        "taxonomy_id": 1,
        "probability": 0.8,
        "group_ids": [club],
    }
    made = (await desk.ok("ana", "POST", "classification", post))["classification_id"]
    found = (await desk.ok("ben", "GET", f"sources/{obj_id}/classifications"))[0]
    assert (found["id"], found["classification"], found["probability"], found["author_name"]) == (
        made,
        "Ia",
        0.8,
        "ana",
    )
    assert await desk.ok("cleo", "GET", f"sources/{obj_id}/classifications") == []
    assert "Unicorn" in await desk.error(
        400, "ana", "POST", "classification", post | {"classification": "Unicorn"}
    )
    assert "taxonomy_id" in await desk.error(400, "ana", "POST", "classification", post | {"taxonomy_id": 5})
    assert "probability" in await desk.error(400, "ana", "POST", "classification", post | {"probability": 2})
    await desk.error(404, "cleo", "DELETE", f"classification/{made}")
    await desk.error(403, "ben", "DELETE", f"classification/{made}")
    await desk.ok("ana", "DELETE", f"classification/{made}")
    assert await desk.ok("ana", "GET", f"sources/{obj_id}/classifications") == []


async def test_annotations_are_for_their_groups(desk: Desk, club: int) -> None:
    for number, group in ((1, 1), (2, club)):
        desk.database["annotations"].insert_one(
            {"_id": number, "obj_id": "X", "origin": "o", "data": {"z": number}, "group_ids": [group]}
        )
    assert [a["data"]["z"] for a in await desk.ok("ben", "GET", "sources/X/annotations")] == [2, 1]
    assert [a["data"]["z"] for a in await desk.ok("cleo", "GET", "sources/X/annotations")] == [1]


async def test_lists_are_personal(desk: Desk) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    entry = {"obj_id": obj_id, "list_name": "rejected_candidates"}
    made = (await desk.ok("ana", "POST", "listing", entry))["id"]
    assert (await desk.ok("ana", "POST", "listing", entry))["id"] == made
    mine = await desk.ok("ana", "GET", "listing", listName="rejected_candidates")
    assert [(e["id"], e["obj_id"]) for e in mine] == [(made, obj_id)]
    assert await desk.ok("ana", "GET", "listing", listName="favorites") == []
    assert await desk.ok("ben", "GET", "listing") == []
    ana = (await desk.ok("ana", "GET", "internal/profile"))["id"]
    await desk.error(403, "ben", "GET", f"listing/{ana}")
    assert len(await desk.ok("root", "GET", f"listing/{ana}")) == 1
    await desk.error(403, "ben", "POST", "listing", entry | {"user_id": ana})
    await desk.error(404, "ben", "DELETE", f"listing/{made}")
    await desk.ok("ana", "DELETE", f"listing/{made}")
    assert await desk.ok("ana", "GET", "listing") == []
    await desk.error(404, "ana", "DELETE", f"listing/{made}")
    await desk.ok("ana", "POST", "listing", entry)
    await desk.ok("ana", "DELETE", "listing", entry)
    assert await desk.ok("ana", "GET", "listing") == []
    await desk.ok("ana", "POST", "listing", entry)
    await desk.ok("ana", "DELETE", "listing", **entry)
    assert "list_name" in await desk.error(400, "ana", "POST", "listing", entry | {"list_name": "!"})


async def test_the_desk_keeps_a_selection(desk: Desk) -> None:
    assert await desk.ok("ana", "GET", "desk/selection") == {"ids": []}
    await desk.ok("ana", "PUT", "desk/selection", {"ids": ["A", "B", "A"]})
    assert await desk.ok("ana", "GET", "desk/selection") == {"ids": ["A", "B"]}
    assert await desk.ok("ben", "GET", "desk/selection") == {"ids": []}
    assert "ids" in await desk.error(400, "ana", "PUT", "desk/selection", {"ids": "A"})
