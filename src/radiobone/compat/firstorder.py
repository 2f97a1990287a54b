"""pyradiomics' module of that name."""

from radiobone.compat.feature_classes import feature_class

RadiomicsFirstOrder = feature_class("firstorder")
