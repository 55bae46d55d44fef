"""Telescopes and what people do with them: instruments, allocations, observing runs, shifts."""
