"""Webhooks of people's own: where the desk's list lets them go, asked again at every letter."""

from __future__ import annotations

from apprise.plugins.custom_json import NotifyJSON
from nightdesk.settings import Settings

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.notification_rules import MEMBER, SLACK
from nightdesk_services.marshal.services.webhooks import Webhook, webhook
from nightdesk_services.notifier.models.errors import DeliveryError
from nightdesk_services.notifier.models.occasion import Letter
from nightdesk_services.notifier.services.channels.services import Services
from nightdesk_services.notifier.services.channels.site import SlackBot
from nightdesk_services.notifier.services.receivers import Receiver


class JsonWebhook:
    """Posts JSON: ``title``, ``message``, ``kind``, ``url``, and ``id``, the same at every try."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._settings = settings

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Post it."""
        place = _allowed(receiver.settings.get("webhook"), self._settings, "webhook")
        # made of its parts: parameters of an address must not become options of ours
        service = NotifyJSON(  # type: ignore[no-untyped-call]
            schema="jsons" if place.secure else "json",
            secure=place.secure,
            host=place.host,
            port=place.port,
            fullpath=place.path,
            params=place.query,
            payload={"id": letter.key, "kind": letter.kind, "url": letter.url},
            asset=self._services.asset,
        )
        await self._services.send(service, letter.title, letter.text or letter.title)


class Slack:
    """An incoming webhook of one's own, or the desk's bot."""

    def __init__(self, services: Services, settings: Settings, bot: SlackBot) -> None:
        self._services = services
        self._settings = settings
        self._bot = bot

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Send it to whichever one has set up."""
        address = receiver.settings.get("slack")
        if address is None or MEMBER.fullmatch(address):
            await self._bot.send(receiver, letter)
            return
        place = _allowed(address, self._settings, "slack")
        parts = [part for part in place.path.split("/") if part]
        known = place.host == SLACK and len(parts) == 4 and parts[0] == "services"
        if not known or place.query or not all(map(str.isalnum, parts)):
            raise DeliveryError("the address in your settings is not one of a Slack webhook", final=True)
        service = self._services.service(f"slack://{'/'.join(parts[1:])}/?format=text&image=no&footer=no")
        await self._services.send(service, letter.title, letter.text)


def _allowed(address: str | None, settings: Settings, field: str) -> Webhook:
    if not address:
        raise DeliveryError(f"there is no {field} address in your settings", final=True)
    try:
        return webhook(address, settings.notify_hosts, settings.notify_schemes, field)
    except Invalid as error:
        raise DeliveryError(error.message, final=True) from None
