"""ZTF packets: Avro object container files of one alert each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nightdesk.simulate import draws, fits, names, quality, schemas, surroundings
from nightdesk.simulate.avro import RecordEncoder, array, binary, container, varint
from nightdesk.simulate.cadence import JD_MINUS_MJD, Field, Ints, Visits
from nightdesk.simulate.classes import INDEX
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.images import Exposure, draw
from nightdesk.simulate.instruments import ZTF
from nightdesk.simulate.light import NO_OVERLAP, Seen
from nightdesk.simulate.models import SLOPE
from nightdesk.simulate.packets import Identified, history
from nightdesk.simulate.tables import Table, size, take

PUBLISHER: Final = "ZTF (www.ztf.caltech.edu)"
_BANDS = np.array([1, 2, 3])  # g, r, i in ugrizy
_NO_PHOTOMETRY = -99999.0
_BITS = b"".join


class ZtfPackets:
    """Writes the alerts of a visit as packets of one schema version."""

    def __init__(self, version: str, seed: int) -> None:
        self.version, self.seed = version, seed
        schema = schemas.ztf(version)
        self._head, self._sync = container(schema)
        fields = {field["name"]: field["type"] for field in schema["fields"]}
        self._candidate = RecordEncoder(fields["candidate"])
        self._null_last = version == "3.3"
        self._prv = RecordEncoder(_items(fields["prv_candidates"]))
        self._fp = RecordEncoder(_items(fields["fp_hists"])) if "fp_hists" in fields else None
        self._image = fits.image((ZTF.stamp, ZTF.stamp), -32, {"BUNIT": "DN"})

    def identify(self, seen: Seen, field: Field, night: int, slot: int) -> Identified:
        """Return the ids of the alerts of a visit."""
        numbers = names.object_numbers(seen.table, field, night, slot)
        first = np.where(
            seen.table["t0"] > 2.0, seen.table["t0"], seen.visits.mjd[np.argmax(seen.detected, axis=1)]
        )
        # what is always there was found in the first year
        staying = (seen.table["t0"] <= 2.0) & (seen.table["rank"] < NO_OVERLAP)
        years = np.where(staying, 2018, 1858 + np.floor((first + 321.0) / 365.25)).astype(np.int64)
        pid = names.ztf_pid(seen.visits.take(slice(-1, None)), seen.table["chip"])
        candid = names.ztf_candid(pid, seen.flux[:, -1] > 0, seen.table["rank"])
        return Identified(names.ztf_names(numbers, years, self.seed), candid)

    def write(self, seen: Seen, ids: Identified, field: Field) -> list[bytes]:
        """Write the packets of the alerts of the last visit."""
        table, last = seen.table, len(seen.visits) - 1
        number = size(table)
        rows = np.arange(number)
        now = np.full(number, last)
        points = self._points(seen, rows, now, field)
        alone = self._alone(seen, points, field)
        candidates = self._candidate.encode(points | alone, number)
        previous = self._history(seen, field)
        forced = self._forced(seen, field) if self._fp else None
        stamps = self._stamps(seen)
        some = b"\x00" if self._null_last else b"\x02"
        head = binary(self.version.encode()) + binary(PUBLISHER.encode())
        packets = []
        pids = points["pid"].tolist()
        sides = np.where(seen.flux[:, -1] > 0, "scimref", "refmsci").tolist()
        for i in range(number):
            candid = int(ids.candid[i])
            parts = [
                head,
                binary(ids.name[i].encode()),
                varint(candid),
                candidates[i],
                some,
                array(previous[i]),
            ]
            if forced is not None:
                parts += [some, array(forced[i])]
            titles = (f"pid{pids[i]}_targ_sci", "ref", f"pid{pids[i]}_targ_{sides[i]}")
            for title, pictures in zip(titles, stamps, strict=True):
                name = f"candid{candid}_{title}.fits.gz"
                parts += [some, binary(name.encode()), binary(pictures[i])]
            body = _BITS(parts)
            packets.append(self._head + varint(1) + binary(body) + self._sync)
        return packets

    def _points(self, seen: Seen, rows: Ints, at: Ints, field: Field) -> dict[str, Any]:
        """Return the fields that detections share, now or earlier; `rows`, `at` are objects and visits."""
        table, visits = take(seen.table, rows), seen.visits.take(at)
        flux, error = seen.flux[rows, at], seen.error[rows, at]
        kind, keys = table["kind"], draws.key(table["key"], visits.key)
        snr, positive = np.abs(flux) / error, flux > 0
        pid = names.ztf_pid(visits, table["chip"])
        seeing = visits.seeing / ZTF.pixel
        magpsf = 23.9 - 2.5 * np.log10(np.abs(flux))
        sigma = np.hypot(1.0857 / snr, 0.03)
        magap = magpsf + sigma * 0.8 * draws.normal(keys, 51)
        east, north = (0.06 + 0.25 / snr) * np.stack([draws.normal(keys, 52), draws.normal(keys, 53)])
        near = surroundings.around(table, 22.8).sorted_from(east, north)
        ra = table["ra"] + east / 3600.0 / np.cos(np.radians(table["dec"]))
        dec = table["dec"] + north / 3600.0
        fwhm = quality.width(kind, seeing, keys)
        elong = quality.elongation(kind, keys)
        aimage = fwhm / 2.9 * np.sqrt(elong)
        bimage = aimage / elong
        bogus = ~quality.REAL[kind]
        pixels = ZTF.chip_pixels
        nearest = _nearest(near, table, visits)
        faint = np.clip(1.0 / snr * 6.0, 0.0, 1.0)
        return {
            **self._exposure(visits, table["chip"], pid, field),
            "candid": names.ztf_candid(pid, positive, table["rank"]),
            "isdiffpos": np.where(positive, "t", "f"),
            "tblid": table["rank"],
            "xpos": table["x"] - east,
            "ypos": table["y"] + north,
            "ra": np.round(ra % 360.0, 7),
            "dec": np.round(dec, 7),
            "magpsf": magpsf,
            "sigmapsf": sigma,
            "chipsf": (0.9 + (snr / 25.0) ** 1.5)
            * np.where(bogus, 4.0, 1.0)
            * np.exp(0.3 * draws.normal(keys, 54)),
            "magap": np.round(magap, 4),
            "sigmagap": np.round(sigma * 1.3, 4),
            "sky": 0.6 * draws.normal(keys, 55),
            "magdiff": np.round(magap, 4) - magpsf,
            "fwhm": np.round(fwhm, 2),
            "classtar": np.clip(
                0.99 - 0.35 * faint * draws.uniform(keys, 56) - 0.4 * bogus * (fwhm > seeing), 0, 1
            ),
            "mindtoedge": np.minimum.reduce(
                [table["x"], table["y"], pixels - table["x"], pixels - table["y"]]
            ).clip(0.0),
            "magfromlim": visits.limit - magap,
            "seeratio": np.clip(fwhm / seeing, 0.3, 2.0),
            "aimage": np.round(aimage, 3),
            "bimage": np.round(bimage, 3),
            "aimagerat": aimage / fwhm,
            "bimagerat": bimage / fwhm,
            "elong": elong,
            "nneg": np.floor(
                np.where(kind == INDEX["Dipole"], 11.0, 9.0 * faint) * draws.uniform(keys, 57)
            ).astype(int),
            "nbad": _bad_pixels(kind, keys),
            "rb": np.round(quality.score(kind, snr, keys, 58, 0.55), 4),
            "sumrat": np.clip(1.0 - (0.3 * bogus + 0.15 * faint) * draws.uniform(keys, 59), 0, 1),
            "magapbig": np.round(magap - 0.02 + sigma * 0.5 * draws.normal(keys, 60), 4),
            "sigmagapbig": np.round(sigma * 1.6, 4),
            **nearest,
            "scorr": snr * 1.15,
            "rbversion": "t17_f5_c3",
        }

    def _exposure(self, visits: Visits, chip: Ints, pid: Ints, field: Field) -> dict[str, Any]:
        """Return the fields that belong to the image."""
        keys = draws.key(visits.key, chip)
        dates = np.array([names.survey_day(int(day)) for day in np.floor(visits.mjd)])
        day = np.floor(visits.mjd % 1.0 * 1e6).astype(int).tolist()
        parts = zip(dates.tolist(), day, visits.band.tolist(), chip.tolist(), strict=True)
        files = [
            f"ztf_{date}{one:06d}_{field.number:06d}_z{ZTF.bands[band]}"
            f"_c{rcid // 4 + 1:02d}_o_q{rcid % 4 + 1}_scimrefdiffimg.fits"
            for date, one, band, rcid in parts
        ]
        return {
            "jd": visits.mjd + JD_MINUS_MJD,
            "fid": visits.band + 1,
            "pid": pid,
            "diffmaglim": visits.limit,
            "pdiffimfilename": files,
            "programpi": "Kulkarni",
            "programid": 1,
            "nid": np.floor(visits.mjd).astype(np.int64) - names.NIGHT_ZERO,
            "rcid": chip,
            "field": field.number,
            "magzpsci": visits.zeropoint,
            "magzpsciunc": 1.2e-5 * np.exp(0.3 * draws.normal(visits.key, 61)),
            "magzpscirms": 0.03 * np.exp(0.2 * draws.normal(visits.key, 62)),
            "clrcoeff": np.array([-0.06, 0.10, -0.02])[visits.band] + 0.02 * draws.normal(keys, 63),
            "clrcounc": 2e-5 * np.exp(0.3 * draws.normal(keys, 64)),
            "rbversion": "t17_f5_c3",
        }

    def _alone(self, seen: Seen, points: Mapping[str, Any], field: Field) -> dict[str, Any]:
        """Return the fields that only the alert's own detection has."""
        table, visits = seen.table, seen.visits
        last = visits.take(slice(-1, None))
        kind, keys = table["kind"], draws.key(table["key"], last.key)
        flux, error = seen.flux[:, -1], seen.error[:, -1]
        snr = np.abs(flux) / error
        jd = visits.mjd + JD_MINUS_MJD
        found = surroundings.around(table, 23.0)
        # template and calibration belong to the readout channel and the band
        still = draws.key(field.number, table["chip"], last.band)
        asteroid = kind == INDEX["Asteroid"]
        sso = np.abs(0.4 * draws.normal(keys, 71))
        dsnrms = snr * np.exp(0.15 * draws.normal(keys, 72))
        ssnrms = 1.9 * dsnrms * np.exp(0.12 * draws.normal(keys, 73))
        first = 2458150.0 + 90.0 * draws.uniform(still, 74)
        return {
            **surroundings.ps1(found, table),
            **surroundings.gaia(found),
            "ssdistnr": np.where(asteroid, np.round(sso), surroundings.NONE),
            "ssmagnr": np.where(
                asteroid, np.round(table["peak"] + 0.2 * draws.normal(keys, 75), 1), surroundings.NONE
            ),
            "ssnamenr": [
                str(2000 + int(key) % 400_000) if rock else "null"
                for key, rock in zip(table["key"].tolist(), asteroid.tolist(), strict=True)
            ],
            "ndethist": seen.detected.sum(axis=1),
            "ncovhist": len(visits),
            "jdstarthist": jd[np.argmax(seen.detected, axis=1)],
            "jdendhist": points["jd"],
            "tooflag": 0,
            "rfid": (field.number * 1000 + (int(last.band[0]) + 1) * 100 + table["chip"]) * 100 + 20,
            "jdstartref": first,
            "jdendref": first + 40.0 + 200.0 * draws.uniform(still, 76),
            "nframesref": 15 + np.floor(20 * draws.uniform(still, 77)).astype(int),
            "dsnrms": dsnrms,
            "ssnrms": ssnrms,
            "dsdiff": dsnrms - ssnrms,
            "nmatches": 200 + np.floor(900 * draws.uniform(still, 78)).astype(int),
            "zpclrcov": -1.1e-5,
            "zpmed": last.zeropoint[0] + 0.05 * draws.normal(still, 79),
            "clrmed": 0.62 + 0.1 * draws.normal(still, 80),
            "clrrms": 0.25 + 0.05 * draws.normal(still, 81),
            "exptime": ZTF.exposure,
            "drb": quality.score(kind, snr, keys, 82, 1.6),
            "drbversion": "d6_m7",
        }

    def _history(self, seen: Seen, field: Field) -> list[list[bytes]]:
        """Return the earlier points of each alert within the window, oldest first: detections and limits."""
        since = seen.visits.mjd[-1] - ZTF.window
        rows, at = np.nonzero(np.broadcast_to(seen.visits.mjd[:-1] >= since, seen.detected[:, :-1].shape))
        detected = seen.detected[rows, at]
        sources = self._points(seen, rows[detected], at[detected], field)
        found = self._prv.encode(sources, int(detected.sum()))
        visits, chip = seen.visits.take(at[~detected]), seen.table["chip"][rows[~detected]]
        limits = self._exposure(visits, chip, names.ztf_pid(visits, chip), field)
        missed = self._prv.encode(limits, len(chip))
        points = np.empty(len(rows), dtype=object)
        points[detected], points[~detected] = found, missed
        return history(points, rows, size(seen.table))

    def _forced(self, seen: Seen, field: Field) -> list[list[bytes]]:
        """Return forced photometry of the earlier nights, one point a night and band, newest first."""
        if self._fp is None:
            return []
        visits = seen.visits
        good = (visits.mjd >= visits.mjd[-1] - ZTF.window) & (visits.night < visits.night[-1])
        _, first = np.unique(np.column_stack([visits.night, visits.band])[good], axis=0, return_index=True)
        chosen = np.flatnonzero(good)[np.sort(first)][::-1]
        chosen = chosen[np.argsort(-visits.mjd[chosen], kind="stable")]
        number = size(seen.table)
        rows, at = np.repeat(np.arange(number), len(chosen)), np.tile(chosen, number)
        table, past = take(seen.table, rows), visits.take(at)
        pid = names.ztf_pid(past, table["chip"])
        unit = 10.0 ** (0.4 * (past.zeropoint - 23.9))
        exposure = self._exposure(past, table["chip"], pid, field)
        nearest = _nearest(surroundings.around(table, 22.8), table, past)
        keys = draws.key(table["key"], past.key)
        # some images have no template at this place
        failed = draws.uniform(keys, 91) < 0.02
        flux = np.where(failed, _NO_PHOTOMETRY, seen.flux[rows, at] * unit)
        common = ["jd", "fid", "pid", "diffmaglim", "programid", "rcid", "field"]
        common += ["magzpsci", "magzpsciunc", "magzpscirms", "clrcoeff", "clrcounc"]
        columns = {name: exposure[name] for name in common} | nearest
        columns |= {
            "rfid": (field.number * 1000 + (past.band + 1) * 100 + table["chip"]) * 100 + 20,
            "sciinpseeing": past.seeing / ZTF.pixel,
            "scibckgnd": np.array(ZTF.sky)[past.band] * (1.0 + 0.1 * draws.normal(past.key, 92)),
            "scisigpix": pixel_noise(past),
            "exptime": ZTF.exposure,
            "adpctdif1": 0.085 + 0.003 * draws.normal(past.key, 93),
            "adpctdif2": 0.085 + 0.003 * draws.normal(past.key, 94),
            "forcediffimflux": flux,
            "forcediffimfluxunc": np.where(failed, _NO_PHOTOMETRY, seen.error[rows, at] * unit),
            "procstatus": np.where(failed, "61", "0"),
        }
        points = np.empty(len(rows), dtype=object)
        points[:] = self._fp.encode(columns, len(rows))
        return history(points, rows, number)

    def _stamps(self, seen: Seen) -> list[list[bytes]]:
        """Return science, template and difference pictures, gzipped FITS."""
        last = seen.visits.take(slice(-1, None))
        band = int(last.band[0])
        exposure = Exposure(
            band=int(_BANDS[band]),
            key=int(last.key[0]),
            unit=10.0 ** (0.4 * (float(last.zeropoint[0]) - 23.9)),
            seeing=float(last.seeing[0]) / ZTF.pixel,
            sky=ZTF.sky[band],
            noise=float(pixel_noise(last)[0]),
            gain=ZTF.gain[band],
            pixel=ZTF.pixel,
            size=ZTF.stamp,
            chip_pixels=ZTF.chip_pixels,
        )
        stamps = draw(seen.table, seen.flux[:, -1], exposure)
        # a difference image shows what the subtraction was: reference minus science for what has faded
        signs = np.where(seen.flux[:, -1] > 0, 1, -1).astype(np.float32)[:, None, None]
        pictures = (stamps.science, stamps.template, stamps.difference * signs)
        return [[fits.gzipped(self._image + fits.data(image)) for image in images] for images in pictures]


