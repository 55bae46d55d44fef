"""Numbers for things that go by a name here and by a number in SkyPortal."""

from __future__ import annotations

from hashlib import blake2b


def number(name: str) -> int:
    """Return a number that stays with a name; below 2**53, as browsers need."""
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big")
