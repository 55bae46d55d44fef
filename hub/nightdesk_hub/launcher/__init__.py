"""The launcher: starts the platform's processes, watches them, ends them in order."""
