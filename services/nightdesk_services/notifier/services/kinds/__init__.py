"""What people can be told of, one file a kind."""
