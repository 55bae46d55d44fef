"""Login with local accounts: NativeAuthenticator, with JupyterHub's own login page."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm
from jupyterhub.roles import grant_role, strip_role
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.orm import UserInfo

from nightdesk_hub.accounts import SHORTEST
from nightdesk_hub.roles import ADMIN_ROLE, USER_ROLE, VIEWER_ROLE


class DeskAuthenticator(NativeAuthenticator):  # type: ignore[misc]
    """Names and bcrypt hashes in the hub's database; an administrator makes or approves accounts."""

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """Return its pages without its own login page, which JupyterHub 6 can no longer render."""
        return [handler for handler in super().get_handlers(app) if handler[0] != "/login"]

    def get_user(self, username: str) -> UserInfo | None:
        """Return the account as it is in the database now: ``nightdesk users`` writes there too."""
        info = super().get_user(username)
        if info is not None:
            self.db.refresh(info)
        return info

    def check_allowed(self, username: str, authentication: dict[str, Any] | None = None) -> bool:
        """Let in every account that an administrator made or approved."""
        info = self.get_user(username)
        return info is not None and bool(info.is_authorized)

    def add_user(self, user: Any) -> None:
        """Take note of a user who is new to the hub."""
        super().add_user(user)
        align_roles(self.db, getattr(user, "orm_user", user))

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Check name and password; bring the roles in line with what the account is now."""
        name: str | None = await super().authenticate(handler, data)
        user = orm.User.find(self.db, name) if name else None
        if user is not None:
            align_roles(self.db, user)
        return name


def align_roles(db: Any, user: orm.User) -> None:
    """Give a user the one of our roles that fits what the account is now."""
    held = {role.name for role in user.roles} & {ADMIN_ROLE, USER_ROLE, VIEWER_ROLE}
    fits = ADMIN_ROLE if user.admin else VIEWER_ROLE if VIEWER_ROLE in held else USER_ROLE
    grant_role(db, user, rolename=fits)
    # An administrator may have been a viewer and be one again.
    for name in held - {fits, VIEWER_ROLE}:
        strip_role(db, user, rolename=name)


def configure(c: Any) -> None:
    """Set the authenticator up."""
    c.JupyterHub.authenticator_class = DeskAuthenticator
    c.NativeAuthenticator.enable_signup = False
    c.NativeAuthenticator.open_signup = False
    c.NativeAuthenticator.minimum_password_length = SHORTEST
    c.NativeAuthenticator.check_common_password = True
    c.NativeAuthenticator.allowed_failed_logins = 5
    c.NativeAuthenticator.seconds_before_next_try = 60
