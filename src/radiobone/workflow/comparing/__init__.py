"""What differs between two tables of features, and why it may."""
