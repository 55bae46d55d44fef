"""Replay: reading packets from files, publishing them, and following what becomes of them."""
