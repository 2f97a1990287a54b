"""Names of model families in a pipeline file, by what they predict.

To add one, write its module and one line: of a model for two classes in ``single.py``, or here if it is an ensemble of
others; of a model for ordered classes or for numbers here. The contract tests pick it up.
"""

from __future__ import annotations

from radiobone.models.family import ModelFamily
from radiobone.models.frank_hall import FRANK_HALL
from radiobone.models.penalised_regression import ELASTIC_NET, LASSO, RIDGE
from radiobone.models.proportional_odds import PROPORTIONAL_ODDS
from radiobone.models.single import SINGLE
from radiobone.models.stack import STACK
from radiobone.models.tree_regressors import ET, GB, RF, XGBOOST
from radiobone.models.vote import VOTE

MODELS: dict[str, ModelFamily] = SINGLE | {family.name: family for family in (VOTE, STACK)}
ORDINAL_MODELS: dict[str, ModelFamily] = {PROPORTIONAL_ODDS.name: PROPORTIONAL_ODDS} | FRANK_HALL
NUMBER_MODELS: dict[str, ModelFamily] = {
    family.name: family for family in (RIDGE, LASSO, ELASTIC_NET, RF, ET, GB, XGBOOST)
}

__all__ = ["MODELS", "NUMBER_MODELS", "ORDINAL_MODELS", "ModelFamily"]
