"""The front door: launcher, embedded servers and JupyterHub configuration."""
