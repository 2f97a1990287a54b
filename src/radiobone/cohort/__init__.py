"""The table half's data: features, target, patients, sites."""
