"""Radiomics and machine learning on bone images."""
