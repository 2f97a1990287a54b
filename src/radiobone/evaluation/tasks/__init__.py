"""What is predicted: two classes, ordered classes, or a number; one task per module."""
