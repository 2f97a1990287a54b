"""The page of new cases beside those of training."""
