"""``python -m nightdesk_services.notifier``: tell people until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal

from tornado.httpserver import HTTPServer
from tornado.web import Application

from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.notifier.config import NotifierConfig
from nightdesk_services.notifier.factory import Notifier
from nightdesk_services.notifier.handlers import routes

log = logging.getLogger("nightdesk_services.notifier")


async def _work(notifier: Notifier) -> None:
    """Wait for the store and make it ready, then follow it."""
    wait = 0.5
    while True:
        try:
            with notifier.store.bounded(60):
                await notifier.prepare()
            break
        except Unavailable as error:
            log.warning("%s; asking again in %.1f s", error.message, wait)
        except Exception:
            log.exception("the store cannot be made ready; trying again in %.1f s", wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, 5.0)
    await notifier.run()


async def serve(config: NotifierConfig) -> None:
    """Run until SIGTERM or SIGINT; what is on its way then is ended in order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    notifier = Notifier.create(config)
    server = HTTPServer(Application([*routes(config.prefix), *routes("")], notifier=notifier))
    server.listen(config.settings.notifier_port, "127.0.0.1")
    log.info("listening at http://127.0.0.1:%d%s", config.settings.notifier_port, config.prefix)
    work = asyncio.create_task(_work(notifier))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    server.stop()
    work.cancel()
    waiting.cancel()
    ended = (await asyncio.gather(work, return_exceptions=True))[0]
    await notifier.close()
    if isinstance(ended, Exception):
        raise ended


def main() -> None:
    """Run the service."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("apprise", "tornado.access"):
        logging.getLogger(name).setLevel(logging.ERROR)
    asyncio.run(serve(NotifierConfig()))


if __name__ == "__main__":
    main()
