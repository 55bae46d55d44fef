"""The command ``nightdesk``."""

from nightdesk_hub.cli.main import app, main

__all__ = ["app", "main"]
