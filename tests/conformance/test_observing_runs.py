"""Observing runs through the official client."""

from __future__ import annotations

import datetime

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.observing_runs import ObservingRunPost, ObservingRunUpdate

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility
from tests.conformance.targets import save


def test_a_run_is_made_found_changed_and_removed(desk: Desk) -> None:
    made, ana = facility(desk, "Run"), desk.client("ana")
    run = ana.post_observing_run(
        ObservingRunPost(
            instrument_id=made.instrument, calendar_date="2026-06-21", group_id=made.group, pi="Ana"
        )
    ).id
    found = ana.fetch_observing_run(run)
    assert (found.pi, found.duration, found.calendar_date) == ("Ana", 1, datetime.date(2026, 6, 21))
    assert found.instrument is not None and found.instrument.name == "Run camera"
    assert found.group is not None and found.group.name == "Run club"
    assert found.owner is not None and found.owner.username == "ana"
    # midsummer on Palomar: the Sun sets at about 20:02 PDT and rises at about 05:38
    assert found.ephemeris is not None and found.ephemeris.sunset_utc is not None
    sunset = datetime.datetime.fromisoformat(found.ephemeris.sunset_utc)
    assert abs(sunset - datetime.datetime(2026, 6, 22, 3, 1, tzinfo=datetime.UTC)) < datetime.timedelta(
        minutes=5
    )
    dusk = found.ephemeris.twilight_evening_astronomical_utc
    assert dusk is not None and dusk > found.ephemeris.sunset_utc
    listed = {one.id: one for one in ana.fetch_observing_runs()}
    assert listed[run].run_end_utc is not None
    assert abs(listed[run].run_end_utc - sunset) < datetime.timedelta(hours=10)  # type: ignore[operator]
    ana.update_observing_run(run, ObservingRunUpdate(observers="Ben", duration=3))
    again = {one.id: one for one in ana.fetch_observing_runs()}[run]
    assert (again.observers, again.duration) == ("Ben", 3)
    assert again.run_end_utc - listed[run].run_end_utc > datetime.timedelta(days=1.9)  # type: ignore[operator]
    ana.delete_observing_run(run)
    with pytest.raises(SkyPortalError, match=f"no observing run {run}"):
        ana.fetch_observing_run(run)


def test_a_run_is_its_groups_and_its_owners_to_change(desk: Desk) -> None:
    made = facility(desk, "Private")
    run = (
        desk.client("ana")
        .post_observing_run(
            ObservingRunPost(instrument_id=made.instrument, calendar_date="2026-07-01", group_id=made.group)
        )
        .id
    )
    assert run in {one.id for one in desk.client("ben").fetch_observing_runs()}
    with pytest.raises(SkyPortalError, match="owner"):
        desk.client("ben").delete_observing_run(run)
    cleo = desk.client("cleo")
    assert run not in {one.id for one in cleo.fetch_observing_runs()}
    with pytest.raises(SkyPortalError, match=f"no observing run {run}"):
        cleo.fetch_observing_run(run)
    open_run = ObservingRunPost(instrument_id=made.instrument, calendar_date="2026-07-02")
    everybodys = desk.client("ana").post_observing_run(open_run).id
    assert cleo.fetch_observing_run(everybodys).group_id is None
    with pytest.raises(SkyPortalError, match="group_ids: you are not in group"):
        cleo.post_observing_run(
            ObservingRunPost(instrument_id=made.instrument, calendar_date="2026-07-02", group_id=made.group)
        )
    with pytest.raises(SkyPortalError, match="calendar_date"):
        cleo.post_observing_run(ObservingRunPost(instrument_id=made.instrument, calendar_date="soon"))


def test_targets_that_were_not_observed(desk: Desk) -> None:
    made, ana = facility(desk, "Cloudy"), desk.client("ana")
    run = ana.post_observing_run(
        ObservingRunPost(instrument_id=made.instrument, calendar_date="2026-06-21", group_id=made.group)
    ).id
    from skyportal_py.assignments import AssignmentPost

    save(desk, "AT26cloud", made.group, 250.0, 36.0)
    target = ana.post_assignment(AssignmentPost(run_id=run, obj_id="AT26cloud", priority="3")).id
    (shown,) = ana.fetch_observing_run(run).assignments
    assert (shown.id, shown.accessible_group_names) == (target, ["Cloudy club"])
    # near the zenith of a midsummer midnight: up at dusk, still up at dawn or setting then
    assert shown.rise_time_utc is not None and shown.set_time_utc is not None
    ana.update_observing_run_not_observed(run, "pending", "not observed")
    assert ana.fetch_assignment(target).status == "not observed"
    ana.update_observing_run_not_observed(run, "pending", "done")
    assert ana.fetch_assignment(target).status == "not observed"
