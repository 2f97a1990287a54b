"""Files in, volumes out: one module per format, the manifest, and the pairing of folders."""
