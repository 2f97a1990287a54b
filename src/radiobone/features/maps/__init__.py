"""Feature maps: every feature in a sliding neighbourhood of each voxel."""
