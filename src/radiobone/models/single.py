"""The families that are no ensembles of others. To add one, write its module and one line here."""

from __future__ import annotations

from radiobone.models.catboost import CATBOOST
from radiobone.models.et import ET
from radiobone.models.family import ModelFamily
from radiobone.models.gb import GB
from radiobone.models.knn import KNN
from radiobone.models.lda import LDA
from radiobone.models.lr import ELASTIC_NET, L1, L2
from radiobone.models.mlp import MLP
from radiobone.models.nb import NB
from radiobone.models.rf import RF
from radiobone.models.svm import SVM
from radiobone.models.tree import TREE
from radiobone.models.xgboost import XGBOOST

SINGLE: dict[str, ModelFamily] = {
    family.name: family
    for family in (L2, L1, ELASTIC_NET, SVM, RF, ET, GB, XGBOOST, CATBOOST, LDA, NB, KNN, MLP, TREE)
}
