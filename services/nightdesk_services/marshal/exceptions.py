"""What can go wrong in a request, each with its HTTP status and a sentence for the person."""

from __future__ import annotations


class MarshalError(Exception):
    """An error whose message is meant for the person who asked."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(MarshalError):
    """The request does not say what it must; names the field."""

    status = 400


class Unauthenticated(MarshalError):
    """Nobody is known by this token, or there is none."""

    status = 401


class Denied(MarshalError):
    """The person is known and may not."""

    status = 403


class NotFound(MarshalError):
    """No such thing, or none that this person may know of."""

    status = 404


def absent(what: str, field: str = "") -> MarshalError:
    """Return the error of what is not there, as in "no telescope 3"; `field` is what named it, if any did."""
    return Invalid(f"{field}: no {what}") if field else NotFound(f"no {what}")


class Conflict(MarshalError):
    """It contradicts what is there."""

    status = 409


class Unavailable(MarshalError):
    """A part that is needed does not answer now."""

    status = 503
