"""pyradiomics' module of that name."""

from radiobone.compat.feature_classes import feature_class

RadiomicsGLDM = feature_class("gldm")
