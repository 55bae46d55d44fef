"""What the notifier needs to know to start, and the bounds it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from nightdesk.settings import Settings


@dataclass(frozen=True)
class NotifierConfig:
    """Addresses and bounds of one notifier process."""

    settings: Settings = field(default_factory=Settings)
    prefix: str = "/services/notifier"
    store_timeout: float = 10.0
    """Longest wait for the store at a time [s]."""
    look_every: float = 1.0
    """From one look for what is due to the next [s]."""
    clock_every: float = 20.0
    """From one look for shifts that begin soon to the next [s]."""
    save_every: float = 1.0
    """How often the place in the change stream is kept [s]; what follows is noticed again, told once."""
    lease: timedelta = timedelta(seconds=180)
    """After this a letter whose sender ended in between is sent again."""
    first_retry: timedelta = timedelta(seconds=30)
    longest_retry: timedelta = timedelta(hours=1)
    parallel: int = 8
    """Letters on their way at the same time by one channel."""
    patience: float = 60.0
    """Longest time that one letter may take [s]."""
