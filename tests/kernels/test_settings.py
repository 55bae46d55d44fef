"""Settings: environment over file over defaults, and the same again in a child process."""

from __future__ import annotations

from pathlib import Path

import pytest
from nightdesk.settings import Settings


def test_defaults_are_on_this_machine() -> None:
    settings = Settings()
    assert settings.store.startswith("mongodb://127.0.0.1:")
    assert settings.stream.startswith("127.0.0.1:")
    assert settings.public_url == "http://127.0.0.1:8100"
    assert settings.marshal == "http://127.0.0.1:8111/services/marshal"
    assert settings.catalogs == Path(".nightdesk/catalogs")


def test_one_line_points_at_a_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_STORE_URI", "mongodb://site/")
    monkeypatch.setenv("NIGHTDESK_STREAM_BOOTSTRAP", "kafka:9092")
    monkeypatch.setenv("NIGHTDESK_HUB_URL", "https://desk.example/")
    settings = Settings()
    assert (settings.store, settings.stream) == ("mongodb://site/", "kafka:9092")
    assert settings.public_url == "https://desk.example"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "nightdesk.toml"
    config.write_text('store_port = 1\nbroker_workers = 7\n[stream_config]\n"sasl.username" = "me"\n')
    monkeypatch.setenv("NIGHTDESK_CONFIG", str(config))
    monkeypatch.setenv("NIGHTDESK_STORE_PORT", "2")
    settings = Settings()
    assert (settings.store_port, settings.broker_workers) == (2, 7)
    assert settings.stream_config == {"sasl.username": "me"}


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NIGHTDESK_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(FileNotFoundError, match=r"none\.toml"):
        Settings()


def test_a_child_sees_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, store_port=3, stream_config={"a": "b"}, catalogs_dir=tmp_path / "c"
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_secrets_stay_out_of_the_environment() -> None:
    settings = Settings.model_validate({"admin_password": "secret"})
    assert "secret" not in str(settings.environment())
    assert "secret" not in repr(settings)


def test_secrets_go_to_the_one_process_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"admin_password": "one", "notify_email": "mailto://u:two@h", "notify_hosts": ["h"]}
    settings = Settings.model_validate(given)
    assert settings.secrets("notify_") == {"NIGHTDESK_NOTIFY_EMAIL": "mailto://u:two@h"}
    assert "two" not in f"{settings!r} {settings.environment()} {settings.model_dump(mode='json')}"
    for name, value in (settings.environment() | settings.secrets("notify_")).items():
        monkeypatch.setenv(name, value)
    child = Settings()
    assert (child.notify_email, child.notify_hosts) == (settings.notify_email, ["h"])
    assert child.admin_password.get_secret_value() == ""
