"""The marshal: what people decide about the sky, over HTTP and WebSocket."""
