"""``python -m nightdesk_services.marshal``: serve until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal

import uvloop
from tornado.httpserver import HTTPServer

from nightdesk_services.common import garbage
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.common.store import connect
from nightdesk_services.marshal.app import MAX_BODY, application
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.factory import Marshal

log = logging.getLogger("nightdesk_services.marshal")


def _defaults(config: MarshalConfig) -> None:
    database = connect(config.settings)
    try:
        ensure_defaults(database)
    finally:
        database.client.close()


async def _prepare(marshal: Marshal) -> None:
    """Wait for the store and make it ready, then follow it."""
    wait = 0.5
    while True:
        try:
            with marshal.store.bounded():
                await marshal.store.ping()
            await asyncio.to_thread(_defaults, marshal.config)
            with marshal.store.bounded(60):
                await marshal.prepare()
        except Unavailable as error:
            log.warning("%s; asking again in %.1f s", error.message, wait)
        except Exception:
            log.exception("the store cannot be made ready; trying again in %.1f s", wait)
        else:
            marshal.events.start()
            log.info("ready")
            await marshal.settled()
            garbage.settle()
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, 5.0)


async def serve(config: MarshalConfig) -> None:
    """Serve until SIGTERM or SIGINT."""
    marshal = Marshal.create(config)
    server = HTTPServer(application(marshal), max_body_size=MAX_BODY, xheaders=True)
    server.listen(config.port, "127.0.0.1")
    log.info("listening at http://127.0.0.1:%d%s", config.port, config.prefix)
    preparing = asyncio.create_task(_prepare(marshal))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    log.info("stopping")
    server.stop()
    preparing.cancel()
    await asyncio.gather(preparing, return_exceptions=True)
    await marshal.close()
    try:
        await asyncio.wait_for(server.close_all_connections(), 5)
    except TimeoutError:
        log.warning("some connections did not end in time")


def main() -> None:
    """Run the service."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvloop.run(serve(MarshalConfig.from_environment()))


if __name__ == "__main__":
    main()
