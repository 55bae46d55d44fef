"""A port that is taken is reported by the setting's name, with who has it."""

from __future__ import annotations

import os
import socket

from nightdesk_hub.launcher.ports import clashes

from tests.support.ports import free_ports


def test_a_taken_port_is_named_with_its_owner() -> None:
    free = free_ports(1)[0]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (message,) = clashes({"hub_port": port, "store_port": free})
    assert message.startswith(f"port {port} (NIGHTDESK_HUB_PORT) is in use by ")
    assert f"pid {os.getpid()}" in message


def test_one_port_for_two_settings_is_a_clash() -> None:
    port = free_ports(1)[0]
    assert clashes({"hub_port": port, "marshal_port": port}) == [
        f"port {port} is given twice: NIGHTDESK_HUB_PORT and NIGHTDESK_MARSHAL_PORT"
    ]


def test_a_port_whose_server_has_ended_is_free() -> None:
    # The connection lingers in the kernel after the server has closed it.
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()
    assert clashes({"hub_port": port}) == []
    client.close()
