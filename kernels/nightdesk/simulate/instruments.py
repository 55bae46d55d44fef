"""What the two cameras see: bands, depth, seeing, pixels, and where and how often they point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TAI_MINUS_UTC: Final = 37.0 / 86400.0
"""Days between TAI and UTC since 2017."""


@dataclass(frozen=True)
class Instrument:
    """A survey as the simulator needs it; tuples have one value per band."""

    survey: str
    code: int
    """Number that keeps the random draws of the surveys apart."""
    bands: tuple[str, ...]
    depth: tuple[float, ...]
    """Magnitude (AB) of a 5 sigma point source in one visit, dark and clear."""
    zeropoint: tuple[float, ...]
    """Magnitude of one unit of flux (DN for ZTF, nJy for LSST)."""
    sky: tuple[float, ...]
    """Background of the science image, in units of flux."""
    gain: tuple[float, ...]
    """Photo-electrons per unit of flux."""
    pixel: float
    """Arcseconds."""
    seeing: float
    """Median full width at half maximum, arcseconds."""
    stamp: int
    """Pixels on the side of a cutout."""
    field_size: float
    """Degrees on the side of a field."""
    chips: int
    """Chips (ZTF: readout channels) on the side of the focal plane."""
    chip_pixels: int
    longitude: float
    """Degrees east."""
    declinations: tuple[float, float]
    hour_angle: float
    """Fields within so many degrees of the meridian are observed."""
    period: int
    """Nights between visits of a field."""
    interval: float
    """Seconds from one visit to the next."""
    exposure: float
    """Seconds."""
    pairs: tuple[tuple[int, int], ...]
    """Bands of the two visits of a night; nights take turns."""
    window: float
    """Days of history that a packet carries."""
    memory: float
    """Days of history at least that an object has; not less than the window."""


ZTF: Final = Instrument(
    survey="ZTF",
    code=1,
    bands=("g", "r", "i"),
    depth=(20.7, 20.6, 20.1),
    zeropoint=(26.30, 26.20, 25.65),
    sky=(110.0, 210.0, 260.0),
    gain=(6.2, 6.2, 6.2),
    pixel=1.01,
    seeing=2.05,
    stamp=63,
    field_size=7.3,
    chips=8,
    chip_pixels=3072,
    longitude=-116.86,
    declinations=(-24.0, 72.0),
    hour_angle=62.0,
    period=2,
    interval=40.0,
    exposure=30.0,
    pairs=((0, 1), (1, 0), (0, 1), (1, 2)),
    window=30.0,
    memory=70.0,
)

LSST: Final = Instrument(
    survey="LSST",
    code=2,
    bands=("u", "g", "r", "i", "z", "y"),
    depth=(23.5, 24.6, 24.3, 23.8, 23.1, 22.2),
    zeropoint=(31.4,) * 6,
    sky=(0.0,) * 6,
    gain=(0.6, 1.9, 1.7, 1.3, 0.9, 0.45),
    pixel=0.2,
    seeing=0.95,
    stamp=30,
    field_size=3.5,
    chips=14,
    chip_pixels=4072,
    longitude=-70.75,
    declinations=(-62.0, 3.0),
    hour_angle=38.0,
    period=3,
    interval=38.0,
    exposure=30.0,
    pairs=((1, 2), (2, 3), (3, 4), (2, 1), (4, 5), (0, 1)),
    window=365.0,
    memory=150.0,
)

INSTRUMENTS: Final = {"ZTF": ZTF, "LSST": LSST}
