"""People log in through the hub's own form and get the rights of their role, no more."""

from __future__ import annotations

import stat
import time
from contextlib import closing

import httpx
import pytest
from nightdesk.scopes import ADMIN_SCOPES, USER_SCOPES, VIEWER_SCOPES
from nightdesk_hub.cli import app
from typer.testing import CliRunner

from tests.support.platform import ADMIN, ADMIN_PASSWORD, Platform

pytestmark = pytest.mark.platform


@pytest.fixture(autouse=True)
def _people(platform: Platform) -> None:
    for name in ("ada", "ben"):
        platform.add_user(name)


def model(platform: Platform, token: str) -> dict[str, object]:
    answer = httpx.get(f"{platform.url}/hub/api/user", headers={"Authorization": f"token {token}"})
    answer.raise_for_status()
    return dict(answer.json())


def ours(scopes: object) -> set[str]:
    assert isinstance(scopes, list)
    return {scope for scope in scopes if scope.startswith("custom:")}


def test_the_first_admin_logs_in_with_the_given_password(platform: Platform) -> None:
    with closing(platform.login(ADMIN, ADMIN_PASSWORD)) as client:
        me = client.get("/hub/api/user").json()
        assert me["admin"]
        assert ours(me["scopes"]) == set(ADMIN_SCOPES)
        assert client.get("/hub/admin").status_code == 200


def test_a_wrong_password_does_not_let_in(platform: Platform) -> None:
    with pytest.raises(PermissionError):
        platform.login("ada", "not-her-password")


def test_nobody_signs_up_alone(platform: Platform) -> None:
    assert httpx.get(f"{platform.url}/hub/signup").status_code == 404


def test_a_user_has_the_users_scopes_and_no_administration(platform: Platform) -> None:
    with closing(platform.login("ada")) as client:
        me = client.get("/hub/api/user").json()
        assert not me["admin"]
        assert ours(me["scopes"]) == set(USER_SCOPES)
        assert client.get("/hub/api/users").status_code == 403
        assert client.get("/hub/api/users/ben").status_code in (403, 404)


def test_a_viewer_cannot_write_at_any_login(platform: Platform) -> None:
    platform.add_user("vera", "--viewer")
    for _ in range(2):
        with closing(platform.login("vera")) as client:
            assert ours(client.get("/hub/api/user").json()["scopes"]) == set(VIEWER_SCOPES)


def test_a_token_like_a_servers_carries_our_scopes_and_cannot_manage_the_account(platform: Platform) -> None:
    token = platform.user_token("ada")
    me = model(platform, token)
    assert me["name"] == "ada"
    assert ours(me["scopes"]) == set(USER_SCOPES)
    headers = {"Authorization": f"token {token}"}
    made = httpx.post(f"{platform.url}/hub/api/users/ada/tokens", headers=headers, json={})
    assert made.status_code in (403, 404)


def test_a_token_with_one_scope_has_only_that(platform: Platform) -> None:
    only = "custom:nightdesk:candidates:read"
    assert ours(model(platform, platform.new_token("ada", [only]))["scopes"]) == {only}


def test_an_admin_gives_a_new_password_and_the_old_one_ends(platform: Platform) -> None:
    platform.add_user("carl", password="first-password")
    platform.login("carl").close()
    done = platform.run("users", "password", "carl")
    assert done.returncode == 0, done.stderr
    new = done.stdout.strip()
    with pytest.raises(PermissionError):
        platform.login("carl", "first-password")
    platform.login("carl", new).close()


def test_a_person_changes_the_own_password_in_the_browser(platform: Platform) -> None:
    platform.add_user("dora", password="first-password")
    with closing(platform.login("dora")) as client:
        page = client.get("/hub/change-password")
        assert page.status_code == 200
        form = {
            "old_password": "first-password",
            "new_password": "a-second-password",
            "new_password_confirmation": "a-second-password",
            "_xsrf": client.cookies.get("_xsrf", path="/hub/") or "",
        }
        assert "changed successfully" in client.post("/hub/change-password", data=form).text
    platform.login("dora", "a-second-password").close()


def test_a_removed_account_and_its_tokens_are_of_no_use(platform: Platform) -> None:
    platform.add_user("eve")
    token = platform.user_token("eve")
    assert platform.run("users", "remove", "eve").returncode == 0
    with pytest.raises(PermissionError):
        platform.login("eve")
    answer = httpx.get(f"{platform.url}/hub/api/user", headers={"Authorization": f"token {token}"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ada"], "the account 'ada' is there already"),
        (["../etc"], "cannot be a user name"),
        (["fred", "--admin", "--viewer"], "--admin or --viewer, not both"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_a_line(
    platform: Platform, arguments: list[str], message: str
) -> None:
    done = CliRunner().invoke(app, ["users", "add", *arguments, f"--data-dir={platform.data_dir}"])
    assert done.exit_code == 1
    assert message in done.stderr


def test_secrets_on_disk_are_readable_by_the_owner_only(platform: Platform) -> None:
    hub = platform.data_dir / "hub"
    for path in (hub / "jupyterhub.sqlite", hub / "cookie_secret", platform.data_dir / "run.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert ADMIN_PASSWORD not in (platform.data_dir / "run.json").read_text()


def test_a_lab_starts_with_our_kernel_and_without_asking_the_internet(platform: Platform) -> None:
    with closing(platform.login("ada")) as client:
        assert client.post("/hub/api/users/ada/server").status_code in (201, 202)
        deadline = time.monotonic() + 60
        while not (client.get("/hub/api/users/ada").json()["servers"].get("") or {}).get("ready"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        page = client.get("/user/ada/lab").text
        assert '"news": {"disabled": true}' in page
        assert '"@jupyterlab/apputils-extension:announcements"' in page
        assert client.get("/user/ada/api/kernelspecs").json()["default"] == "nightdesk"
    (server,) = platform.servers_of("ada")
    home = platform.data_dir / "users" / "ada"
    assert home.is_dir()
    environment = server.environ()
    assert environment["HOME"] == str(home)
    assert environment["NIGHTDESK_MARSHAL_URL"] == platform.marshal_url
    assert environment["NIGHTDESK_GATEWAY_URL"] == platform.gateway_url
    scopes = model(platform, environment["JUPYTERHUB_API_TOKEN"])["scopes"]
    assert ours(scopes) == set(USER_SCOPES)
    assert "tokens!user=ada" not in scopes
    # Another user's server is closed to ben.
    with closing(platform.login("ben")) as client:
        assert client.get("/user/ada/api/kernelspecs").status_code == 403
