"""The default pipeline as the leak probes call it: ``leak_probes.py --plugin leak_adapter:default_pipeline``."""

from __future__ import annotations

from typing import Any

import radiobone as rb


def default_pipeline(X: Any, y: Any, groups: Any = None, seed: int = 0) -> float:
    """Return the nested AUC that a user gets."""
    return rb.evaluate(X, y, groups=groups, seed=seed).metrics["auc"].mean
