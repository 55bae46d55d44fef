"""``python -m nightdesk_services.broker``: run the broker service."""

from __future__ import annotations

import asyncio
import logging

from nightdesk.settings import Settings

from nightdesk_services.broker.service import serve

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(serve(Settings()))
