"""Alert packets of the surveys: from bytes to batches of columns, and from columns to documents."""

from __future__ import annotations

from nightdesk.alerts.batch import AlertBatch, Ragged
from nightdesk.alerts.decoding import Decoded, decode
from nightdesk.alerts.documents import AlertDocuments, documents, point_key
from nightdesk.alerts.framing import PacketError, identify
from nightdesk.alerts.reading import BadPacket

__all__ = [
    "AlertBatch",
    "AlertDocuments",
    "BadPacket",
    "Decoded",
    "PacketError",
    "Ragged",
    "decode",
    "documents",
    "identify",
    "point_key",
]
