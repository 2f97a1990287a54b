"""Arrays to arrays: resample, normalise, crop, discretise, filter, picture."""
