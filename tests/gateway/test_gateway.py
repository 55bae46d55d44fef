"""Clusters of one's own: made with a hub token, limited, and closed to others."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psutil
import pytest
from dask_gateway import Gateway, JupyterHubAuth
from dask_gateway.client import GatewayCluster

from tests.support.platform import Platform

pytestmark = pytest.mark.platform


def gateway(platform: Platform, token: str) -> Gateway:
    return Gateway(
        address=platform.gateway_url,
        proxy_address=f"gateway://127.0.0.1:{platform.settings.gateway_proxy_port}",
        auth=JupyterHubAuth(api_token=token),
    )


@pytest.fixture(scope="module")
def mine(platform: Platform) -> Iterator[Gateway]:
    platform.add_user("ada")
    with gateway(platform, platform.user_token("ada")) as found:
        yield found


@pytest.fixture(scope="module")
def cluster(mine: Gateway) -> Iterator[GatewayCluster]:
    with mine.new_cluster() as made:
        yield made


def test_two_workers_add_numbers(cluster: GatewayCluster) -> None:
    cluster.scale(2)
    with cluster.get_client() as client:
        client.wait_for_workers(2, timeout=60)
        assert client.submit(sum, range(1000)).result(timeout=30) == 499_500
        environments = client.run(lambda: dict(__import__("os").environ))
    assert len(environments) == 2
    for environment in environments.values():
        assert environment["USER"] == "ada"
        assert not [name for name in environment if name.startswith("JUPYTERHUB")]


def test_another_user_neither_sees_nor_reaches_it(platform: Platform, cluster: GatewayCluster) -> None:
    platform.add_user("ben")
    with gateway(platform, platform.user_token("ben")) as other:
        assert other.list_clusters() == []
        with pytest.raises(Exception, match="Forbidden"):
            other.connect(cluster.name)


def test_a_token_without_access_to_the_service_is_refused(platform: Platform) -> None:
    token = platform.new_token("ada", ["custom:nightdesk:candidates:read"])
    with (
        gateway(platform, token) as refused,
        pytest.raises(Exception, match=r"Authentication|401|Unauthorized"),
    ):
        refused.list_clusters()
    assert httpx.get(f"{platform.gateway_url}/api/v1/clusters/").status_code == 401


def test_one_cluster_too_many_is_refused_with_the_reason(mine: Gateway, cluster: GatewayCluster) -> None:
    with mine.new_cluster(), pytest.raises(ValueError, match="2 is the most a user may have"):
        mine.new_cluster()


def test_a_cluster_cannot_grow_over_the_limit(cluster: GatewayCluster) -> None:
    with pytest.warns(UserWarning, match="resource limit of 4 workers"):
        cluster.scale(50)
    cluster.scale(2)


def test_no_dashboard_is_open(platform: Platform, cluster: GatewayCluster) -> None:
    assert cluster.dashboard_link is None
    assert httpx.get(f"{platform.gateway_url}/clusters/{cluster.name}/status").status_code == 404
    schedulers = [p for p in psutil.process_iter() if is_scheduler(p, cluster.name)]
    assert schedulers
    ports = {c.laddr.port for p in schedulers for c in p.net_connections("tcp") if c.status == "LISTEN"}
    assert ports
    for port in ports:
        for page in (
            "/status",
            "/info/main/workers.html",
            "/metrics",
            "/json/counts.json",
            "/api/v1/check",
        ):
            try:
                assert httpx.get(f"http://127.0.0.1:{port}{page}", timeout=5).status_code in (404, 401)
            except httpx.TransportError:
                # The port of the scheduler itself wants TLS with the cluster's key.
                break
        else:
            # It lists what there is, and that must be nothing.
            answer = httpx.get(f"http://127.0.0.1:{port}/sitemap.json", timeout=5)
            listed = answer.json()["paths"] if answer.status_code == 200 else []
            assert set(listed) <= {"/health", "/sitemap.json"}


def is_scheduler(process: psutil.Process, cluster: str) -> bool:
    try:
        return (
            process.environ().get("DASK_GATEWAY_CLUSTER_NAME") == cluster and "scheduler" in process.cmdline()
        )
    except psutil.Error:
        return False
