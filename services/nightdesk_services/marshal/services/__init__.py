"""Rules: what a request means, who may make it, what it changes."""
