"""Free TCP ports, so that tests can run beside a running platform."""

from __future__ import annotations

import socket
from contextlib import ExitStack


def free_ports(number: int) -> list[int]:
    """Return different ports that nothing listens on now, below the range that outgoing connections use."""
    import random

    found: list[int] = []
    with ExitStack() as stack:
        while len(found) < number:
            port = random.SystemRandom().randrange(15_000, 31_000)
            sock = stack.enter_context(socket.socket())
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found
