"""One HTML file from a result folder alone."""
