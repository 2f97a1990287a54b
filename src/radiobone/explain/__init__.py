"""SHAP values over the outer folds."""
