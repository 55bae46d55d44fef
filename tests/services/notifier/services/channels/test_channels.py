"""What really goes out, and where it never goes."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from apprise.plugins.slack import NotifySlack
from apprise.plugins.twilio import NotifyTwilio
from nightdesk.settings import Settings
from nightdesk_services.notifier.models.errors import DeliveryError
from nightdesk_services.notifier.models.occasion import Letter
from nightdesk_services.notifier.services.channels.own import JsonWebhook, Slack
from nightdesk_services.notifier.services.channels.services import Services
from nightdesk_services.notifier.services.channels.site import Email, SlackBot, Sms, addressed
from pydantic import SecretStr

from tests.services.notifier.servers import Hook, MailServer

LETTER = Letter("key-1", "comment", "ana commented on X", "a <b>, <!channel> & {{x}}", "/source/X")
WEBHOOK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"


def receiver(user: dict[str, Any] | None = None, **settings: Any) -> Any:
    return SimpleNamespace(user=user or {}, settings=settings)


@pytest.fixture
async def services() -> Any:
    found = Services(2, 20)
    yield found
    await found.close()


async def test_a_webhook_gets_json_and_its_own_query(hook: Hook, services: Services) -> None:
    settings = Settings(notify_hosts=[hook.host], notify_schemes=["http"])
    channel = JsonWebhook(services, settings)
    # what apprise would take for options of its own is the address's
    url = f"http://{hook.host}/a%20b/c?verify=no&method=GET&redirect=yes&%2BX-Evil=1&%3Amessage="
    await channel.send(receiver(webhook=url), LETTER)
    (post,) = hook.posts
    assert {name: post[name] for name in ("id", "kind", "title", "message", "url")} == {
        "id": "key-1",
        "kind": "comment",
        "title": LETTER.title,
        "message": LETTER.text,
        "url": "/source/X",
    }
    assert hook.paths[0].startswith("/a%20b/c?")
    assert "method=GET" in hook.paths[0] and "X-Evil" not in hook.headers[0]
    await channel.send(receiver(webhook=url), dataclasses.replace(LETTER, text=""))
    assert hook.posts[1]["message"] == LETTER.title


async def test_a_webhook_does_not_lead_elsewhere(hook: Hook, services: Services) -> None:
    other = Hook()
    other.start()
    hook.redirect = f"http://{other.host}/"
    settings = Settings(notify_hosts=[hook.host], notify_schemes=["http"])
    with pytest.raises(DeliveryError, match="307") as refused:
        await JsonWebhook(services, settings).send(
            receiver(webhook=f"http://{hook.host}/?redirect=yes"), LETTER
        )
    assert not refused.value.final
    assert (len(hook.posts), other.posts) == (1, [])
    await other.stop()


async def test_an_address_that_is_not_allowed_any_more_gets_nothing(hook: Hook, services: Services) -> None:
    for settings in (Settings(notify_schemes=["http"]), Settings(notify_hosts=[hook.host])):
        with pytest.raises(DeliveryError) as refused:
            await JsonWebhook(services, settings).send(receiver(webhook=f"http://{hook.host}/"), LETTER)
        assert refused.value.final
    assert hook.posts == []


async def test_mail_is_plain_text_to_one(mail: MailServer, services: Services) -> None:
    channel = Email(services, SecretStr(mail.url), "https://desk.example.org")
    await channel.send(receiver({"contact_email": "ana@example.org"}), LETTER)
    ((to, sent),) = mail.mails
    assert (to, sent["Subject"], sent.get_content_type()) == ("ana@example.org", LETTER.title, "text/plain")
    assert sent.get_content().splitlines() == [LETTER.text, "", "Nightdesk: https://desk.example.org/"]
    assert sent["X-Nightdesk-Letter"] == "key-1"
    assert "desk@example.org" in sent["From"]
    with pytest.raises(DeliveryError, match="profile") as refused:
        await channel.send(receiver(), LETTER)
    assert refused.value.final
    mail.refuse = "550 no such mailbox"
    with pytest.raises(DeliveryError, match="mail server") as refused:
        await channel.send(receiver({"contact_email": "ben@example.org"}), LETTER)
    assert not refused.value.final and "127.0.0.1" not in refused.value.why


async def test_what_the_desk_has_not_is_said(services: Services) -> None:
    for channel in (Email(services, SecretStr(""), ""), Sms(services, SecretStr(""), "")):
        with pytest.raises(DeliveryError, match="this desk has no") as refused:
            user = {"contact_email": "ana@example.org", "contact_phone": "+15551234567"}
            await channel.send(receiver(user), LETTER)
        assert refused.value.final
    with pytest.raises(DeliveryError, match="cannot be read") as refused:
        await Email(services, SecretStr("nonsense"), "").send(receiver({"contact_email": "a@b.org"}), LETTER)
    assert refused.value.final


async def test_slack_by_ones_own_webhook(
    hook: Hook, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://{hook.host}/services")
    settings = Settings(notify_hosts=["hooks.slack.com"])
    channel = Slack(services, settings, SlackBot(services, SecretStr(""), ""))
    await channel.send(receiver(slack=WEBHOOK), LETTER)
    assert hook.paths == ["/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"]
    said = str(hook.posts[0])
    assert "ana commented on X" in said and "a &lt;b&gt;, &lt;!channel&gt; &amp; {{x}}" in said
    assert "http" not in said, "nothing of others is shown with it"
    for wrong in (f"{WEBHOOK}?channel=x", f"{WEBHOOK}/more", "https://hooks.slack.com/workflows/T1/A1/x"):
        with pytest.raises(DeliveryError, match="Slack") as refused:
            await channel.send(receiver(slack=wrong), LETTER)
        assert refused.value.final
    with pytest.raises(DeliveryError, match="list"):
        await Slack(services, Settings(), SlackBot(services, SecretStr(""), "")).send(
            receiver(slack=WEBHOOK), LETTER
        )


async def test_an_sms_is_the_title(hook: Hook, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        NotifyTwilio, "send", lambda self, body, **_: seen.append((self.targets, body)) or True
    )
    address = f"twilio://AC{'a' * 32}:{'b' * 32}@15551230000"
    await Sms(services, SecretStr(address), "").send(receiver({"contact_phone": "+1 (555) 123-4567"}), LETTER)
    ((targets, body),) = seen
    assert "15551234567" in str(targets) and body == LETTER.title


def test_recipients_of_a_services_address_are_replaced() -> None:
    given = "mailtos://u:p@smtp.example.org?from=desk@example.org&to=all@example.org&format=html"
    assert addressed(given, "a&b=c@example.org") == (
        "mailtos://u:p@smtp.example.org?from=desk@example.org"
        "&to=a%26b%3Dc%40example.org&format=text&image=no&footer=no"
    )
