"""When a target can be observed from where."""
