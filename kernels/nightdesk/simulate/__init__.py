"""A simulated sky, and the alert packets that ZTF and Rubin would send of it.

The packets are in the surveys' own formats, so that everything which reads the real streams reads these.
Everything is drawn from one seed and is a pure function of it: positions and populations per field, light
curves in absolute time, noise per object and visit. So the history in an alert is, point by point, what the
alerts before it said.

* Supernovae (Ia, II, Ibc) explode in volume at redshifts that the survey can see, above galaxies; their
  light is a rise and a decline per band (Bazin; a plateau for II), dilated and reddened.
* RR Lyrae, eclipsing binaries and Miras are periodic; active nuclei walk randomly (damped); dwarf novae and
  flare stars burst. Their difference flux is against the mean of the template, so it may be negative.
* Asteroids move, and are a new object each time (for Rubin: the same Solar System object).
* Dipoles, cosmic rays, hot pixels and edges look so on the cutouts, and score low.
"""

from __future__ import annotations

from nightdesk.simulate.classes import KINDS, LABELS, Kind
from nightdesk.simulate.night import START, TRUTH, Night, SimulatedAlert
from nightdesk.simulate.schemas import LSST_VERSIONS, ZTF_VERSIONS

__all__ = [
    "KINDS",
    "LABELS",
    "LSST_VERSIONS",
    "START",
    "TRUTH",
    "ZTF_VERSIONS",
    "Kind",
    "Night",
    "SimulatedAlert",
]
