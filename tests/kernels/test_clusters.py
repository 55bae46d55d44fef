"""Clusters of one's own, from the real Gateway."""

from __future__ import annotations

from collections.abc import Iterator

import nightdesk
import pytest
from nightdesk.client.errors import LimitError, TokenError, UnreachableError
from nightdesk.clusters import _gateway

from tests.support.platform import Platform
from tests.support.ports import free_ports


@pytest.fixture
def at_the_desk(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of a user's server; clusters that are left are ended."""
    if "clara" not in platform._passwords:
        platform.add_user("clara")
    for name, value in platform.environment("clara").items():
        monkeypatch.setenv(name, value)
    yield
    gateway = _gateway()
    for left in gateway.list_clusters():
        gateway.stop_cluster(left.name)


@pytest.mark.platform
@pytest.mark.usefixtures("at_the_desk")
def test_a_cluster_works_and_is_used_again(capsys: pytest.CaptureFixture[str]) -> None:
    first = nightdesk.cluster(workers=2)
    with first.get_client() as client:
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 2
        assert client.submit(sum, [1, 2, 3]).result(timeout=60) == 6
    assert "2 workers are ready" in capsys.readouterr().out
    again = nightdesk.cluster(workers=1)
    assert again.name == first.name
    assert "Using your cluster" in capsys.readouterr().out
    again.close()
    first.close()


@pytest.mark.platform
@pytest.mark.usefixtures("at_the_desk")
def test_limits_say_what_to_do(platform: Platform) -> None:
    with pytest.raises(LimitError, match="fewer workers"):
        nightdesk.cluster(workers=platform.settings.gateway_max_workers + 1)
    assert _gateway().list_clusters() == [], "what was started for nothing is ended"
    made = [nightdesk.cluster(workers=0, new=True) for _ in range(platform.settings.gateway_max_clusters)]
    with pytest.raises(LimitError, match="without new=True"):
        nightdesk.cluster(workers=0, new=True)
    for one in made:
        one.close()


def test_without_a_gateway_or_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NIGHTDESK_GATEWAY_URL", raising=False)
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    with pytest.raises(UnreachableError, match="NIGHTDESK_GATEWAY_URL is not set"):
        nightdesk.cluster()
    (port,) = free_ports(1)
    monkeypatch.setenv("NIGHTDESK_GATEWAY_URL", f"http://127.0.0.1:{port}/services/dask-gateway")
    with pytest.raises(TokenError, match="JUPYTERHUB_API_TOKEN"):
        nightdesk.cluster()
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    with pytest.raises(UnreachableError, match="does not answer"):
        nightdesk.cluster()
