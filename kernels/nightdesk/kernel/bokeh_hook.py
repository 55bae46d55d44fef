"""``bokeh.io.show`` in the kernel: through our own way of embedding, which needs no network."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def install() -> None:
    """Take the place of Bokeh's own Jupyter hook, once."""
    from bokeh.io import notebook, output_notebook
    from IPython.display import HTML, display

    from nightdesk.display.embed import embed_model, loader

    def load(resources: Any, verbose: bool, hide_banner: bool, load_timeout: int) -> None:
        """Do nothing: the first plot brings BokehJS."""

    def show_doc(obj: Any, state: Any, notebook_handle: Any) -> Any:
        if notebook_handle:
            # a handle streams into the plot: that is Bokeh's own affair, once its script is there
            display(HTML(loader()))
            return notebook.show_doc(obj, state, notebook_handle)
        display(HTML(embed_model(obj)))
        return None

    notebook.install_notebook_hook("jupyter", load, show_doc, notebook.show_app, overwrite=True)
    output_notebook(hide_banner=True)
