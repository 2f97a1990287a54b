"""Random images, masks and settings for comparisons with another program."""
