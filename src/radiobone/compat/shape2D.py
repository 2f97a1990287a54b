"""pyradiomics' module of that name."""

from radiobone.compat.feature_classes import feature_class

RadiomicsShape2D = feature_class("shape2D")
