"""The broker's rules: what is done with a batch, in which order, and by whom."""
