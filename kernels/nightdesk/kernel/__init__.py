"""The Jupyter kernel "Nightdesk": Python with the desk at hand."""
