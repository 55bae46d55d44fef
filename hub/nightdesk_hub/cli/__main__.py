"""``python -m nightdesk_hub.cli``."""

from nightdesk_hub.cli import main

main()
