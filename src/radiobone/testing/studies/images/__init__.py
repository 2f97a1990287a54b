"""Synthetic images of the shape of published studies: patients of a known density, scanned."""
