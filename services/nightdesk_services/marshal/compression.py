"""Answers as gzip, made by ISA-L: four times as fast as zlib, and no larger at its quickest."""

from __future__ import annotations

from typing import Final

from isal import isal_zlib
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import GZipContentEncoding, OutputTransform

_LEVEL: Final = 1
_GZIP: Final = 31
"""What zlib's ``wbits`` is for a gzip file."""


def wanted(request: HTTPServerRequest) -> bool:
    """Return whether who asks takes gzip."""
    return "gzip" in request.headers.get("Accept-Encoding", "")


def compressed(body: bytes) -> bytes | None:
    """Return a whole answer as gzip, None if that is not worth it; other threads go on meanwhile."""
    return isal_zlib.compress(body, _LEVEL, _GZIP) if _worth(body) else None


class Squeeze:
    """A gzip file that is made piece by piece."""

    def __init__(self) -> None:
        self._file = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)

    def next(self, piece: bytes) -> bytes:
        """Return what can be sent of the next piece; other threads go on meanwhile."""
        return self._file.compress(piece)

    def flush(self) -> bytes:
        """Return what is left of what came, so that it can be read at once."""
        return self._file.flush(isal_zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        """Return the rest."""
        return self._file.flush(isal_zlib.Z_FINISH)


class Compression(OutputTransform):
    """Compresses JSON, pages and text for those who take it."""

    def __init__(self, request: HTTPServerRequest) -> None:
        self._wanted = wanted(request)

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Begin, if it is worth it."""
        headers["Vary"] = f"{headers['Vary']}, Accept-Encoding" if "Vary" in headers else "Accept-Encoding"
        self._wanted = (
            self._wanted
            and _compressible(headers.get("Content-Type", ""))
            and (not finishing or _worth(chunk))
            and "Content-Encoding" not in headers
        )
        if self._wanted:
            headers["Content-Encoding"] = "gzip"
            self._file = Squeeze()
            chunk = self.transform_chunk(chunk, finishing)
            if "Content-Length" in headers:
                if finishing:
                    headers["Content-Length"] = str(len(chunk))
                else:
                    del headers["Content-Length"]
        return status_code, headers, chunk

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Go on; what is flushed can be read at once."""
        if not self._wanted:
            return chunk
        return self._file.next(chunk) + (self._file.end() if finishing else self._file.flush())


def _worth(body: bytes) -> bool:
    return len(body) >= GZipContentEncoding.MIN_LENGTH


def _compressible(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip()
    return kind.startswith("text/") or kind in GZipContentEncoding.CONTENT_TYPES
