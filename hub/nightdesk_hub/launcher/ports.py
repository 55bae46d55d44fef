"""Ports that must be free before the platform starts, and who has them if not."""

from __future__ import annotations

from collections import defaultdict

import psutil
from nightdesk.settings import PREFIX

from nightdesk_hub.launcher.probe import is_free


def owner(port: int) -> str:
    """Return who listens on a port, as far as this user may know."""
    try:
        for found in psutil.net_connections("tcp"):
            if found.laddr and found.laddr.port == port and found.status == psutil.CONN_LISTEN and found.pid:
                process = psutil.Process(found.pid)
                command = " ".join(process.cmdline())[:80]
                return f"{process.name()} (pid {found.pid}: {command})"
    except (psutil.Error, PermissionError):
        pass
    return "another program"


def clashes(ports: dict[str, int]) -> list[str]:
    """Return one message for each port that is taken, or that two settings share.

    Parameters
    ----------
    ports
        Port numbers by the name of the setting.
    """
    by_number: dict[int, list[str]] = defaultdict(list)
    for name, port in ports.items():
        by_number[port].append(PREFIX + name.upper())
    messages = []
    for port, names in by_number.items():
        if len(names) > 1:
            messages.append(f"port {port} is given twice: {' and '.join(names)}")
        elif not is_free(port):
            messages.append(f"port {port} ({names[0]}) is in use by {owner(port)}")
    return messages
