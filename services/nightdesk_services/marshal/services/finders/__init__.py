"""Finding charts: where an object is, the stars around it, and how a telescope gets from one to the other."""
