"""Targets of observing runs through the official client."""

from __future__ import annotations

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.assignments import AssignmentPost
from skyportal_py.observing_runs import ObservingRunPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility
from tests.conformance.targets import save


def run_of(desk: Desk, name: str) -> tuple[int, int]:
    made = facility(desk, name)
    post = ObservingRunPost(instrument_id=made.instrument, calendar_date="2026-10-01", group_id=made.group)
    return desk.client("ana").post_observing_run(post).id, made.group


def test_a_target_is_assigned_changed_and_taken_off(desk: Desk) -> None:
    ana = desk.client("ana")
    run, group = run_of(desk, "Targets")
    name = save(desk, "AT26one", group, 10.0, 20.0)
    made = ana.post_assignment(AssignmentPost(run_id=run, obj_id=name, priority="2", comment="early")).id
    found = desk.client("ben").fetch_assignment(made)
    assert (found.obj_id, found.run_id, found.priority, found.status) == (name, run, "2", "pending")
    assert found.obj == {"id": name, "ra": 10.0, "dec": 20.0}
    assert found.requester is not None and found.requester.username == "ana"
    desk.client("ben").update_assignment(made, comment="late", status="done", priority="5")
    found = ana.fetch_assignment(made)
    assert (found.comment, found.status, found.priority) == ("late", "done", "5")
    assert found.last_modified_by_id != found.requester_id
    assert made in {one.id for one in ana.fetch_assignments()}
    ana.delete_assignment(made)
    with pytest.raises(SkyPortalError, match=f"no assignment {made}"):
        ana.fetch_assignment(made)


def test_targets_are_seen_by_who_sees_run_and_object(desk: Desk) -> None:
    ana, cleo = desk.client("ana"), desk.client("cleo")
    run, group = run_of(desk, "Hidden")
    name = save(desk, "AT26two", group, 11.0, 20.0)
    made = ana.post_assignment(AssignmentPost(run_id=run, obj_id=name, priority="1")).id
    assert made not in {one.id for one in cleo.fetch_assignments()}
    for ask in (cleo.fetch_assignment, cleo.delete_assignment):
        with pytest.raises(SkyPortalError, match=f"no assignment {made}"):
            ask(made)
    # a run of everybody's shows no one an object that they may not see
    instrument = facility(desk, "Hidden").instrument
    everybodys = ana.post_observing_run(
        ObservingRunPost(instrument_id=instrument, calendar_date="2026-10-02")
    ).id
    ana.post_assignment(AssignmentPost(run_id=everybodys, obj_id=name, priority="1"))
    assert len(ana.fetch_observing_run(everybodys).assignments) == 1
    assert cleo.fetch_observing_run(everybodys).assignments == []


def test_what_is_wrong_is_told(desk: Desk) -> None:
    ana = desk.client("ana")
    run, group = run_of(desk, "Twice")
    name = save(desk, "AT26three", group, 12.0, 20.0)
    ana.post_assignment(AssignmentPost(run_id=run, obj_id=name, priority="1"))
    with pytest.raises(SkyPortalError, match="obj_id: the object is a target"):
        ana.post_assignment(AssignmentPost(run_id=run, obj_id=name, priority="1"))
    with pytest.raises(SkyPortalError, match="obj_id: no object"):
        ana.post_assignment(AssignmentPost(run_id=run, obj_id="AT26nothing", priority="1"))
    with pytest.raises(SkyPortalError, match="run_id: no observing run"):
        ana.post_assignment(AssignmentPost(run_id=10**6, obj_id=name, priority="1"))
    answer = ana.post("/api/assignment", json={"run_id": run, "obj_id": name, "priority": "9"})
    assert answer.status_code == 400 and "priority" in answer.json()["message"]
