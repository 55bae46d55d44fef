"""The taxonomy that every desk starts with."""

from __future__ import annotations

from typing import Any, Final

from nightdesk_services.marshal.access import SITEWIDE

TAXONOMY_ID: Final = 1

# class -> its subclasses, if any; names as astronomers write them on the board
_TREE: Final[dict[str, Any]] = {
    "Transient": {
        "Supernova": {
            "Ia": {"Ia-norm": {}, "Ia-91T": {}, "Ia-91bg": {}, "Iax": {}, "Ia-CSM": {}},
            "Ib/c": {"Ib": {}, "Ic": {}, "Ic-BL": {}, "Ibn": {}, "Icn": {}},
            "II": {"IIP": {}, "IIL": {}, "IIn": {}, "IIb": {}},
            "SLSN": {"SLSN-I": {}, "SLSN-II": {}},
        },
        "TDE": {},
        "Kilonova": {},
        "GRB": {},
        "FBOT": {},
        "Nova": {},
        "LRN": {},
        "ILRT": {},
    },
    "AGN": {"QSO": {}, "Seyfert": {}, "Blazar": {}, "CLAGN": {}},
    "Variable star": {
        "Pulsating": {
            "RR Lyrae": {},
            "Cepheid": {},
            "Delta Scuti": {},
            "Mira": {},
            "Semiregular": {},
        },
        "Eclipsing": {"EA": {}, "EB": {}, "EW": {}},
        "Rotational": {"RS CVn": {}, "BY Dra": {}},
        "Eruptive": {"YSO": {}, "Flare star": {}, "R CrB": {}},
        "CV": {"Dwarf nova": {}, "AM CVn": {}, "Polar": {}},
        "Long-period variable": {},
    },
    "Microlensing": {},
    "Solar system": {"Asteroid": {}, "Comet": {}, "NEO": {}},
    "Artefact": {"Bad subtraction": {}, "Cosmic ray": {}, "Satellite trail": {}, "Ghost": {}},
}


def _node(name: str, children: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = {"class": name}
    if children:
        node["subclasses"] = [_node(child, below) for child, below in children.items()]
    return node


TAXONOMY: Final[dict[str, Any]] = {
    "name": "Sitewide Taxonomy",
    "version": "1",
    "provenance": "Nightdesk",
    "isLatest": True,
    "group_ids": [SITEWIDE],
    "hierarchy": _node("Time-domain source", _TREE),
}


def problem(node: Any) -> str:
    """Return what is wrong with a hierarchy, empty if nothing is.

    Every node has the name of its class, unique in the hierarchy, and may have subclasses, which are nodes.
    """
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        name = one.get("class") if isinstance(one, dict) else None
        if not isinstance(name, str) or not name.strip():
            return "every node needs the name of its class as `class`"
        if name in seen:
            return f"the class {name!r} is there twice"
        seen.add(name)
        below = one.get("subclasses", [])
        if not isinstance(below, list):
            return f"the subclasses of {name!r} must be a list"
        waiting.extend(below)
    return ""
