"""The sky of a night in files."""

from __future__ import annotations

import numpy as np
from nightdesk.archive.tiling import FINEST, tiles, touches
from nightdesk.sky import cone, pixel


def _sky(number: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    ra = np.concatenate([draw.uniform(0, 360, number), draw.normal(150, 0.2, number)])
    dec = np.concatenate([np.degrees(np.arcsin(draw.uniform(-0.5, 1, number))), draw.normal(2, 0.2, number)])
    return ra, dec


def test_every_alert_lies_in_one_tile():
    ra, dec = _sky(5000)
    hpx = pixel(ra, dec, 12)
    found = tiles(hpx, 400)
    number = sum(((hpx >= t.range[0]) & (hpx <= t.range[1])).astype(int) for t in found)
    assert (number == 1).all()
    assert sum(t.rows for t in found) == len(hpx)
    assert all(t.rows <= 400 or t.order == FINEST for t in found)
    # fine where it is crowded, coarse elsewhere
    assert {t.order for t in found} >= {1, 4}


def test_few_alerts_are_not_scattered():
    ra, dec = _sky(50)
    assert {t.order for t in tiles(pixel(ra, dec, 12), 400)} == {0}


def test_no_alerts():
    assert tiles(np.zeros(0, np.int64), 10) == []


def test_a_tile_touches_the_cones_that_reach_it():
    ra, dec = _sky(2000)
    found = tiles(pixel(ra, dec, 12), 100)
    for i in range(0, 4000, 200):
        for radius in (10.0, 3000.0):
            column, pixels = cone(ra[i], dec[i], radius)
            order = int(column[3:])
            hits = [t for t in found if touches(t.order, t.pixel, order, pixels)]
            own = pixel(ra[i], dec[i], 12)
            assert any(t.range[0] <= own <= t.range[1] for t in hits)
            assert len(hits) < len(found) / 2
