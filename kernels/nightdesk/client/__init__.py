"""The desk from Python: candidates, sources, comments and filters through the marshal's HTTP interface."""
