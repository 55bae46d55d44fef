"""Super-objects through the official client."""

from __future__ import annotations

from tests.conformance.conftest import Desk
from tests.conformance.targets import save
from tests.conformance.things import club, refused


def test_objects_are_linked_as_far_as_they_are_seen(desk: Desk) -> None:
    ana, ben, cleo = desk.client("ana"), desk.client("ben"), desk.client("cleo")
    shared, alone = club(desk, "ben"), club(desk)
    save(desk, "Part1", shared, 10.0, 0.0)
    save(desk, "Part2", shared, 10.0, 2 / 3600)
    save(desk, "Part3", alone, 10.0, 4 / 3600)
    made = ana.post_super_obj(name="2026 AB", is_roid=True, obj_ids=["Part1", "Part3"]).id
    found = ana.fetch_super_obj(made)
    assert (found.name, found.is_roid) == ("2026 AB", True)
    assert [(one.id, one.ra) for one in found.objs] == [("Part1", 10.0), ("Part3", 10.0)]
    assert [one.id for one in ben.fetch_super_obj(made).objs] == ["Part1"]
    assert "no super-object" in refused(404, cleo.fetch_super_obj, made)
    linked = ana.fetch_source("Part1").associated_objs
    assert [(one.obj_id, one.super_obj_id, one.super_obj_name) for one in linked] == [
        ("Part3", made, "2026 AB")
    ]
    assert round(linked[0].separation or 0, 3) == 4.0
    assert ben.fetch_source("Part1").associated_objs == []
    assert ana.fetch_source("Part1", include_associated_objs=False).associated_objs == []

    assert [one.id for one in ana.fetch_super_objs(name="26 ab", is_roid=True, obj_id="Part1")] == [made]
    assert ana.fetch_super_objs(is_roid=False, obj_id="Part1") == []
    assert ana.fetch_super_objs(name="other") == []
    assert ben.fetch_super_objs(obj_id="Part3") == [], "ben may not learn what it is linked with"
    assert cleo.fetch_super_objs() == []

    assert "only its author" in refused(403, ben.update_super_obj, made, name="mine")
    ana.update_super_obj(made, name="2026 AC", add_obj_ids=["Part2"], remove_obj_ids=["Part1"])
    found = ana.fetch_super_obj(made)
    assert found.name == "2026 AC" and [one.id for one in found.objs] == ["Part3", "Part2"]
    ana.update_super_obj(made, obj_ids=["Part1"], is_roid=False)
    assert [one.id for one in ana.fetch_super_obj(made).objs] == ["Part1"]
    assert "obj_ids" in refused(400, ana.update_super_obj, made, obj_ids=["Part1"], add_obj_ids=["Part2"])
    assert "no object Part3" in refused(400, ben.post_super_obj, obj_ids=["Part3"])
    refused(403, desk.client("viewer").post_super_obj, name="x")

    assert "System admin" in refused(403, ana.delete_super_obj, made)
    desk.client("root").delete_super_obj(made)
    refused(404, ana.fetch_super_obj, made)
    assert ana.source_exists("Part1")
