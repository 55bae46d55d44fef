"""What each telescope can acquire, as SkyPortal has it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final


@dataclass(frozen=True)
class Facility:
    """Bounds of the offset stars that an acquisition camera works with."""

    radius_degrees: float
    """Farthest from the target."""
    mag_limit: float
    mag_min: float
    min_sep_arcsec: float
    """No other star, and not the target, is nearer."""

    def relaxed(self) -> Facility:
        """Return wider bounds, for a poor field."""
        return Facility(
            self.radius_degrees * 1.3, self.mag_limit + 1, self.mag_min - 1, self.min_sep_arcsec / 2
        )

    def within(self, arcsec: float) -> Facility:
        """Return the same bounds, but not beyond a distance."""
        return replace(self, radius_degrees=min(self.radius_degrees, arcsec / 3600))

    def shown(self) -> dict[str, Any]:
        """Return the bounds by their names."""
        return asdict(self)


FACILITIES: Final = {
    "Keck": Facility(2.0 / 60, 18.5, 11.0, 4.0),
    "P200": Facility(2.0 / 60, 18.0, 10.0, 5.0),
    "P200-NGPS": Facility(2.0 / 60, 18.0, 10.0, 5.0),
    "Shane": Facility(2.5 / 60, 17.0, 10.0, 5.0),
}
