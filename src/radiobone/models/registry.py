"""Names of model families in a pipeline file.

To add one, write its module and one line in ``single.py``, or here if it is an ensemble of others; the contract tests
pick it up.
"""

from __future__ import annotations

from radiobone.models.family import ModelFamily
from radiobone.models.single import SINGLE
from radiobone.models.stack import STACK
from radiobone.models.vote import VOTE

MODELS: dict[str, ModelFamily] = SINGLE | {family.name: family for family in (VOTE, STACK)}

__all__ = ["MODELS", "ModelFamily"]
