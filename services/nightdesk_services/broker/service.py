"""The service's process: HTTP, the store's preparation, the workers, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

from nightdesk.settings import Settings
from tornado.httpserver import HTTPServer
from tornado.web import Application

from nightdesk_services.broker import worker
from nightdesk_services.broker.application import Parts
from nightdesk_services.broker.factory import count_documents, prepare_store
from nightdesk_services.broker.handlers import routes
from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.broker.services.metrics import registry
from nightdesk_services.broker.services.monitor import Monitor
from nightdesk_services.broker.services.totals import Totals
from nightdesk_services.broker.services.workers import WorkerPool
from nightdesk_services.broker.watching import Watch

log = logging.getLogger(__name__)

PREFIX = "/services/broker"


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; then workers leave the group, and all ends in order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    monitor = Monitor()
    pool = WorkerPool(settings, worker.consume, worker.stop)
    watch = Watch.create(settings, monitor)
    parts = Parts(
        monitor=monitor,
        metrics=registry(monitor, lambda: len(pool.running), lambda: watch.retrying.outcomes),
        totals=Totals(lambda: count_documents(settings)),
        quarantine=watch.quarantine,
        retrying=watch.retrying,
        summaries=watch.summaries,
        running=lambda: len(pool.running),
    )
    server = HTTPServer(Application([*routes(PREFIX), *routes("")], parts=parts))
    server.listen(settings.broker_port, "127.0.0.1")
    log.info("the broker listens on http://127.0.0.1:%d%s", settings.broker_port, PREFIX)
    work = asyncio.create_task(_work(settings, pool, parts, watch))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    parts.phase = "stopping"
    work.cancel()
    waiting.cancel()
    server.stop()
    try:
        with suppress(asyncio.CancelledError):
            await work
    finally:
        await pool.close()
        await watch.close()
    log.info("the broker has ended")


async def _work(settings: Settings, pool: WorkerPool, parts: Parts, watch: Watch) -> None:
    pause = 0.5
    while True:
        try:
            await asyncio.to_thread(prepare_store, settings)
            await asyncio.to_thread(watch.prepare)
            break
        except StoreUnavailableError as error:
            parts.phase = "waiting for the store"
            log.warning("the store is not there, trying again in %.1f s: %s", pause, str(error)[:300])
            await asyncio.sleep(pause)
            pause = min(5.0, pause * 2)
    parts.phase = "starting workers"
    await pool.start(worker.TOPIC, parts.monitor.report)
    parts.phase = "running"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pool.supervise())
        tasks.create_task(watch.keep())
        tasks.create_task(watch.tidy())
