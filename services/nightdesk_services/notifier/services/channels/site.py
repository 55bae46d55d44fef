"""Channels that the desk itself has: mail, SMS, and its Slack bot."""

from __future__ import annotations

import logging
from urllib.parse import quote

from pydantic import SecretStr

from nightdesk_services.marshal.services.notification_rules import MEMBER
from nightdesk_services.notifier.models.errors import DeliveryError
from nightdesk_services.notifier.models.occasion import Letter
from nightdesk_services.notifier.services.channels.services import Services
from nightdesk_services.notifier.services.receivers import Receiver

log = logging.getLogger(__name__)

_OURS = ("to", "format", "image", "footer")
"""Parameters of a service's address that are given here."""


class SiteChannel:
    """A service of the desk's; readers hear that it failed, and the log why, for it may name servers."""

    what = ""

    def __init__(self, services: Services, address: SecretStr, home: str) -> None:
        self._services = services
        self._address = address
        self._home = home

    async def _send(self, to: str, letter: Letter, title: str, text: str) -> None:
        address = self._address.get_secret_value()
        if not address:
            raise DeliveryError(f"this desk has no {self.what}", final=True)
        service = self._services.service(addressed(address, to))
        if hasattr(service, "headers"):
            service.headers["X-Nightdesk-Letter"] = letter.key
        try:
            await self._services.send(service, title, text)
        except DeliveryError as error:
            log.warning("%s failed: %s", self.what, error.why)
            raise DeliveryError(f"the desk's {self.what} did not take it", final=error.final) from None


class Email(SiteChannel):
    """Mail to the address in one's profile."""

    what = "mail server"

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Send a mail."""
        to = receiver.user.get("contact_email")
        if not to:
            raise DeliveryError("there is no e-mail address in your profile", final=True)
        text = "\n\n".join(part for part in (letter.text, f"Nightdesk: {self._home}/") if part)
        await self._send(to, letter, letter.title, text)


class Sms(SiteChannel):
    """An SMS to the number in one's profile; the title alone, for they are short and cost."""

    what = "SMS service"

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Send an SMS."""
        to = receiver.user.get("contact_phone")
        if not to:
            raise DeliveryError("there is no telephone number in your profile", final=True)
        digits = "".join(sign for sign in to if sign.isdigit() or sign == "+")
        await self._send(digits, letter, "", letter.title[:160])


class SlackBot(SiteChannel):
    """A direct message of the desk's bot to a member of its workspace."""

    what = "Slack bot"

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Send a direct message."""
        member = receiver.settings.get("slack") or ""
        if not MEMBER.fullmatch(member):
            raise DeliveryError("there is no Slack member id in your settings", final=True)
        await self._send(f"+{member}", letter, letter.title, letter.text)


def addressed(address: str, to: str) -> str:
    """Return the address of a service for one recipient, in plain text."""
    base, _, query = address.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0].lower() not in _OURS]
    ours = [f"to={quote(to, safe='')}", "format=text", "image=no", "footer=no"]
    return f"{base}?{'&'.join([*kept, *ours])}"
