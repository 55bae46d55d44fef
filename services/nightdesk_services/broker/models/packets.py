"""Packets as they come off the stream, and those that could not be used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packet:
    """One message of the stream."""

    payload: bytes
    topic: str = ""
    partition: int = -1
    offset: int = -1
    arrived: float | None = None
    """Unix time at which the stream took it, where that is known."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A packet for the quarantine."""

    packet: Packet
    reason: str
    survey: str | None = None

    @property
    def digest(self) -> str:
        """Identity of the payload in the quarantine."""
        return digest(self.packet.payload)


def digest(payload: bytes) -> str:
    """Return the SHA-256 of a payload in hexadecimal."""
    return hashlib.sha256(payload).hexdigest()
