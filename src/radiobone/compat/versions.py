"""Which pyradiomics is stood in for."""

from __future__ import annotations

import radiobone

PYRADIOMICS = "v3.0.1"
__version__ = f"{PYRADIOMICS}+radiobone.{radiobone.__version__}"  # a log or table says who computed it
