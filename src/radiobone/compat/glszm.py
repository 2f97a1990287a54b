"""pyradiomics' module of that name."""

from radiobone.compat.feature_classes import feature_class

RadiomicsGLSZM = feature_class("glszm")
