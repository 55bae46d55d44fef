"""From payloads to tables, one for each schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nightdesk.alerts.framing import PacketError, check_envelope, embedded, is_file, registered
from nightdesk.alerts.layout import Layout
from nightdesk.avro import Refusal, Tables, decode_files, decode_framed
from nightdesk.avro.errors import SCHEMA, TRAILING, TRUNCATED
from nightdesk.surveys import Survey


@dataclass(frozen=True)
class BadPacket:
    """A payload that cannot be read."""

    index: int
    """Its place among the payloads."""
    reason: str


@dataclass(frozen=True)
class Group:
    """The records of one schema."""

    layout: Layout
    tables: Tables
    source: npt.NDArray[np.int64]
    """For each record, the payload that it came in; rising."""


def read(payloads: Sequence[bytes], survey: Survey) -> tuple[list[Group], list[BadPacket]]:
    """Read whole packets, framed or container files.

    Returns
    -------
    groups
        In the order in which their schemas occur.
    bad
        Packets that cannot be read; none of their records is in the groups.
    """
    files: list[int] = []
    frames: list[int] = []
    bad: list[BadPacket] = []
    for index, payload in enumerate(payloads):
        try:
            check_envelope(payload, survey)
        except PacketError as error:
            bad.append(BadPacket(index, str(error)))
        else:
            (files if is_file(payload) else frames).append(index)
    groups: list[Group] = []
    if files:
        found, refusals = decode_files(
            [payloads[i] for i in files], lambda text: embedded(text, survey).text, whole=True
        )
        made = [_group(embedded(one.schema, survey).layout, one.tables, files) for one in found]
        bad += _bad(refusals, payloads, files)
        bad += _empty(files, made, bad)
        groups += made
    if frames:
        framed, refusals = decode_framed(
            [payloads[i] for i in frames], lambda number: registered(number, survey).text, whole=True
        )
        groups += [_group(registered(one.schema_id, survey).layout, one.tables, frames) for one in framed]
        bad += _bad(refusals, payloads, frames)
    there = [group for group in groups if len(group.source)]
    return sorted(there, key=lambda group: int(group.source[0])), bad


def _group(layout: Layout, tables: Tables, indices: list[int]) -> Group:
    return Group(layout, tables, np.asarray(indices, np.int64)[tables.source])


def _empty(indices: Iterable[int], groups: Iterable[Group], bad: Iterable[BadPacket]) -> list[BadPacket]:
    left = set(indices).difference(*(group.source.tolist() for group in groups), (one.index for one in bad))
    return [BadPacket(index, "container file without a record") for index in left]


def _bad(refusals: Iterable[Refusal], payloads: Sequence[bytes], indices: list[int]) -> list[BadPacket]:
    return [BadPacket(i := indices[one.index], _reason(one, payloads[i])) for one in refusals]


def _reason(refusal: Refusal, payload: bytes) -> str:
    if refusal.code == SCHEMA:
        return refusal.detail
    if refusal.code == TRUNCATED and refusal.detail:
        return f"truncated: {refusal.reason}"
    if refusal.code == TRUNCATED:
        field = f" in {refusal.field}" if refusal.field else ""
        return f"truncated: the packet ends within a record, at byte {refusal.offset}{field}"
    if refusal.code == TRAILING and not is_file(payload):
        return f"{len(payload) - refusal.offset} bytes are left over after the record"
    return f"corrupt: {refusal.reason}"
