"""Queries: the only place of the marshal that speaks to the store."""
