"""A Dask cluster of one's own, from the Gateway."""

from __future__ import annotations

import os
import time
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from nightdesk.client.errors import LimitError, NightdeskError, TokenError, UnreachableError

if TYPE_CHECKING:
    from dask_gateway import Gateway, GatewayCluster

URL = "NIGHTDESK_GATEWAY_URL"
PROXY = "NIGHTDESK_GATEWAY_PROXY_URL"

# Never collected: if the garbage collector happens to run in the thread of their event loop,
# these objects wait there for that very loop, for ever (dask-gateway 2026.3).
_kept: list[GatewayCluster] = []


def cluster(
    workers: int = 2,
    adaptive: tuple[int, int] | None = None,
    *,
    new: bool = False,
    timeout: float = 120,
) -> GatewayCluster:
    """Return a Dask cluster of your own, with its workers there.

    Parameters
    ----------
    workers
        Number of workers.
    adaptive
        Least and most workers, to come and go with the work; then ``workers`` is not used.
    new
        Start another cluster even if you have one.
    timeout
        Seconds to wait for the workers.

    Returns
    -------
    dask_gateway.GatewayCluster
        It goes on when the kernel ends; ``cluster.shutdown()`` ends it, an hour without use does too.

    Raises
    ------
    LimitError
        If you may have no more clusters, or not that many workers.
    UnreachableError
        If the Gateway does not answer, or the workers do not come in time.

    Examples
    --------
    >>> with nightdesk.cluster(workers=2).get_client() as client:
    ...     client.submit(sum, [1, 2, 3]).result()
    6
    """
    gateway = _gateway()
    running = [] if new else _ask(gateway.list_clusters)
    if running:
        name = running[0].name
        print(f"Using your cluster {name}")
    else:
        print("Starting a cluster ...")
        name = _ask(gateway.submit)
    mine = _ask(lambda: gateway.connect(name, shutdown_on_close=False))
    _kept.append(mine)
    try:
        if adaptive:
            least, most = adaptive
            _ask(lambda: mine.adapt(minimum=least, maximum=most))
        else:
            _ask(lambda: mine.scale(workers))
        _wait(mine, adaptive[0] if adaptive else workers, timeout)
    except BaseException:
        # what was started for nothing goes, what was there stays
        mine.close(shutdown=not running)
        raise
    return mine


def _gateway() -> Gateway:
    address = os.environ.get(URL)
    if not address:
        msg = f"{URL} is not set: it names the Dask Gateway, and a server started from the hub has it."
        raise UnreachableError(msg)
    if not os.environ.get("JUPYTERHUB_API_TOKEN"):
        msg = "JUPYTERHUB_API_TOKEN is not set: the Gateway lets only users of the hub in."
        raise TokenError(msg)
    return _connected(address, os.environ.get(PROXY), os.environ["JUPYTERHUB_API_TOKEN"])


@cache
def _connected(address: str, proxy: str | None, token: str) -> Gateway:
    from dask_gateway import Gateway, JupyterHubAuth

    return Gateway(address=address, proxy_address=proxy, auth=JupyterHubAuth(api_token=token))


def _ask(call: Any) -> Any:
    """Make a request to the Gateway; turn what it says into what to do."""
    from aiohttp import ClientError
    from dask_gateway import GatewayClusterError, GatewayWarning

    try:
        # asking for more workers than allowed is only warned of, and would end in waiting for them
        with warnings.catch_warnings():
            warnings.simplefilter("error", GatewayWarning)
            return call()
    except GatewayWarning as error:
        msg = f"{error} Ask for fewer workers."
        raise LimitError(msg) from error
    except (ClientError, OSError, TimeoutError) as error:
        if getattr(error, "status", None) in (401, 403):
            msg = (
                "The Gateway does not let you in: your token lacks access:services!service=dask-gateway. "
                "Restart your server; if that does not help, ask an admin of the hub."
            )
            raise TokenError(msg) from error
        msg = (
            f"The Dask Gateway at {os.environ[URL]} does not answer ({error}); see 'nightdesk logs gateway'."
        )
        raise UnreachableError(msg) from error
    except (ValueError, GatewayClusterError) as error:
        said = str(error)
        if "most a user may have" in said or "exceed" in said.lower() or "limit" in said.lower():
            msg = f"{said} nightdesk.cluster() without new=True takes the one that you have."
            raise LimitError(msg) from error
        raise NightdeskError(said) from error


def _wait(mine: GatewayCluster, wanted: int, timeout: float) -> None:
    """Wait until the scheduler knows the workers, and tell how many there are."""
    deadline, shown = time.monotonic() + timeout, -1
    with mine.get_client(set_as_default=False) as client:
        while (there := len(client.scheduler_info(n_workers=-1)["workers"])) < wanted:
            if there != shown:
                print(f"{there} of {wanted} workers")
                shown = there
            if time.monotonic() > deadline:
                msg = (
                    f"{there} of {wanted} workers came within {timeout:.0f} s. "
                    "'nightdesk logs gateway' tells why; timeout=... waits longer."
                )
                raise UnreachableError(msg)
            time.sleep(0.2)
    print(f"{there} workers are ready")
