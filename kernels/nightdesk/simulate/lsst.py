"""Rubin packets: Avro records framed as by Confluent's registry, with the schemas of a package."""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nightdesk.alerts.framing import schema_file
from nightdesk.simulate import draws, fits, names, quality
from nightdesk.simulate.avro import RecordEncoder, array, binary, varint
from nightdesk.simulate.cadence import Field, Ints, Visits
from nightdesk.simulate.classes import INDEX
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.images import FWHM, Exposure, draw, psf
from nightdesk.simulate.instruments import LSST, TAI_MINUS_UTC
from nightdesk.simulate.light import Seen
from nightdesk.simulate.models import BANDS, SLOPE, microjansky
from nightdesk.simulate.orbits import mpc_orbits, ss_source
from nightdesk.simulate.packets import Identified, history
from nightdesk.simulate.tables import Table, size, take
from nightdesk.surveys import SURVEYS

NANOJANSKY: Final = 1000.0
"""nJy in a µJy."""
_SOME, _NONE = b"\x02", b"\x00"
_PSF, _PSF_TEMPLATE = 41, 55


class LsstPackets:
    """Writes the alerts of a visit as packets of one schema version."""

    def __init__(self, version: str, seed: int) -> None:
        from fastavro.schema import load_schema

        self.version, self.seed = version, seed
        major, minor = (int(part) for part in version.split("."))
        self._frame = struct.pack(">bI", 0, major * 100 + minor)
        schema: Any = load_schema(str(schema_file(major * 100 + minor, SURVEYS["LSST"])))
        found = _records(schema)
        self._source = RecordEncoder(found["diaSource"])
        self._forced_source = RecordEncoder(found["diaForcedSource"])
        self._object = RecordEncoder(found["diaObject"])
        self._ss_source = RecordEncoder(found["ssSource"])
        self._orbit = RecordEncoder(found["mpc_orbits"])
        self._names = {field.name for field in self._source.fields}
        scale = LSST.pixel / 3600.0
        wcs: dict[str, fits.Value] = {
            "EXTEND": True,
            "ROTPA": 0.0,
            "BUNIT": "nJy",
            "WCSAXES": 2,
            "RADESYS": "ICRS",
        }
        wcs |= {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg"}
        self._image = fits.image((LSST.stamp, LSST.stamp), -32, wcs | {"CDELT1": -scale, "CDELT2": scale})
        uncertainty: dict[str, fits.Value] = {"UTYPE": "VarianceUncertainty", "EXTNAME": "UNCERT"}
        self._variance = fits.image((LSST.stamp, LSST.stamp), -32, uncertainty, extension=True)

    def identify(self, seen: Seen, field: Field, night: int, slot: int) -> Identified:
        """Return the ids of the alerts of a visit; a Solar System object goes by its own."""
        found = names.rubin_object(names.object_numbers(seen.table, field, night, slot), self.seed)
        rocks = seen.table["kind"] == INDEX["Asteroid"]
        listed = zip(found.tolist(), _ss_ids(seen.table).tolist(), rocks.tolist(), strict=True)
        ids = [f"sso{ss}" if rock else str(dia) for dia, ss, rock in listed]
        return Identified(ids, names.rubin_source(seen.visits.take(slice(-1, None)), seen.table))

    def write(self, seen: Seen, ids: Identified, field: Field) -> list[bytes]:
        """Write the packets of the alerts of the last visit."""
        table, number = seen.table, size(seen.table)
        rocks = table["kind"] == INDEX["Asteroid"]
        objects = np.array([0 if name.startswith("sso") else int(name) for name in ids.name], dtype=np.int64)
        now = np.full(number, len(seen.visits) - 1)
        columns = self._points(seen, objects, np.arange(number), now)
        sources = self._sources(columns, number)
        previous, forced = self._history(seen, objects), self._forced(seen, objects)
        summary = self._object.encode(self._summary(seen, objects), number)
        solar = take(table, np.flatnonzero(rocks))
        place = {name: columns[name][rocks] for name in ("ra", "dec", "diaSourceId", "ssObjectId")}
        moving = iter(
            self._ss_source.encode(ss_source(solar, place, float(seen.visits.mjd[-1])), size(solar))
        )
        orbits = iter(self._orbit.encode(mpc_orbits(solar), size(solar)))
        stamps = self._stamps(seen, columns)
        reason = _SOME + binary(b"field_survey_science") + _SOME + binary(b"lowdust")
        packets = []
        for i in range(number):
            parts = [self._frame, varint(int(ids.candid[i])), reason, sources[i]]
            if rocks[i]:
                parts += [_NONE, _NONE, _NONE, _SOME, next(moving), _SOME, next(orbits)]
            else:
                parts += [_SOME + array(previous[i]) if previous[i] else _NONE]
                parts += [_SOME + array(forced[i]) if forced[i] else _NONE]
                parts += [_SOME, summary[i], _NONE, _NONE]
            for pictures in stamps:
                parts += [_SOME, binary(pictures[i])]
            packets.append(b"".join(parts))
        return packets

    def _points(self, seen: Seen, objects: Ints, rows: Ints, at: Ints) -> dict[str, Any]:
        """Return the fields of detections; `rows`, `at` are objects and visits."""
        table, visits = take(seen.table, rows), seen.visits.take(at)
        flux, error = seen.flux[rows, at] * NANOJANSKY, seen.error[rows, at] * NANOJANSKY
        kind, keys = table["kind"], draws.key(table["key"], visits.key)
        snr = np.abs(flux) / error
        rocks, dipole = kind == INDEX["Asteroid"], kind == INDEX["Dipole"]
        cosmic, hot, edge = (kind == INDEX[label] for label in ("Cosmic ray", "Hot pixel", "Edge"))
        sigma = visits.seeing / FWHM
        blur = np.clip(visits.seeing / 2.0 / snr, 0.008, None)  # arcsec
        noise = [draws.normal(keys, stream) for stream in range(51, 57)]
        ra = (table["ra"] + blur * noise[0] / 3600.0 / np.cos(np.radians(table["dec"]))) % 360.0
        dec = table["dec"] + blur * noise[1] / 3600.0
        wide = quality.width(kind, sigma, keys)
        tilt = np.pi * draws.uniform(keys, 61)
        skew = 0.02 + 0.3 * (quality.elongation(kind, keys) - 1.0)
        under = _template_flux(table, visits)
        template_error = error * 0.06
        reliability = quality.score(kind, snr, keys, 62, 1.5)
        processed = visits.mjd + TAI_MINUS_UTC + 0.0021
        trail = np.where(rocks, np.hypot(_zero(table["rate_ra"]), _zero(table["rate_dec"])) / 120.0, 0.5)
        columns: dict[str, Any] = {
            "diaSourceId": names.rubin_source(visits, table),
            "visit": names.rubin_visit(visits.night, visits.slot),
            "detector": table["chip"] % 189,
            "diaObjectId": objects[rows],
            "ssObjectId": np.where(rocks, _ss_ids(table), 0),
            "parentDiaSourceId": 0,
            "midpointMjdTai": _midpoint(visits),
            "exposureTime": LSST.exposure,
            "ra": ra,
            "raErr": blur / 3600.0,
            "dec": dec,
            "decErr": blur / 3600.0,
            "ra_dec_Cov": (blur / 3600.0) ** 2 * 0.05 * noise[2],
            "x": table["x"] - blur * noise[0] / LSST.pixel,
            "xErr": blur / LSST.pixel,
            "y": table["y"] + blur * noise[1] / LSST.pixel,
            "yErr": blur / LSST.pixel,
            "centroid_flag": dipole & (noise[3] > 1.0),
            "apFlux": flux + 1.6 * error * noise[3],
            "apFluxErr": 1.6 * error,
            "isNegative": flux < 0,
            "snr": snr * 1.02,
            "psfFlux": flux,
            "psfFluxErr": error,
            "psfChi2": 1681.0 * (1.0 + np.where(quality.REAL[kind], 0.0, 0.35) + 0.035 * noise[4]),
            "psfNdata": 1681,
            "trailFlux": flux * 1.02,
            "trailFluxErr": error * 0.05,
            "trailRa": ra,
            "trailDec": dec,
            "trailLength": trail * np.exp(0.2 * noise[5]),
            "trailAngle": np.degrees(tilt) - 90.0,
            "trailNdata": 0,
            "trailAlgorithm": 1,
            "dipoleMeanFlux": np.where(dipole, np.abs(flux) * 2.3, np.nan),
            "dipoleMeanFluxErr": np.where(dipole, error, np.nan),
            "dipoleFluxDiff": np.where(dipole, flux, np.nan),
            "dipoleFluxDiffErr": np.where(dipole, error, np.nan),
            "dipoleLength": np.where(dipole, 0.35 * visits.seeing, np.nan),
            "dipoleAngle": np.where(dipole, np.degrees(tilt), np.nan),
            "dipoleChi2": np.where(dipole, 1900.0 + 100.0 * noise[4], np.nan),
            "dipoleNdata": np.where(dipole, 1681, 0),
            "scienceFlux": under + flux + 0.3 * error * noise[2],
            "scienceFluxErr": error * 1.01,
            "templateFlux": under + template_error * noise[3],
            "templateFluxErr": template_error,
            "ixx": wide**2 * (1.0 + skew * np.cos(2 * tilt)),
            "iyy": wide**2 * (1.0 - skew * np.cos(2 * tilt)),
            "ixy": wide**2 * skew * np.sin(2 * tilt),
            "ixxPSF": sigma**2 * 1.01,
            "iyyPSF": sigma**2 * 0.99,
            "ixyPSF": sigma**2 * 0.01,
            "extendedness": np.clip(np.abs(wide / sigma - 1.02) * 2.0, 0.0, 1.0),
            "reliability": reliability,
            "reliabilityVersion": "v1",
            "band": np.array(LSST.bands, dtype="S1")[visits.band],
            "isDipole": dipole,
            "dipoleFitAttempted": dipole,
            "timeProcessedMjdTai": processed,
            "bboxSize": (18 + 6 * np.log10(snr) + 4 * dipole).astype(int),
            "pixelFlags": edge,
            "pixelFlags_bad": hot & (noise[3] > -1.0),
            "pixelFlags_cr": cosmic & (noise[3] > -0.8),
            "pixelFlags_crCenter": cosmic & (noise[3] > 0.2),
            "pixelFlags_edge": edge,
            "pixelFlags_nodata": edge & (noise[4] > 0.0),
            "pixelFlags_interpolated": hot | cosmic,
            "pixelFlags_interpolatedCenter": (hot | cosmic) & (noise[4] > 0.3),
            "pixelFlags_saturated": dipole & (table["star"] < 15.5),
        }
        for name in self._names:
            if name not in columns and ("flag" in name.lower() or name == "glint_trail"):
                columns[name] = False
        return {name: values for name, values in columns.items() if name in self._names}

    def _history(self, seen: Seen, objects: Ints) -> list[list[bytes]]:
        """Return the earlier detections of each object within the window, oldest first."""
        since = seen.visits.mjd[-1] - LSST.window
        rows, at = np.nonzero(seen.detected[:, :-1] & (seen.visits.mjd[:-1] >= since))
        points = self._sources(self._points(seen, objects, rows, at), len(rows))
        return history(points, rows, len(objects))

    def _sources(self, columns: dict[str, Any], number: int) -> NDArray[np.object_]:
        """Encode detections; those with and without a dipole apart, since that decides what is null."""
        found = np.empty(number, dtype=object)
        for same in (columns["isDipole"], ~columns["isDipole"]):
            mine = {k: v[same] if isinstance(v, np.ndarray) else v for k, v in columns.items()}
            found[same] = self._source.encode(mine, int(same.sum()))
        return found

    def _forced(self, seen: Seen, objects: Ints) -> list[list[bytes]]:
        """Return forced photometry of the month before, from the night after the first detection on."""
        visits = seen.visits
        first = visits.night[np.argmax(seen.detected, axis=1)]
        known = visits.night[None, :-1] > first[:, None]
        rows, at = np.nonzero(known & (visits.mjd[:-1] >= visits.mjd[-1] - 30.0))
        table, past = take(seen.table, rows), visits.take(at)
        error = seen.error[rows, at] * NANOJANSKY
        flux = seen.flux[rows, at] * NANOJANSKY
        columns = {
            "diaForcedSourceId": names.rubin_forced(past, table["number"]),
            "diaObjectId": objects[rows],
            "ra": table["ra"],
            "dec": table["dec"],
            "visit": names.rubin_visit(past.night, past.slot),
            "detector": table["chip"] % 189,
            "psfFlux": flux,
            "psfFluxErr": error,
            "midpointMjdTai": _midpoint(past),
            "scienceFlux": flux + _template_flux(table, past),
            "scienceFluxErr": error * 1.01,
            "band": np.array(LSST.bands, dtype="S1")[past.band],
            "timeProcessedMjdTai": past.mjd + TAI_MINUS_UTC + 0.0021,
        }
        points = np.empty(len(rows), dtype=object)
        points[:] = self._forced_source.encode(columns, len(rows))
        return history(points, rows, len(objects))

    def _summary(self, seen: Seen, objects: Ints) -> dict[str, Any]:
        """Return the diaObject of each alert: what its detections so far amount to, band by band."""
        table, visits, detected = seen.table, seen.visits, seen.detected
        midpoint = _midpoint(visits)
        columns: dict[str, Any] = {
            "diaObjectId": objects,
            "validityStartMjdTai": float(midpoint[-1]) + 0.0022,
            "ra": table["ra"],
            "raErr": 1e-5,
            "dec": table["dec"],
            "decErr": 1e-5,
            "ra_dec_Cov": 0.0,
            "firstDiaSourceMjdTai": midpoint[np.argmax(detected, axis=1)],
            "lastDiaSourceMjdTai": float(midpoint[-1]),
            "nDiaSources": detected.sum(axis=1),
        }
        for number, band in enumerate(LSST.bands):
            mine = visits.band == number
            known = detected[:, mine]
            count = known.sum(axis=1)
            columns[f"{band}_psfFluxNdata"] = count
            if not count.any():
                continue
            flux = np.where(known, seen.flux[:, mine] * NANOJANSKY, np.nan)
            error = np.where(known, seen.error[:, mine] * NANOJANSKY, np.nan)
            weight = np.nan_to_num(error**-2.0)
            some = np.where(count > 0, 1.0, np.nan)
            total = np.where(count > 0, weight.sum(axis=1), 1.0)
            mean = (weight * np.nan_to_num(flux)).sum(axis=1) / total * some
            scatter = np.sqrt(
                np.nan_to_num((flux - mean[:, None]) ** 2).sum(axis=1) / np.maximum(count - 1, 1)
            )
            science = _template_flux(table, visits.take(np.flatnonzero(mine)[:1])) + mean
            columns |= {
                f"{band}_psfFluxMean": mean,
                f"{band}_psfFluxMeanErr": total**-0.5 * some,
                f"{band}_psfFluxSigma": np.where(count > 1, scatter, np.nan),
                f"{band}_scienceFluxMean": science,
                f"{band}_scienceFluxMeanErr": total**-0.5 * some,
                f"{band}_psfFluxMin": np.where(known, flux, np.inf).min(axis=1) * some,
                f"{band}_psfFluxMax": np.where(known, flux, -np.inf).max(axis=1) * some,
                f"{band}_psfFluxErrMean": np.nan_to_num(error).sum(axis=1) / np.maximum(count, 1) * some,
            }
        return columns

    def _stamps(self, seen: Seen, columns: dict[str, Any]) -> list[list[bytes]]:
        """Return difference, science and template pictures: FITS with variance and point-spread function."""
        last = seen.visits.take(slice(-1, None))
        band, seeing = int(last.band[0]), float(last.seeing[0]) / LSST.pixel
        error = float(last.error[0]) * NANOJANSKY
        noise = error / (np.sqrt(4 * np.pi) * seeing / FWHM)
        exposure = Exposure(
            band=BANDS.index(LSST.bands[band]),
            key=int(last.key[0]),
            unit=NANOJANSKY,
            seeing=seeing,
            sky=0.0,
            noise=noise,
            gain=LSST.gain[band],
            pixel=LSST.pixel,
            size=LSST.stamp,
            chip_pixels=LSST.chip_pixels,
        )
        stamps = draw(seen.table, seen.flux[:, -1], exposure)
        kernels = [
            self._psf_image(seeing, _PSF),
            self._psf_image(seeing, _PSF),
            self._psf_image(seeing * 0.93, _PSF_TEMPLATE),
        ]
        headers = [self._header(columns, i) for i in range(len(seen.flux))]
        found = []
        for images, kernel, depth in zip(
            (stamps.difference, stamps.science, stamps.template), kernels, (1.05, 1.0, 0.05), strict=True
        ):
            bright = np.nan_to_num(np.maximum(stamps.science, 0.0)) / LSST.gain[band]
            variance = ((noise**2 + bright) * depth).astype(np.float32)
            found.append(
                [
                    head + fits.data(image) + self._variance + fits.data(spread) + kernel
                    for head, image, spread in zip(headers, images, variance, strict=True)
                ]
            )
        return found

    def _psf_image(self, seeing: float, pixels: int) -> bytes:
        grid = (np.arange(pixels) - pixels // 2)[None, :].astype(float)
        head = fits.image((pixels, pixels), -64, {"EXTNAME": "PSFIMAGE"}, extension=True)
        return head + fits.data(psf(grid, grid, seeing, np.ones(1))[0])

    def _header(self, columns: dict[str, Any], i: int) -> bytes:
        x, y = float(columns["x"][i]), float(columns["y"][i])
        corner = [int(np.floor(place)) - LSST.stamp // 2 for place in (x, y)]
        cards: dict[str, fits.Value] = {
            "CUTMINX": corner[0],
            "CUTMINY": corner[1],
            "CRPIX1": round(x - corner[0] + 1.0, 6),
            "CRPIX2": round(y - corner[1] + 1.0, 6),
            "CRVAL1": round(float(columns["ra"][i]), 9),
            "CRVAL2": round(float(columns["dec"][i]), 9),
        }
        return fits.extended(self._image, cards)


def _midpoint(visits: Visits) -> Floats:
    middle: Floats = visits.mjd + LSST.exposure / 2.0 / 86400.0 + TAI_MINUS_UTC
    return middle


def _ss_ids(table: Table) -> Ints:
    found: Ints = (20_000_000_000_000_000 + table["key"] % np.uint64(10**15)).astype(np.int64)
    return found


def _zero(values: Floats) -> Floats:
    return np.nan_to_num(values)


def _template_flux(table: Table, visits: Visits) -> Floats:
    """Return what lies under the object in the template, nJy, in the band of each visit."""
    slope = SLOPE[visits.band]
    star = np.nan_to_num(microjansky(table["star"] + table["colour"] * slope))
    nucleus = np.exp(-np.hypot(table["host_x"], table["host_y"]) / table["host_size"])
    galaxy = np.nan_to_num(microjansky(table["host"] + 0.65 * slope) * nucleus * 0.2)
    total: Floats = (star + galaxy) * NANOJANSKY
    return total


def _records(schema: Any) -> dict[str, Any]:
    """Return the record schemas within the alert's, by their short names."""
    found: dict[str, Any] = {}
    for field in schema["fields"]:
        for kind in field["type"] if isinstance(field["type"], list) else [field["type"]]:
            inner = kind["items"] if isinstance(kind, dict) and kind.get("type") == "array" else kind
            if isinstance(inner, dict) and inner.get("type") == "record":
                found[inner["name"].rsplit(".", 1)[-1]] = inner
    return found
