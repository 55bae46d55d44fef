"""Spectra: files that they come in, who sees them, and what is worked out of them."""
