"""The page itself."""

from nightdesk_services.monitor.page.session import build

__all__ = ["build"]
