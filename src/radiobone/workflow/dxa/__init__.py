"""DXA images become areal densities: a forest labels the pixels of patients that it has not seen."""
