"""Teams through the official client."""

from __future__ import annotations

from skyportal_py.teams import TeamPost, TeamPut

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


def test_a_team_is_the_members_of_its_groups(desk: Desk) -> None:
    ben = number(desk, "ben")
    one, two = new_group(desk.client(), "Team one"), new_group(desk.client(), "Team two")
    desk.client().post_group_user(two, ben)
    post = TeamPost(
        name="Both",
        nickname="b",
        description="d",
        primary_color="#ff0000",
        secondary_color="teal",
        logo_url="https://example.org/logo.png",
        background_url="/static/sky.png",
        group_ids=[one, two],
    )
    made = desk.client().post_team(post).id
    team = desk.client("ben").fetch_team(made)
    assert post.model_dump(exclude={"group_ids"}).items() <= team.model_dump().items()
    assert [group.name for group in team.groups] == ["Team one", "Team two"]
    assert team.num_members == 2
    assert [user.username for user in team.users or []] == ["ana", "ben"]
    (listed,) = [one for one in desk.client("ben").fetch_teams() if one.id == made]
    assert (listed.num_members, listed.users) == (2, None)


def test_teams_are_listed_by_name_to_their_members(desk: Desk) -> None:
    group = new_group(desk.client(), "Sorted")
    for name in ("Zeta", "Alpha", "Mu"):
        desk.client().post_team(TeamPost(name=name, group_ids=[group]))
    names = [team.name for team in desk.client().fetch_teams()]
    assert names == sorted(names, key=str)
    assert {"Alpha", "Mu", "Zeta"} <= set(names)
    assert not {"Alpha", "Mu", "Zeta"} & {team.name for team in desk.client("cleo").fetch_teams()}
    assert {"Alpha", "Mu", "Zeta"} <= {team.name for team in desk.client("root").fetch_teams()}


def test_a_team_is_changed_field_by_field(desk: Desk) -> None:
    ana, group = desk.client(), new_group(desk.client(), "Changing")
    made = ana.post_team(TeamPost(name="Before", nickname="n", description="d", group_ids=[group])).id
    assert ana.update_team(made, TeamPut(name="After", nickname=None)).id == made
    team = ana.fetch_team(made)
    assert (team.name, team.nickname, team.description) == ("After", None, "d")
    ana.post_team(TeamPost(name="Taken", group_ids=[group]))
    with refused(409, "name: there is a team 'Taken'"):
        ana.update_team(made, TeamPut(name="Taken"))
    with refused(400, "name"):
        ana.update_team(made, TeamPut(name=None))
    with refused(400, "logo_url"):
        ana.update_team(made, TeamPut(logo_url="javascript:alert(1)"))


def test_groups_come_and_go_by_their_own_admins(desk: Desk) -> None:
    mine, bens = new_group(desk.client(), "Of ana"), new_group(desk.client("ben"), "Of ben")
    made = desk.client().post_team(TeamPost(name="Shared", group_ids=[mine])).id
    desk.client("ben").post_group_user(bens, number(desk, "ana"))
    with refused(403, f"only an admin of group {bens}"):
        desk.client().update_team(made, TeamPut(group_ids=[mine, bens]))
    desk.client("ben").update_group_user(bens, number(desk, "ana"), admin=True)
    desk.client().update_team(made, TeamPut(group_ids=[mine, bens]))
    with refused(403, f"only an admin of group {mine}"):
        desk.client("ben").update_team(made, TeamPut(group_ids=[bens]))
    desk.client("ben").update_team(made, TeamPut(group_ids=[mine]))
    assert [group.id for group in desk.client().fetch_team(made).groups] == [mine]
    with refused(404):
        desk.client("ben").fetch_team(made)
    with refused(400, "at least one"):
        desk.client().update_team(made, TeamPut(group_ids=[]))


def test_strangers_know_of_no_team_and_members_do_not_change_it(desk: Desk) -> None:
    group = new_group(desk.client(), "Guarded")
    desk.client().post_group_user(group, number(desk, "ben"))
    made = desk.client().post_team(TeamPost(name="Guard", group_ids=[group])).id
    for who, status in (("ben", 403), ("cleo", 404)):
        with refused(status):
            desk.client(who).update_team(made, TeamPut(description="mine"))
        with refused(status):
            desk.client(who).delete_team(made)
    with refused(404, f"no team {made}"):
        desk.client("cleo").fetch_team(made)
    with refused(400, f"no group {group}"):
        desk.client("cleo").post_team(TeamPost(name="Theirs", group_ids=[group]))
    with refused(403, "only an admin of group 1"):
        desk.client().post_team(TeamPost(name="All", group_ids=[1]))
    with refused(400, "at least one"):
        desk.client().post_team(TeamPost(name="None"))


def test_a_removed_team_leaves_its_groups(desk: Desk) -> None:
    group = new_group(desk.client(), "Staying")
    made = desk.client().post_team(TeamPost(name="Going", group_ids=[group])).id
    desk.client().delete_team(made)
    with refused(404):
        desk.client().fetch_team(made)
    assert desk.client().fetch_group(group).name == "Staying"
