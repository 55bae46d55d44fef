"""ZTF's public alert schema, field by field, in a compact form; Rubin's is read from a package.

A record is a line of ``name:type``, separated by spaces; a trailing ``?`` makes the field nullable with
default null, ``??`` nullable without a default, ``=0`` nullable with default 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

ZTF_VERSIONS: Final = ("3.3", "4.02")
LSST_VERSIONS: Final = ("10.0", "11.1")

Schema = dict[str, Any]

_TYPES = {"i": "int", "l": "long", "f": "float", "d": "double", "s": "string"}

_PHOTOMETRY = (
    "jd:d fid:i pid:l diffmaglim:f? pdiffimfilename:s? programpi:s? programid:i candid:l isdiffpos:s "
    "tblid:l? nid:i? rcid:i? field:i? xpos:f? ypos:f? ra:d dec:d magpsf:f sigmapsf:f chipsf:f? magap:f? "
    "sigmagap:f? distnr:f? magnr:f? sigmagnr:f? chinr:f? sharpnr:f? sky:f? magdiff:f? fwhm:f? classtar:f? "
    "mindtoedge:f? magfromlim:f? seeratio:f? aimage:f? bimage:f? aimagerat:f? bimagerat:f? elong:f? "
    "nneg:i? nbad:i? rb:f? ssdistnr:f? ssmagnr:f? ssnamenr:s? sumrat:f? magapbig:f? sigmagapbig:f? ranr:d "
    "decnr:d "
)


def _ps1(rank: int) -> str:
    return " ".join(f"s{band}mag{rank}:f?" for band in "griz") + f" sgscore{rank}:f? distpsnr{rank}:f? "


_CANDIDATE = (
    _PHOTOMETRY
    + _ps1(1)
    + "ndethist:i ncovhist:i jdstarthist:d? jdendhist:d? scorr:d? tooflag:i=0 objectidps1:l? objectidps2:l? "
    + _ps1(2)
    + "objectidps3:l? "
    + _ps1(3)
    + "nmtchps:i rfid:l jdstartref:d jdendref:d nframesref:i rbversion:s dsnrms:f? ssnrms:f? dsdiff:f? "
    "magzpsci:f? "
    "magzpsciunc:f? magzpscirms:f? nmatches:i clrcoeff:f? clrcounc:f? zpclrcov:f? zpmed:f? clrmed:f? "
    "clrrms:f? neargaia:f? neargaiabright:f? maggaia:f? maggaiabright:f? exptime:f? drb:f? drbversion:s"
)
# an earlier point may be an upper limit, which has no candidate
_LIMITS = ("candid", "isdiffpos", "ra", "dec", "magpsf", "sigmapsf", "ranr", "decnr")
_PRV_CANDIDATE = (
    " ".join(f"{item}??" if item.split(":")[0] in _LIMITS else item for item in _PHOTOMETRY.split())
    + " scorr:d? magzpsci:f? magzpsciunc:f? magzpscirms:f? clrcoeff:f? clrcounc:f? rbversion:s"
)
_FP_HIST = (
    "field:i? rcid:i? fid:i pid:l rfid:l sciinpseeing:f? scibckgnd:f? scisigpix:f? magzpsci:f? "
    "magzpsciunc:f? magzpscirms:f? clrcoeff:f? clrcounc:f? exptime:f? adpctdif1:f? adpctdif2:f? "
    "diffmaglim:f? programid:i jd:d forcediffimflux:f? forcediffimfluxunc:f? procstatus:s? distnr:f? "
    "ranr:d decnr:d magnr:f? sigmagnr:f? chinr:f? sharpnr:f?"
)


def _fields(text: str, null_last: bool) -> Iterable[Schema]:
    for item in text.split():
        name, kind = item.split(":")
        plain = _TYPES[kind[0]]
        union = [plain, "null"] if null_last else ["null", plain]
        match kind[1:]:
            case "":
                yield {"name": name, "type": plain}
            case "?":
                yield {"name": name, "type": union, "default": None}
            case "??":
                yield {"name": name, "type": union}
            case default:
                yield {"name": name, "type": union, "default": int(default[1:])}


@cache
def ztf(version: str) -> Schema:
    """Return ZTF's alert schema.

    Parameters
    ----------
    version
        ``3.3``, or ``4.02`` which adds the forced photometry ``fp_hists`` and puts null first in its unions.

    Raises
    ------
    ValueError
        If there is no such version here.
    """
    if version not in ZTF_VERSIONS:
        msg = f"no ZTF schema {version!r} here; there are {', '.join(ZTF_VERSIONS)}"
        raise ValueError(msg)
    null_last = version == "3.3"

    def record(name: str, fields: Iterable[Schema]) -> Schema:
        return {"type": "record", "name": f"ztf.alert.{name}", "version": version, "fields": list(fields)}

    def optional(name: str, inner: Any) -> Schema:
        return {"name": name, "type": [inner, "null"] if null_last else ["null", inner], "default": None}

    def many(name: str, fields: str) -> Schema:
        return {"type": "array", "items": record(name, _fields(fields, null_last))}

    stamp = record("cutout", [{"name": "fileName", "type": "string"}, {"name": "stampData", "type": "bytes"}])
    fields: list[Schema] = [
        *({"name": name, "type": "string"} for name in ("schemavsn", "publisher", "objectId")),
        {"name": "candid", "type": "long"},
        {"name": "candidate", "type": record("candidate", _fields(_CANDIDATE, null_last))},
        optional("prv_candidates", many("prv_candidate", _PRV_CANDIDATE)),
    ]
    if version != "3.3":
        fields.append(optional("fp_hists", many("fp_hist", _FP_HIST)))
    fields.append(optional("cutoutScience", stamp))
    fields += [optional(f"cutout{kind}", stamp["name"]) for kind in ("Template", "Difference")]
    return {"type": "record", "name": "ztf.alert", "version": version, "fields": fields}
