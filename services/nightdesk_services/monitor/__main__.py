"""``python -m nightdesk_services.monitor``: serve the Stream page until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal

from tornado.httpserver import HTTPServer

from nightdesk_services.monitor.config import MonitorConfig
from nightdesk_services.monitor.opening import Doorway

log = logging.getLogger("nightdesk_services.monitor")


async def serve(config: MonitorConfig) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    doorway = Doorway(config)
    server = HTTPServer(doorway, xheaders=True)
    port = config.settings.monitor_port
    server.listen(port, "127.0.0.1")
    log.info("listening at http://127.0.0.1:%d%s/", port, config.prefix)
    await stop.wait()
    log.info("stopping")
    server.stop()
    await doorway.close()


def main() -> None:
    """Run the service."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # it tells of every session and of every message
    logging.getLogger("bokeh").setLevel(logging.WARNING)
    for name in ("httpx", "tornado.access", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    asyncio.run(serve(MonitorConfig.from_environment()))


if __name__ == "__main__":
    main()
