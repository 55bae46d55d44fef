"""JupyterHub, except that it starts and ends its services beside each other."""

from __future__ import annotations

import asyncio
import ssl

from jupyterhub.app import JupyterHub
from jupyterhub.services.service import Service


class Hub(JupyterHub):  # type: ignore[misc]
    """JupyterHub itself starts services one after another and exits when one is late.

    Ours start beside each other; a guard keeps each one running, so that a store that is slow to recover
    makes a service late, not the whole hub fail.
    """

    async def start_service(
        self, service_name: str, service: Service, ssl_context: ssl.SSLContext | None = None
    ) -> bool:
        """Start a managed service without waiting until it answers."""
        if not service.managed:
            return bool(await super().start_service(service_name, service, ssl_context))
        await service.start()
        return True

    async def cleanup(self) -> None:
        """End the services beside each other, then what JupyterHub ends."""
        for callback in self._periodic_callbacks.values():
            callback.stop()
        managed = [service for service in self._service_map.values() if service.managed]
        await asyncio.gather(*(service.stop() for service in managed), return_exceptions=True)
        await super().cleanup()


main = Hub.launch_instance

if __name__ == "__main__":
    main()
