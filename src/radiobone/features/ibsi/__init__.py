"""Features by the definitions and names of the Image Biomarker Standardisation Initiative (IBSI 1)."""
