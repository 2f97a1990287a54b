"""The page of a frozen model on another cohort."""
