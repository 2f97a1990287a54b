"""The bridge between the image half and the table half."""
