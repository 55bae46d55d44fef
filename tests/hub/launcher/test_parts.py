"""What the launcher starts follows from the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from nightdesk.settings import Settings
from nightdesk_hub.launcher import parts


def test_a_sites_servers_are_not_started(tmp_path: Path) -> None:
    given = Settings(data_dir=tmp_path, store_uri="mongodb://site/", stream_bootstrap="site:9092")
    assert parts.embedded(given, {}) == []
    assert [p.name for p in parts.embedded(given.model_copy(update={"store_uri": ""}), {})] == ["store"]


def test_a_sites_gateway_needs_no_ports(tmp_path: Path) -> None:
    given = Settings(data_dir=tmp_path, gateway_url="https://gateway.example.org")
    assert not [name for name in parts.all_ports(given, []) if name.startswith("gateway")]
    assert "dask-gateway" not in parts.health_urls(given)


def test_children_see_these_settings_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_MARSHAL_URL", "http://elsewhere/")
    monkeypatch.setenv("NIGHTDESK_ADMIN_PASSWORD", "secret-of-the-admin")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of another hub")
    environment = parts.base_environment(Settings(data_dir=tmp_path, marshal_url="", hub_port=1234))
    assert environment["NIGHTDESK_HUB_PORT"] == "1234"
    assert environment["NIGHTDESK_DATA_DIR"] == str(tmp_path)
    assert not {"NIGHTDESK_MARSHAL_URL", "NIGHTDESK_ADMIN_PASSWORD", "JUPYTERHUB_API_TOKEN"} & set(
        environment
    )


def test_a_missing_proxy_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LookupError, match="make install"):
        parts.proxy_command()
