"""JupyterHub's configuration, made of the settings; ``python -m nightdesk_hub.app --config`` reads it."""

from __future__ import annotations

from typing import Any

from nightdesk.scopes import custom_scopes
from nightdesk.settings import Settings

from nightdesk_hub import accounts, auth, roles, services, spawner

c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets gives it

settings = Settings()
home = settings.data_dir / "hub"

c.JupyterHub.bind_url = f"http://127.0.0.1:{settings.hub_port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_api_port}"
c.JupyterHub.db_url = accounts.database(settings.data_dir)
c.JupyterHub.cookie_secret_file = str(home / "cookie_secret")
if settings.hub_url:
    c.JupyterHub.public_url = f"{settings.public_url}/"

# The launcher runs the proxy: users stay connected while the hub restarts.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_api_port}"
c.JupyterHub.cleanup_servers = True
# Also how soon a restarted proxy has its routes again, in seconds.
c.JupyterHub.last_activity_interval = 10

c.JupyterHub.custom_scopes = custom_scopes()
c.JupyterHub.load_roles = roles.load_roles()
c.JupyterHub.services = services.services(settings)

auth.configure(c)
spawner.configure(c, settings)
