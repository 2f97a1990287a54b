"""What a user has downloaded: archives, and the layouts that public data sets come in."""
