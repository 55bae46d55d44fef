"""What the services share: connections, names of collections, first contents."""
