"""Kowalski's API, below an address of its own: some of its paths are SkyPortal's too."""
