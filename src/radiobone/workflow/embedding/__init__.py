"""Vectors of images by a network that stays as it is."""
