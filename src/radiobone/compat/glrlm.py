"""pyradiomics' module of that name."""

from radiobone.compat.feature_classes import feature_class

RadiomicsGLRLM = feature_class("glrlm")
