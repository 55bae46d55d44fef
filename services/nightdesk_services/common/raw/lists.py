"""A list of documents as columns, read from the bytes of the document that holds it.

To make a Python dictionary of each point of a light curve takes most of the time that a light curve takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nightdesk_services.common.raw.scan import (
    BOOL,
    DOUBLE,
    INT32,
    INT64,
    NULL,
    STRING,
    WORD,
    Bytes,
    Documents,
    Fields,
    Integers,
    Values,
    Words,
    filled,
    lengths,
)

_ABSENT: Final = 0


class OddValueError(ValueError):
    """A value is of a type that its column does not take, or the bytes are no BSON."""


class Lists(NamedTuple):
    """Lists of documents, one after the other."""

    lengths: Integers
    """Rows of each."""
    fields: tuple[str, ...]
    kinds: Bytes
    """Shape (fields, rows): BSON type of each value; 0 where there is none."""
    words: Words
    """Shape (fields, rows): the value's bytes, integers made as long as a double."""

    def numbers(self, field: str) -> npt.NDArray[np.float64]:
        """Return a field as doubles, NaN where it is null.

        Raises
        ------
        OddValueError
            If a value is no number.
        """
        kinds, words = self._of(field, DOUBLE, INT32, INT64)
        values = np.where(kinds == DOUBLE, words.view(np.float64), words.view(np.int64).astype(np.float64))
        values[(kinds == _ABSENT) | (kinds == NULL)] = np.nan
        return values

    def integers(self, field: str) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Return a field as integers, and where it has any.

        Raises
        ------
        OddValueError
            If a value is no integer.
        """
        kinds, words = self._of(field, INT32, INT64)
        return words.view(np.int64), (kinds == INT32) | (kinds == INT64)

    def texts(self, field: str) -> tuple[Integers, list[str]]:
        """Return a field as text: which of some texts each value is, -1 where it is null, and these.

        Raises
        ------
        OddValueError
            If a value is no text, integer or truth value.
        """
        kinds, words = self._of(field, STRING, INT32, INT64, BOOL)
        # an integer of four bytes is the same text as one of eight
        sorts = np.where(kinds == INT32, INT64, kinds)
        which, texts = np.full(len(words), -1, np.int64), list[str]()
        for kind in np.flatnonzero(np.bincount(sorts)):
            if kind not in (_ABSENT, NULL):
                chosen = sorts == kind
                found, at = np.unique(words.view(np.int64)[chosen], return_inverse=True)
                which[chosen] = at + len(texts)
                texts += [_text(int(kind), word) for word in found.tolist()]
        return which, texts

    def _of(self, field: str, *allowed: int) -> tuple[Bytes, Words]:
        at = self.fields.index(field)
        kinds = self.kinds[at]
        there = np.bincount(kinds, minlength=256) > 0
        there[[_ABSENT, NULL, *allowed]] = False
        if there.any():
            msg = f"{field} has a value of type 0x{int(there.argmax()):02x}"
            raise OddValueError(msg)
        return kinds, self.words[at]


def read(documents: Sequence[bytes], name: str, fields: Sequence[str]) -> Lists:
    """Return a list of documents that each of some documents holds; none where it does not.

    Parameters
    ----------
    documents
        BSON documents.
    name
        Their field that holds the list.
    fields
        Of the listed documents.

    Raises
    ------
    OddValueError
        If it is no list, lists something else, or the bytes are no BSON.
    """
    packed = Documents(*joined_bytes(documents))
    wanted = np.frombuffer(name.encode(), np.uint8)
    found = lengths(packed, wanted)
    if (found < 0).any():
        msg = f"{name} is not a list of documents"
        raise OddValueError(msg)
    shape = (len(fields), int(found.sum()))
    values = Values(np.zeros(shape, np.uint8), np.zeros(shape, np.uint64))
    names = Fields(*joined_bytes([field.encode() for field in fields]))
    if not filled(packed, wanted, names, values):
        msg = f"{name} holds what cannot be read"
        raise OddValueError(msg)
    return Lists(found, tuple(fields), *values)


def joined_bytes(parts: Sequence[bytes]) -> tuple[Bytes, Integers, Integers]:
    """Return parts one after the other, where each begins, and where it ends."""
    ends = np.cumsum([len(one) for one in parts], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), ends])[: len(parts)]
    return np.frombuffer(b"".join(parts), np.uint8), starts, ends


def _text(kind: int, word: int) -> str:
    if kind == STRING:
        return word.to_bytes(WORD, "little", signed=True).rstrip(b"\0").decode()
    return str(bool(word)) if kind == BOOL else str(word)
