"""What the notifier's parts hand to each other."""
