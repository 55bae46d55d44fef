"""Statistics of photometric series."""

from __future__ import annotations

import numpy as np
import pytest
from nightdesk_services.marshal.services.series.statistics import brightness, robust, statistics
from nightdesk_services.marshal.services.series.tables import table_of


def test_outliers_do_not_count() -> None:
    values = np.array([10.0] * 10 + [10.2] * 10 + [99.0])
    middle, scatter = robust(values)
    assert middle == pytest.approx(10.1)
    assert scatter == pytest.approx(0.1)
    assert robust(np.array([1.0, 2.0, 99.0]))[0] == 2.0, "of few, all count"
    assert np.isnan(robust(np.array([np.nan]))).all()


def test_magnitudes_serve_where_there_are_no_fluxes() -> None:
    seen = brightness(table_of({"mjd": [1.0, 2.0], "mag": [23.9, None], "magerr": [0.1, 0.1]}))
    assert seen["flux"][0] == pytest.approx(1.0)
    assert seen["snr"][0] == pytest.approx(10.857, abs=1e-3)
    assert np.isnan(seen["flux"][1])


def test_without_errors_the_scatter_stands_for_them() -> None:
    flux = [10.0, 12.0, 8.0, 11.0, 9.0, 10.0]
    seen = brightness(table_of({"mjd": list(range(6)), "flux": flux}))
    assert seen["snr"] == pytest.approx(np.array(flux) / np.std(flux))


def test_a_series_that_saw_nothing_has_statistics_too() -> None:
    made = statistics(table_of({"mjd": [5.0], "mag": [None]}))
    assert (made["mean_mag"], made["mjd_last_detected"], made["frame_rate"]) == (None, None, None)
    assert (made["is_detected"], made["num_exp"], made["mjd_mid"]) == (False, 1, 5.0)
    assert made["medians"] == {"mjd": 5.0, "mag": None}
