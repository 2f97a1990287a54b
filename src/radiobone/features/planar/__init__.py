"""Features of a region in a single image: texture in two dimensions, and cortical bone."""