def pixel_noise(visits: Visits) -> Floats:
    """Return the noise of one pixel in DN; ZTF's limits are nearly twice as cautious as the pixels alone."""
    unit = 10.0 ** (0.4 * (visits.zeropoint - 23.9))
    area = np.sqrt(4 * np.pi) * visits.seeing / ZTF.pixel / 2.3548
    noise: Floats = visits.error * unit / area / 1.9
    return noise


def _items(union: Any) -> Any:
    return next(kind for kind in union if kind != "null")["items"]


def _nearest(near: surroundings.Surroundings, table: Table, visits: Visits) -> dict[str, Floats]:
    """Return the nearest source of the template; all of ZTF's templates know at least a neighbour."""
    keys = draws.key(table["key"], visits.band)
    magnitude = near.magnitude[:, 0] + near.colour[:, 0] * SLOPE[_BANDS[visits.band]]
    far = np.isinf(near.distance[:, 0])
    ra = table["ra"] + near.east[:, 0] / 3600.0 / np.cos(np.radians(table["dec"]))
    galaxy = near.galaxy[:, 0] > 0.5
    return {
        "distnr": np.where(far, 29.0, near.distance[:, 0]),
        "magnr": np.round(np.where(far, 23.1, magnitude + 0.03 * draws.normal(keys, 101)), 3),
        "sigmagnr": np.round(
            np.clip(0.01 * 10 ** (0.25 * (np.where(far, 23.1, magnitude) - 17.5)), 0.01, 0.3), 3
        ),
        "chinr": np.round(np.where(galaxy, 4.0, 0.6) * np.exp(0.3 * draws.normal(keys, 102)), 3),
        "sharpnr": np.round(np.where(galaxy, 0.4, 0.0) + 0.05 * draws.normal(keys, 103), 3),
        "ranr": np.round(np.where(far, table["ra"], ra) % 360.0, 7),
        "decnr": np.round(table["dec"] + np.where(far, 29.0, near.north[:, 0]) / 3600.0, 7),
    }


def _bad_pixels(kind: Ints, keys: NDArray[np.uint64]) -> Ints:
    marked = np.isin(kind, [INDEX["Hot pixel"], INDEX["Edge"]]) & (draws.uniform(keys, 111) < 0.6)
    number: Ints = np.where(marked, 1 + np.floor(4 * draws.uniform(keys, 112)), 0).astype(np.int64)
    return number
