"""What the notifier asks of the store."""
