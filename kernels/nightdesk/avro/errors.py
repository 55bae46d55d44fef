"""What can be wrong with a schema or a packet, said precisely."""

from __future__ import annotations

from dataclasses import dataclass

TRUNCATED = 1
LONG_VARINT = 2
INT_RANGE = 3
BRANCH = 4
SYMBOL = 5
LENGTH = 6
COUNT = 7
EMPTY_ITEMS = 8
TEXT = 9
TRAILING = 10
EXPANSION = 11
FRAMING = 12
SCHEMA = 13

REASONS = {
    TRUNCATED: "the data end inside a value",
    LONG_VARINT: "an integer of more than 64 bits",
    INT_RANGE: "an int outside 32 bits",
    BRANCH: "a union branch that the schema lacks",
    SYMBOL: "an enum symbol that the schema lacks",
    LENGTH: "a negative length",
    COUNT: "more items than the remaining bytes can hold",
    EMPTY_ITEMS: "too many items of no bytes",
    TEXT: "text that is not UTF-8",
    TRAILING: "bytes after the last value",
    EXPANSION: "far more values than a packet of this size should hold",
    FRAMING: "the framing is wrong",
    SCHEMA: "a schema that is not to be read",
}


class SchemaError(ValueError):
    """A schema that is malformed, or that columns cannot represent."""


class FramingError(ValueError):
    """A container file or framed message whose envelope cannot be read.

    Parameters
    ----------
    message
        What is wrong.
    offset
        Byte in the payload at which it was noticed.
    code
        `TRUNCATED` where bytes are missing, else `FRAMING`.
    """

    def __init__(self, message: str, offset: int = 0, code: int = FRAMING) -> None:
        super().__init__(message)
        self.offset = offset
        self.code = code


@dataclass(frozen=True)
class Refusal:
    """One payload that could not be decoded; none of its records is in the tables."""

    index: int
    """Position of the payload in the call."""
    code: int
    """One of the constants of this module."""
    offset: int
    """Byte in the payload (in the decompressed block for compressed files) where the value begins."""
    field: str = ""
    """Path of the field that was being read."""
    detail: str = ""
    """Said instead of the code's own words, where more is known."""

    @property
    def reason(self) -> str:
        """One sentence for people."""
        where = f" of {self.field}" if self.field else ""
        return f"{self.detail or REASONS[self.code]} at byte {self.offset}{where}"
