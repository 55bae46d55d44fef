"""What a column of rows may hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from nightdesk.photometry import Integers

dumped = msgspec.json.Encoder().encode
LINE: Final = b"\n"
"""What ends a value: within JSON a line break is written otherwise."""


class Cells(NamedTuple):
    """Values as JSON."""

    text: bytes
    """One value a line."""
    codes: npt.NDArray[np.int64]
    """Which of the lines each row has; -1 for null."""


@dataclass(frozen=True)
class Constant:
    """The same value in every row."""

    value: Any


@dataclass(frozen=True)
class Chosen:
    """One of few values in every row."""

    codes: npt.NDArray[np.int64]
    """Which of them; -1 for null."""
    among: Sequence[Any]

    def values(self) -> list[Any]:
        """Return the value of each row."""
        values = [*self.among, None]
        return [values[code] for code in self.codes.tolist()]

    def cells(self) -> Cells:
        """Return each value once."""
        return Cells(LINE.join(map(dumped, self.among)) or b"null", self.codes)


@dataclass(frozen=True)
class Floats:
    """Doubles; null where one is not finite."""

    numbers: npt.NDArray[np.float64]

    def values(self) -> list[Any]:
        """Return the value of each row."""
        finite = np.isfinite(self.numbers)
        values: list[Any] = self.numbers.tolist()
        if finite.all():
            return values
        return [value if known else None for value, known in zip(values, finite.tolist(), strict=True)]

    def cells(self) -> Cells:
        """Return them row by row."""
        return Cells(dumped(self.numbers.tolist())[1:-1].replace(b",", LINE), np.arange(len(self.numbers)))


@dataclass(frozen=True)
class Numbers:
    """Integers, or what is made of one."""

    integers: Integers
    shape: Callable[[int], Any] = int
    around: tuple[bytes, bytes] = (b"", b"")
    """What stands before and after the digits in the JSON of what is made."""

    def values(self) -> list[Any]:
        """Return what is made for each row."""
        values, known = (one.tolist() for one in self.integers)
        return [self.shape(value) if there else None for value, there in zip(values, known, strict=True)]

    def cells(self) -> Cells:
        """Return them row by row."""
        before, after = self.around
        values, known = self.integers
        digits = dumped(values.tolist())[1:-1].replace(b",", after + LINE + before)
        return Cells(before + digits + after, np.where(known, np.arange(len(values)), -1))


Column = Constant | Chosen | Floats | Numbers
"""A value for each row."""
