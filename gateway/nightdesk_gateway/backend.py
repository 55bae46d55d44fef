"""Clusters as processes of one machine: limited per user, and ended with the gateway."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.backends.local import UnsafeLocalBackend
from dask_gateway_server.models import Cluster, User
from traitlets import Integer, Unicode

from nightdesk_gateway.death import dying_with_me


class DeskBackend(UnsafeLocalBackend):  # type: ignore[misc]
    """Dask Gateway's local backend for users who are no accounts of the system.

    All clusters run as the gateway's own system user; schedulers accept only clients that have the cluster's
    key. A site uses the Kubernetes, Slurm or PBS backend.
    """

    max_clusters = Integer(2, min=0, help="Most clusters that a user may have at a time.", config=True)
    homes = Unicode("", help="Directory of the users' homes; a worker's HOME is in it.", config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Counting and creating are one step.
        self._creating = asyncio.Lock()

    async def start_cluster(self, user: User, cluster_options: dict[str, Any]) -> str:
        """Create a cluster, unless the user has as many as allowed.

        Raises
        ------
        PublicException
            The limit is reached; the client shows the message.
        """
        async with self._creating:
            active = self.db.list_clusters(username=user.name)
            if len(active) >= self.max_clusters:
                msg = (
                    f"you have {len(active)} clusters, and {self.max_clusters} is the most a user may have "
                    "at a time; shut one down first (Gateway().list_clusters() shows them)"
                )
                raise PublicException(msg)
            name: str = await super().start_cluster(user, cluster_options)
            return name

    async def on_cluster_heartbeat(self, cluster_name: str, msg: dict[str, Any]) -> None:
        """Take a scheduler's report, without a dashboard: the proxy would serve it to everybody."""
        await super().on_cluster_heartbeat(cluster_name, msg | {"dashboard_address": ""})

    def get_env(self, cluster: Cluster) -> dict[str, str]:
        """Return the environment of schedulers and workers: nothing of the gateway's own tokens."""
        env: dict[str, str] = super().get_env(cluster)
        home = Path(self.homes) / cluster.username
        env["HOME"] = str(home) if self.homes and home.is_dir() else cluster.state["workdir"]
        return env

    def make_preexec_fn(self, cluster: Cluster) -> Callable[[], None]:
        """Let a process end with the gateway, which would not know it after a restart."""
        bind, workdir = dying_with_me(), cluster.state["workdir"]

        def prepare() -> None:
            os.chdir(workdir)
            bind()

        return prepare
