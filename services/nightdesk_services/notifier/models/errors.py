"""What can go wrong on the way to a reader."""

from __future__ import annotations


class DeliveryError(Exception):
    """A letter was not taken.

    Attributes
    ----------
    why
        A sentence for its reader, without secrets of the desk.
    final
        Whether trying again cannot help.
    """

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.final = final
