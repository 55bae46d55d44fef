"""Statistics of objects' photometry: peaks, first and last detections, rise and decay."""
