"""Sphinx configuration."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Nightdesk"
author = "The Nightdesk developers"
copyright = "2026, the Nightdesk developers"
extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "benchmarks",
    "conformance",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "pydata_sphinx_theme"
html_theme_options = {"navigation_with_keys": False, "show_toc_level": 2}
html_title = "Nightdesk"
autodoc_typehints = "description"
exclude_patterns = ["**/README.md"]
suppress_warnings = ["myst.xref_missing"]
