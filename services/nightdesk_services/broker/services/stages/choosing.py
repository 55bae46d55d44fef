"""Which stages take part, and which depend on one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from nightdesk_services.broker.services.stages.base import Stage, in_order


def chosen(stages: Sequence[Stage], names: Sequence[str]) -> list[Stage]:
    """Return the stages of the given names, in the order in which they run.

    Raises
    ------
    ValueError
        A name stands for no stage or is given twice, or a stage reads what only one that is left out makes.
    """
    known = {stage.name: stage for stage in stages}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            msg = f"no stage {name!r}; there are {', '.join(known)}{hint}"
            raise ValueError(msg)
        if list(names).count(name) > 1:
            msg = f"stage {name!r} is named twice"
            raise ValueError(msg)
    return in_order([known[name] for name in names])


def after(stages: Sequence[Stage], name: str) -> list[Stage]:
    """Return, of stages in order, that of a name and those that read what it makes, by way of others too."""
    found: list[Stage] = []
    for stage in stages:
        made = [pattern for one in found for pattern in one.outputs]
        if stage.name == name or any(fnmatchcase(c, pattern) for c in stage.inputs for pattern in made):
            found.append(stage)
    return found
