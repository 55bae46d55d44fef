"""Outside services, by apprise: in a thread each, bounded in time, and with their word on what went wrong."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat

from nightdesk_services.notifier.models.errors import DeliveryError

_ASSET: Final = AppriseAsset(
    app_id="Nightdesk",
    app_desc="Nightdesk notifications",
    app_url="",
    # an allowed host must not lead to another
    http_redirects=False,
    # what people wrote is text, never a template
    allow_templates=False,
    interpret_emojis=False,
    interpret_escapes=False,
    pgp_autogen=False,
    pem_autogen=False,
    image_url_mask="",
    image_url_logo="",
    result_log_memory_size=10_000,
)


class Services:
    """Sends by apprise.

    Parameters
    ----------
    threads
        Letters on their way at the same time.
    patience
        Longest time that one may take [s]; what a server does after that is not known here.
    """

    def __init__(self, threads: int, patience: float) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="notify")
        self._patience = patience

    @property
    def asset(self) -> AppriseAsset:
        """What every service is told of this desk."""
        return _ASSET

    def service(self, url: str) -> NotifyBase:
        """Return the service that an apprise URL names.

        Raises
        ------
        DeliveryError
            If it names none.
        """
        found = Apprise.instantiate(url, asset=_ASSET, suppress_exceptions=True)
        if found is None:
            raise DeliveryError("this desk's address of the service cannot be read", final=True)
        return found

    async def send(self, service: NotifyBase, title: str, text: str) -> None:
        """Send a text.

        Raises
        ------
        DeliveryError
            If it was not taken; its words are apprise's, without addresses' secrets.
        """
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(self._threads, _notify, service, title, text)
        try:
            why = await asyncio.wait_for(sending, self._patience)
        except TimeoutError:
            raise DeliveryError("there was no answer in time") from None
        if why:
            raise DeliveryError(why)

    async def close(self) -> None:
        """Wait for what is on its way."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


def _notify(service: NotifyBase, title: str, text: str) -> str:
    """Return why a text was not taken, empty if it was."""
    # apprise sends nothing without a text
    result: Any = Apprise(service, asset=_ASSET).notify(
        body=text or title, title=title if text else "", body_format=NotifyFormat.TEXT
    )
    if result:
        return ""
    said = [entry.message for one in result for attempt in one for entry in attempt.logs]
    return " ".join(said[-1].split())[:300] if said else "it was not taken"
