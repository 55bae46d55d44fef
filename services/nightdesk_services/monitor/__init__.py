"""The Stream page: what the broker does, for people."""
