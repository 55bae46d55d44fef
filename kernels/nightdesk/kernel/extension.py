"""What the Nightdesk kernel has and a plain one has not.

The library is there without an import, Bokeh plots show without network and without
``output_notebook``, and the client's errors are one line that says what to do.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import nightdesk
from nightdesk.client.errors import NightdeskError


def load_ipython_extension(shell: Any) -> None:
    """Set a shell up; IPython calls it."""
    shell.push({"nightdesk": nightdesk}, interactive=False)
    shell.set_custom_exc((NightdeskError,), _say)
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type_by_name("bokeh.models.layouts", "LayoutDOM", _show)
    shell.events.register("pre_run_cell", _prepare)


def _say(
    shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, tb_offset: Any = None
) -> list[str]:
    """Show an error of the client by its message; what happened inside the library helps nobody."""
    lines = [f"\x1b[31m{kind.__name__}\x1b[0m: {error}"]
    shell._showtraceback(kind, str(error), lines)
    return lines


def _show(model: Any) -> str:
    from nightdesk.display.embed import embed_model

    return embed_model(model)


def _prepare(info: Any) -> None:
    """Before the first cell that names Bokeh, make its ``show`` work."""
    # importing Bokeh in vain would cost a second
    if "bokeh" not in info.raw_cell:
        return
    from nightdesk.kernel.bokeh_hook import install

    install()
