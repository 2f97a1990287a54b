"""Measurements of bones in one scan or many: per vertebra and per patient."""
