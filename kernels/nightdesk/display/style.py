"""Pieces of HTML that several displays use; colours are the Lab's own, with a fallback elsewhere."""

from __future__ import annotations

import html
from typing import Any

CSS = """
.nd { font: 13px/1.45 var(--jp-ui-font-family, system-ui, sans-serif);
  color: var(--jp-ui-font-color1, #222); }
.nd a { color: var(--jp-content-link-color, #0b62c4); }
.nd .nd-faint { color: var(--jp-ui-font-color2, #666); font-size: 12px; }
.nd .nd-head { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; margin-bottom: 6px; }
.nd .nd-name { font-size: 17px; font-weight: 600; }
.nd .nd-mono { font-family: var(--jp-code-font-family, monospace); font-size: 12px; }
.nd .nd-chip { border: 1px solid var(--jp-border-color1, #ccc); border-radius: 9px; padding: 0 8px;
  font-size: 12px; white-space: nowrap; }
.nd .nd-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(264px, 1fr)); gap: 10px; }
.nd .nd-card { border: 1px solid var(--jp-border-color2, #ddd); border-radius: 6px; padding: 8px;
  background: var(--jp-layout-color1, transparent); min-width: 0; }
.nd .nd-stamps { display: flex; gap: 4px; margin: 6px 0; }
.nd .nd-stamps img, .nd .nd-stamps div { width: 80px; height: 80px; border-radius: 3px; margin: 0;
  image-rendering: pixelated; background: var(--jp-layout-color2, #eee); }
.nd .nd-page { display: flex; flex-wrap: wrap; gap: 10px 18px; }
.nd .nd-curve { flex: 1 1 420px; min-width: 0; }
.nd table { border-collapse: collapse; margin: 4px 0; font-size: 12px; }
.nd th, .nd td { text-align: left; padding: 2px 12px 2px 0; border: 0; }
.nd td.nd-number { text-align: right; font-variant-numeric: tabular-nums; }
.nd .nd-bar { height: 10px; border-radius: 2px; background: var(--jp-brand-color1, #1976d2); min-width: 1px; }
"""


def page(body: str, plain: str = "") -> str:
    """Return a display: its style and its body; ``plain`` is spoken instead by a screen reader."""
    label = f' role="group" aria-label="{escape(plain)}"' if plain else ""
    return f'<style>{CSS}</style><div class="nd"{label}>{body}</div>'


def escape(value: Any) -> str:
    """Return text that is safe inside HTML and its attributes."""
    return html.escape(str(value), quote=True)


def chip(text: Any) -> str:
    """Return a small label."""
    return f'<span class="nd-chip">{escape(text)}</span>'
