"""Dask Gateway's configuration, made of the settings; ``dask-gateway-server --config`` reads it."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from nightdesk.settings import Settings

from nightdesk_gateway.backend import DeskBackend

c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets gives it

settings = Settings()
directory = settings.data_dir.resolve() / "gateway"
# Nothing in it outlives the gateway, which knows its clusters only while it runs.
shutil.rmtree(directory, ignore_errors=True)
directory.mkdir(parents=True, mode=0o700)

c.DaskGateway.backend_class = DeskBackend
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"
# With the name, a token needs the scope access:services!service=dask-gateway; without, any token would do.
c.JupyterHubAuthenticator.jupyterhub_service_name = "dask-gateway"

c.Proxy.address = f"127.0.0.1:{settings.gateway_port}"
c.Proxy.tcp_address = f"127.0.0.1:{settings.gateway_proxy_port}"
c.Proxy.prefix = "/services/dask-gateway"
c.Proxy.proxy_status_period = 2

c.DeskBackend.clusters_directory = str(directory)
c.DeskBackend.max_clusters = settings.gateway_max_clusters
c.DeskBackend.homes = str(settings.data_dir.resolve() / "users")
c.DeskBackend.sigint_timeout = 3
c.DeskBackend.sigterm_timeout = 2

dask = [sys.executable, "-m", "dask"]
c.ClusterConfig.scheduler_cmd = [*dask, "scheduler", "--no-dashboard"]
c.ClusterConfig.worker_cmd = [*dask, "worker", "--no-dashboard"]
c.ClusterConfig.cluster_max_workers = settings.gateway_max_workers
c.ClusterConfig.worker_threads = 1
c.ClusterConfig.idle_timeout = 3600
# Their HTTP servers have no login: leave nothing there but that they live.
c.ClusterConfig.environment = {
    "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": '["distributed.http.health"]',
    "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": '["distributed.http.health"]',
    "OMP_NUM_THREADS": "1",
}
