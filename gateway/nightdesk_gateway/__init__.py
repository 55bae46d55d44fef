"""The Dask Gateway: its configuration, limits and backend."""
