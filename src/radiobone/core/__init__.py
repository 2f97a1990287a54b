"""What every other part stands on: errors, volumes, settings, seeds, files, provenance."""
