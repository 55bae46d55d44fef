"""What is wrong with a pipeline, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from nightdesk.filters.errors import FilterError


class PipelineError(FilterError):
    """A pipeline that cannot be used; it names the operator and the place.

    Parameters
    ----------
    message
        What is wrong.
    place
        Way to the wrong part, such as ``[3].$project.real.$and[2].$gt``.
    """

    def __init__(self, message: str, place: str = "") -> None:
        self.place = place
        super().__init__(f"{place}: {message}" if place else message)

    def __reduce__(self) -> tuple[type[PipelineError], tuple[str, str]]:
        return type(self), (self.message.removeprefix(f"{self.place}: "), self.place)


def unknown(name: str, what: str, known: Iterable[str], place: str) -> PipelineError:
    """Return an error about an operator or stage that there is not."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.7)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return PipelineError(f"there is no {what} {name}{hint}", place)
