"""Ask a port or a URL; only the standard library, because every guard loads it."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as sock:
        # As servers do: connections of an ended server that linger in the kernel do not count.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(url: str, timeout: float = 3.0) -> bool:
    """Return whether a server answers at a URL, be it with a refusal, but not with its own failure."""
    try:
        with urllib.request.urlopen(url, timeout=timeout):  # noqa: S310 - our own http address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False
