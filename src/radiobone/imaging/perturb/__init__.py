"""Small changes of image and region that a robust feature should not feel, one per module."""
