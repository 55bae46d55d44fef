"""The OpenAPI document as a page for people: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

Schema = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f5f7fa; --dim: #5b6472; --link: #1a5fb4;
  --get: #1c7c54; --post: #1a5fb4; --put: #8a5a00; --patch: #8a5a00; --delete: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --line: #3a3f4a; --soft: #1d2027;
  --dim: #a3abb8; --link: #8ab4f8;
  --get: #6fcf97; --post: #8ab4f8; --put: #f2c46d; --patch: #f2c46d; --delete: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 14rem minmax(0, 1fr);
  font: 15px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1rem; background: var(--soft);
  border-right: 1px solid var(--line); }
nav a { display: block; padding: .15rem 0; color: inherit; text-decoration: none; }
nav a:hover { color: var(--link); }
nav small { color: var(--dim); float: right; }
main { max-width: 60rem; padding: 1.5rem 2rem 6rem; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; text-transform: capitalize; }
a { color: var(--link); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
summary { padding: .45rem .75rem; cursor: pointer; display: flex; gap: .75rem; align-items: baseline; }
summary:focus-visible, nav a:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
summary b { width: 3.8rem; flex: none; font-size: .8rem; letter-spacing: .03em; }
summary code { flex: none; overflow-wrap: anywhere; }
summary span { color: var(--dim); margin-left: auto; text-align: right; }
.inner { padding: 0 .75rem .75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { color: var(--dim); font-weight: 500; }
code { font: 13px/1.5 ui-monospace, monospace; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }
@media (max-width: 45rem) { body { display: block; } nav { position: static; height: auto; }
  summary { flex-wrap: wrap; } summary span { margin-left: 0; text-align: left; } }
"""


def page(document: Schema) -> str:
    """Return a page of all operations, by area."""
    areas: dict[str, list[tuple[str, str, Schema]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            areas[operation["tags"][0]].append((path, method, operation))
    links = "".join(
        f'<a href="#{escape(name)}">{escape(name)} <small>{len(areas[name])}</small></a>'
        for name in sorted(areas)
    )
    schemas = document["components"]["schemas"]
    parts = "".join(
        f'<h2 id="{escape(name)}">{escape(name)}</h2>'
        + "".join(_operation(*one, schemas) for one in areas[name])
        for name in sorted(areas)
    )
    info = document["info"]
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f'<body><nav aria-label="Areas">{links}</nav><main><h1>{title} {escape(info["version"])}</h1>'
        f'<p>{escape(info["description"])} Machines read <a href="openapi.json">openapi.json</a>.</p>'
        f"{parts}</main></body></html>"
    )


def _operation(path: str, method: str, operation: Schema, schemas: Schema) -> str:
    rows = [
        (one["name"], one["in"], one["schema"], one.get("required", False)) for one in operation["parameters"]
    ]
    body = operation.get("requestBody")
    if body:
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        needed = schemas[name].get("required", ())
        rows += [(k, "body", v, k in needed) for k, v in schemas[name].get("properties", {}).items()]
    table = "".join(
        f"<tr><td><code>{escape(name)}</code>{' *' if needed else ''}</td><td>{where}</td>"
        f"<td>{escape(str(schema['type']) if schema.get('maximum') == 10**15 else _type(schema))}</td></tr>"
        for name, where, schema, needed in rows
    )
    head = "<tr><th>field</th><th>in</th><th>what (* must be given)</th></tr>"
    acl = f", ACL <i>{escape(operation['x-acl'])}</i>" if operation["x-acl"] else ""
    return (
        f'<details><summary><b class="{method}">{method.upper()}</b><code>{escape(path)}</code>'
        f"<span>{escape(operation['summary'])}</span></summary><div class=inner>"
        f"<p>Scope <code>{escape(operation['x-scope'])}</code>{acl}</p>"
        f"{f'<table>{head}{table}</table>' if rows else ''}</div></details>"
    )


def _type(schema: Schema) -> str:
    return " or ".join(dict.fromkeys(_types(schema))) + (
        f", default {json.dumps(schema['default'])}" if schema.get("default") not in (None, []) else ""
    )


def _types(schema: Schema) -> Iterator[str]:
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            if one.get("type") != "null":
                yield from _types(one)
    elif "enum" in schema:
        yield ", ".join(map(str, schema["enum"]))
    elif "$ref" in schema:
        yield str(schema["$ref"]).rpartition("/")[2]
    elif schema.get("type") == "array":
        yield "list of " + " or ".join(_types(schema.get("items", {})))
    else:
        low, high = (schema.get(name) for name in ("minimum", "maximum"))
        span = f" from {low}" if low is not None else ""
        span += f" to {high}" if high is not None else ""
        yield f"{schema.get('format') or schema.get('type') or schema.get('const') or 'anything'}{span}"
