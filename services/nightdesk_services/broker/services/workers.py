"""Placing one consumer on each Dask worker, and placing it again when the worker died."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import dask
import distributed
from nightdesk.settings import Settings

log = logging.getLogger(__name__)

# Dask is only half typed: what comes from it is Any
_dask: Any = distributed

_THREADS = ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS")
_LOOK_EVERY = 1.0
_LEAVE_WITHIN = 20.0


class WorkerPool:
    """The broker's Dask workers, each with a task that lasts as long as the worker.

    Parameters
    ----------
    consume
        The task; called with the settings.
    stop
        Called in a worker's process to end its task.
    """

    def __init__(
        self, settings: Settings, consume: Callable[[Settings], None], stop: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._consume = consume
        self._stop = stop
        self._cluster: Any = None
        self._client: Any = None
        self._futures: dict[str, Any] = {}

    @property
    def running(self) -> list[str]:
        """Addresses of the workers that consume."""
        return [address for address, future in self._futures.items() if not future.done()]

    async def start(self, topic: str, on_report: Callable[[dict[str, Any]], None]) -> None:
        """Start or join the cluster, and listen to what workers report under a topic."""
        address: Any = self._settings.scheduler
        if not address:
            # nobody else on this machine may give the workers tasks, or look at them
            dask.config.set({f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")})
            # workers share the cores; threads of their own would only fight for them
            dask.config.set({f"distributed.nanny.pre-spawn-environ.{name}": 1 for name in _THREADS})
            # a sampler that would watch one task for ever, with a tenth of a worker's time
            dask.config.set({"distributed.worker.profile.enabled": False})
            security = _dask.Security.temporary()
            # nannies start a killed worker again, and let no worker outlive this process
            self._cluster = address = await _dask.LocalCluster(
                n_workers=self._settings.broker_workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                security=security,
                local_directory=str(self._settings.data_dir.resolve() / "dask"),
                asynchronous=True,
            )
        self._client = await _dask.Client(address, asynchronous=True, set_as_default=False)
        self._client.subscribe_topic(topic, lambda event: on_report(event[1]))

    async def supervise(self) -> None:
        """Keep a consumer on every worker, until cancelled."""
        while True:
            try:
                await self._place()
            except (OSError, TimeoutError) as error:
                log.warning("the Dask scheduler does not answer: %s", error)
            await asyncio.sleep(_LOOK_EVERY)

    async def _place(self) -> None:
        there = (await self._client.scheduler.identity(n_workers=-1))["workers"]
        for address in [a for a in self._futures if a not in there]:
            log.warning("worker %s is gone", address)
            await self._client.cancel([self._futures.pop(address)], force=True)
        for address, future in list(self._futures.items()):
            if future.done():
                error = await future.exception() if future.status == "error" else future.status
                log.error("the consumer on %s ended: %s", address, error)
                del self._futures[address]
        free = [address for address in sorted(there) if address not in self._futures]
        for address in free[: self._settings.broker_workers - len(self._futures)]:
            log.info("a consumer starts on %s", address)
            self._futures[address] = self._client.submit(
                self._consume, self._settings, workers=[address], allow_other_workers=False, pure=False
            )

    async def close(self) -> None:
        """Have the consumers leave their group, then end the workers."""
        if self._client is not None:
            try:
                async with asyncio.timeout(_LEAVE_WITHIN):
                    running = self.running
                    await self._client.run(self._stop, workers=running, on_error="ignore")
                    await asyncio.gather(
                        *(self._futures[address] for address in running), return_exceptions=True
                    )
            except (OSError, TimeoutError) as error:
                log.warning("consumers did not leave in time: %s", error)
            await self._client.close()
        if self._cluster is not None:
            await self._cluster.close()
