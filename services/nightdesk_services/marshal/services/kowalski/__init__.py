"""Kowalski's queries, confined."""
