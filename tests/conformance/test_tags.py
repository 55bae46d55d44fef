"""Tags through the official client."""

from __future__ import annotations

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.sources import SourcePost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import group, user_id


def source(desk: Desk, name: str, group_ids: list[int]) -> str:
    """Save a source of Ana's."""
    desk.client("ana").post_source(SourcePost(id=name, ra=12.0, dec=3.0, group_ids=group_ids))
    return name


def test_the_tags_there_are(desk: Desk) -> None:
    root, ana = desk.client("root"), desk.client("ana")
    made = root.post_obj_tag_option("Hostless", color="#3a87ad")
    assert (made.name, made.color) == ("Hostless", "#3a87ad")
    assert made.id in {one.id for one in ana.fetch_obj_tag_options()}
    with pytest.raises(SkyPortalError, match="name: there is a tag 'hostLESS'"):
        root.post_obj_tag_option("hostLESS")
    with pytest.raises(SkyPortalError, match="name"):
        root.post_obj_tag_option("two words")
    with pytest.raises(SkyPortalError, match="color"):
        root.post_obj_tag_option("Red", color="red")
    with pytest.raises(SkyPortalError, match="Manage sources") as denied:
        ana.post_obj_tag_option("Mine")
    assert denied.value.status_code == 403
    root.update_obj_tag_option(made.id, "Orphan")
    (found,) = [one for one in ana.fetch_obj_tag_options() if one.id == made.id]
    assert (found.name, found.color) == ("Orphan", "#3a87ad")
    root.post_obj_tag_option("Hostless")
    with pytest.raises(SkyPortalError, match="'HOSTLESS'"):
        root.update_obj_tag_option(made.id, "HOSTLESS")
    root.delete_obj_tag_option(made.id)
    assert made.id not in {one.id for one in ana.fetch_obj_tag_options()}
    with pytest.raises(SkyPortalError, match=f"no tag {made.id}"):
        root.delete_obj_tag_option(made.id)


def test_an_object_is_tagged_shared_and_untagged(desk: Desk) -> None:
    root, ana, ben, cleo = (desk.client(who) for who in ("root", "ana", "ben", "cleo"))
    club = group(desk, "Taggers")
    obj_id = source(desk, "Tagged2026a", [1, club])
    option = root.post_obj_tag_option("Fast").id
    other = root.post_obj_tag_option("Slow").id
    made = ana.post_obj_tag(obj_id, option, group_ids=[club])
    assert (made.obj_id, made.objtagoption_id, made.author_id) == (obj_id, option, user_id(desk, "ana"))
    assert [one["id"] for one in made.groups or []] == [club]
    (found,) = ben.fetch_obj_tags(obj_id=obj_id)
    assert (found.id, found.name) == (made.id, "Fast")
    assert found.objtagoption is not None and found.objtagoption.id == option
    assert ben.fetch_obj_tags(obj_id=obj_id, objtagoption_id=other) == []
    assert [one.id for one in ben.fetch_obj_tags(objtagoption_id=option)] == [made.id]

    assert cleo.fetch_obj_tags(obj_id=obj_id) == []
    with pytest.raises(SkyPortalError) as hidden:
        cleo.delete_obj_tag(made.id)
    assert hidden.value.status_code == 404
    with pytest.raises(SkyPortalError, match="group_ids") as denied:
        cleo.post_obj_tag(obj_id, option, group_ids=[club])
    assert denied.value.status_code == 403

    assert ana.post_obj_tag(obj_id, option, group_ids=[club]).id is None
    shared = ana.post_obj_tag(obj_id, option, group_ids=[1])
    assert shared.id == made.id and shared.message
    (seen,) = cleo.fetch_obj_tags(obj_id=obj_id)
    assert [one.id for one in seen.groups or []] == [1]
    cleo.delete_obj_tag(made.id)
    assert [one.id for one in ben.fetch_obj_tags(obj_id=obj_id)] == [made.id]
    ben.delete_obj_tag(made.id, group_ids=[club])
    assert desk.database["tags"].find_one({"_id": made.id}) is None

    ana.post_obj_tag(obj_id, other)
    root.delete_obj_tag_option(other)
    assert ana.fetch_obj_tags(obj_id=obj_id) == []


def test_a_tag_stays_in_the_groups_that_hold_the_object(desk: Desk) -> None:
    club = group(desk, "Secretive")
    obj_id = source(desk, "Tagged2026b", [club])
    option = desk.client("root").post_obj_tag_option("Secret").id
    desk.client("ana").post_obj_tag(obj_id, option)
    assert len(desk.client("ben").fetch_obj_tags(obj_id=obj_id)) == 1
    assert desk.client("cleo").fetch_obj_tags(obj_id=obj_id) == []
    with pytest.raises(SkyPortalError, match="no object"):
        desk.client("cleo").post_obj_tag(obj_id, option)
    with pytest.raises(SkyPortalError, match="objtagoption_id"):
        desk.client("ana").post_obj_tag(obj_id, 10**6)
