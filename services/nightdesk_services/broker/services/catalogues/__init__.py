"""Reading and checking the files that catalogues come in."""
