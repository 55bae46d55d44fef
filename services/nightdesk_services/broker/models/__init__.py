"""What the broker's layers hand to each other."""
