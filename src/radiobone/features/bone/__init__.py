"""Measurements of bone beyond generic radiomics: arrays in, numbers out. One file each; ``registry.py`` lists them."""
