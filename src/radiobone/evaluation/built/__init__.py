"""What was built from a model file, looked at before compiled code that looks at nothing gets it."""
