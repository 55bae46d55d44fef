"""Lists of a target and its offset stars as telescopes read them.

Keck: name in columns 1-15, position from column 17, ``HH MM SS.SS +DD MM SS.SS equinox keyword=value``
(https://www2.keck.hawaii.edu/observing/starlist.html). Shane: the same behind a line that names the columns
(https://mthamilton.ucolick.org/techdocs/telescopes/Shane/coords/). P200: positions with colons, comments
behind ``!``. P200-NGPS: comma-separated values with a heading. The details follow SkyPortal, whose users have
their scripts for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from nightdesk_services.marshal.services.finders.offsets import Offset, Target
from nightdesk_services.marshal.services.finders.sexagesimal import sexagesimal

Line = dict[str, Any]

NGPS_HEADING: Final = (
    "NAME,RA,DECL,OFFSET_RA,OFFSET_DEC,COMMENT,PRIORITY,BINSPAT,BINSPECT,SLITANGLE,SLITWIDTH,AIRMASS_MAX,"
    "WRANGE_LOW,WRANGE_HIGH,CHANNEL,MAGNITUDE,MAGFILTER,EXPTIME,NEXP"
)
_NGPS: Final = "P200-NGPS"


@dataclass(frozen=True)
class Form:
    """How one telescope's lists are written."""

    separator: str
    """Between hours, minutes and seconds."""
    comment: str
    """Begins a comment."""
    offsets: bool
    """Whether the telescope reads offsets from keywords."""
    name_size: int
    heading: str = ""


FORMS: Final = {
    "Keck": Form(" ", "#", True, 15),
    "P200": Form(":", "!", False, 20),
    "Shane": Form(
        " ",
        "#",
        True,
        15,
        "!Data {name %16} ra_h ra_m ra_s dec_d dec_m dec_s equinox keyval {comment *}",
    ),
    _NGPS: Form(":", "", True, 20),
}


def starlist(facility: str, target: Target, offsets: Sequence[Offset]) -> list[Line]:
    """Return the lines of a list: ``str`` is the text, further fields say the same in numbers."""
    form = FORMS[facility]
    name = short(target.name, form.name_size)
    own = {"name": name, "ra": target.ra, "dec": target.dec}
    lines: list[Line] = [{"str": form.heading}] if form.heading else []
    lines.append({"str": _target_line(facility, form, target, name)} | own)
    stem = short(target.name, form.name_size - 3)
    for i, offset in enumerate(offsets, start=1):
        star = f"{stem}_o{i}"
        lines.append(
            {
                "str": _star_line(facility, form, target, star, offset),
                "name": star,
                "ra": offset.star.ra,
                "dec": offset.star.dec,
                "dras": east_west(offset),
                "ddecs": north_south(offset),
                "mag": offset.star.mag,
                "pa": round(offset.angle, 2),
            }
        )
    return lines


def text(facility: str, lines: Sequence[Line]) -> str:
    """Return a whole list as a file has it."""
    heading = [NGPS_HEADING] if facility == _NGPS else []
    return "\n".join([*heading, *(line["str"] for line in lines)])


def east_west(offset: Offset) -> str:
    """Return the way to the target along right ascension, as in ``12.345" E``."""
    return f'{abs(offset.east):.3f}" {"E" if offset.east >= 0 else "W"}'


def north_south(offset: Offset) -> str:
    """Return the way to the target along declination."""
    return f'{abs(offset.north):.3f}" {"N" if offset.north >= 0 else "S"}'


def short(name: str, size: int) -> str:
    """Return a name that fits: without blanks, else without its survey's letters, else its end."""
    bare = re.sub(r"\s", "", name)
    if len(bare) > size:
        bare = re.sub(r"^[A-Za-z]{3}(?=\d)", "", bare)
    return bare[-size:]


def _target_line(facility: str, form: Form, target: Target, name: str) -> str:
    place = _place(target.ra, target.dec, form.separator)
    if facility == _NGPS:
        return _ngps(name, place, target, ("", "", target.comment))
    notes = [f"source_name={target.name}"]
    notes += [f"priority={target.priority}"] if target.priority else []
    notes += [_plain(target.comment)] if target.comment else []
    return f"{name:<{form.name_size}} {place} 2000.0  {form.comment} {'; '.join(notes)}"


def _star_line(facility: str, form: Form, target: Target, name: str, offset: Offset) -> str:
    star = offset.star
    place = _place(star.ra, star.dec, form.separator)
    if facility == _NGPS:
        way = (f"{offset.east:.3f}", f"{offset.north:.3f}", f"offset star of {target.name}")
        return _ngps(name, place, target, way)
    keywords = f"raoffset={offset.east:.3f} decoffset={offset.north:.3f} " if form.offsets else ""
    notes = [f'dist={offset.distance:.2f}"']
    notes += [] if star.mag is None else [f"{star.mag:.2f} mag"]
    notes += [f"{east_west(offset)}, {north_south(offset)}", f"ID={_plain(star.name)}"]
    return f"{name:<{form.name_size}} {place} 2000.0 {keywords}{form.comment} {'; '.join(notes)}"


def _ngps(name: str, place: str, target: Target, way: tuple[str, str, str]) -> str:
    """Return a row for the Next Generation Palomar Spectrograph, with its usual settings.

    Parameters
    ----------
    way
        Arcsec to the east and to the north, and a comment.
    """
    ra, _, dec = place.partition(" ")
    east, north, note = way
    note = _plain(note).replace(",", ";").replace('"', "'")
    brightness = "" if target.mag is None else f"{target.mag:.2f}"
    band = target.band[-1:].upper()
    settings = "2,3,PA,1.5,2.5,650,680,R"
    return ",".join(
        [name, ra, dec, east, north, note, target.priority, settings, brightness, band, "SNR 5,1"]
    )


def _place(ra: float, dec: float, separator: str) -> str:
    return " ".join(part.replace(":", separator) for part in sexagesimal(ra, dec, 2, 2))


def _plain(words: str) -> str:
    """Return words of one line: whoever writes a comment shall not write lines of a telescope's list."""
    return " ".join(re.sub(r"[^\x20-\x7e]", " ", words).split())[:200]
