"""Local accounts in the hub's database: name, password hash, and whether an administrator or a viewer."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import bcrypt
from jupyterhub import orm
from jupyterhub.roles import create_role, get_default_roles, grant_role
from jupyterhub.scopes import define_custom_scopes
from nativeauthenticator.orm import UserInfo
from nightdesk.scopes import custom_scopes
from nightdesk.settings import Settings
from sqlalchemy.orm import Session

from nightdesk_hub.roles import ADMIN_ROLE, VIEWER_ROLE, load_roles

Kind = Literal["user", "admin", "viewer"]

SHORTEST = 8
"""Fewest characters of a password."""
FIRST_ADMIN = "admin"
# Names become directories and parts of URLs.
_NAME = re.compile(r"[a-z][a-z0-9._-]{0,62}")


@dataclass(frozen=True)
class NewAccount:
    """An account just made, with its password in clear; it is stored nowhere else."""

    name: str
    password: str
    kind: Kind
    generated: bool


@dataclass(frozen=True)
class Account:
    """An account as it is listed."""

    name: str
    kind: Kind
    authorized: bool


def database(data_dir: Path) -> str:
    """Return the URL of the hub's database."""
    return f"sqlite:///{data_dir.resolve() / 'hub' / 'jupyterhub.sqlite'}"


@contextmanager
def session(data_dir: Path) -> Iterator[Session]:
    """Open the hub's database, made readable by its owner only where it is new."""
    home = data_dir.resolve() / "hub"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "jupyterhub.sqlite").touch(mode=0o600)
    # A new database is worth seven lines of log to its library, and none to a person.
    logging.disable(logging.INFO)
    try:
        factory = orm.new_session_factory(database(data_dir))
    finally:
        logging.disable(logging.NOTSET)
    with factory() as db:
        UserInfo.__table__.create(db.get_bind(), checkfirst=True)
        yield db


def generate_password() -> str:
    """Return a random password of 72 bits, easy to read and to type."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(3))


def first_admin(settings: Settings) -> NewAccount | None:
    """Make the first administrator when there are no accounts yet.

    Raises
    ------
    ValueError
        ``NIGHTDESK_ADMIN_PASSWORD`` is too short.
    """
    with session(settings.data_dir) as db:
        if db.query(UserInfo).first() is not None:
            return None
        return _add(db, FIRST_ADMIN, settings.admin_password.get_secret_value(), "admin")


def add(data_dir: Path, name: str, kind: Kind = "user", password: str = "") -> NewAccount:
    """Add an account; without a password a random one is made.

    Raises
    ------
    ValueError
        The name is taken or not valid, or the password is too short.
    """
    with session(data_dir) as db:
        return _add(db, name, password, kind)


def set_password(data_dir: Path, name: str, password: str = "") -> NewAccount:
    """Give an account a new password; without one a random one is made.

    Raises
    ------
    ValueError
        There is no such account, or the password is too short.
    """
    with session(data_dir) as db:
        info = UserInfo.find(db, name)
        if info is None:
            raise ValueError(f"there is no account {name!r}")
        clear = _checked(password)
        info.password = bcrypt.hashpw(clear.encode(), bcrypt.gensalt())
        db.commit()
        return NewAccount(name, clear, _kind(db, name), generated=not password)


def listed(data_dir: Path) -> list[Account]:
    """Return all accounts, by name."""
    with session(data_dir) as db:
        return [
            Account(info.username, _kind(db, info.username), bool(info.is_authorized))
            for info in db.query(UserInfo).order_by(UserInfo.username)
        ]


def remove(data_dir: Path, name: str) -> None:
    """Take away an account's login and its tokens; what it wrote stays.

    Raises
    ------
    ValueError
        There is no such account.
    """
    with session(data_dir) as db:
        info = UserInfo.find(db, name)
        if info is None:
            raise ValueError(f"there is no account {name!r}")
        db.delete(info)
        if user := orm.User.find(db, name):
            for token in list(user.api_tokens):
                db.delete(token)
        db.commit()


def _add(db: Session, name: str, password: str, kind: Kind) -> NewAccount:
    if not _NAME.fullmatch(name):
        msg = f"{name!r} cannot be a user name: lower-case letters, digits and . _ - only, a letter first"
        raise ValueError(msg)
    if UserInfo.find(db, name) is not None:
        raise ValueError(f"the account {name!r} is there already")
    clear = _checked(password)
    hashed = bcrypt.hashpw(clear.encode(), bcrypt.gensalt())
    db.add(UserInfo(username=name, password=hashed, is_authorized=True))
    if kind != "user":
        define_custom_scopes(custom_scopes())
        for role in (*get_default_roles(), *load_roles()):
            if orm.Role.find(db, role["name"]) is None:
                create_role(db, role)
        user = orm.User.find(db, name) or orm.User(name=name)
        user.admin = kind == "admin"
        db.add(user)
        for role_name in ("admin", "user", ADMIN_ROLE) if kind == "admin" else (VIEWER_ROLE,):
            grant_role(db, user, rolename=role_name)
    db.commit()
    return NewAccount(name, clear, kind, generated=not password)


def _checked(password: str) -> str:
    if password and len(password) < SHORTEST:
        raise ValueError(f"a password needs at least {SHORTEST} characters")
    return password or generate_password()


def _kind(db: Session, name: str) -> Kind:
    user = orm.User.find(db, name)
    if user is None:
        return "user"
    if user.admin:
        return "admin"
    return "viewer" if any(role.name == VIEWER_ROLE for role in user.roles) else "user"
