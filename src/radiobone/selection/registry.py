"""Names of steps and resamplers in a pipeline file.

To add a selector, write its module and one line here; the contract tests pick it up.
"""

from __future__ import annotations

from sklearn.base import BaseEstimator

from radiobone.selection.boruta import BorutaSelector
from radiobone.selection.chi2 import Chi2Filter
from radiobone.selection.combat import ComBat
from radiobone.selection.constant import ConstantFilter
from radiobone.selection.correlation import CorrelationFilter
from radiobone.selection.elastic_net import ElasticNetSelector
from radiobone.selection.importance import ImportanceSelector
from radiobone.selection.impute import MedianImputer
from radiobone.selection.kruskal import KruskalFilter
from radiobone.selection.lasso import LassoSelector
from radiobone.selection.mannwhitney import MannWhitneyFilter
from radiobone.selection.mrmr import MRMRSelector
from radiobone.selection.normal_scores import NormalScores
from radiobone.selection.pca import PrincipalComponents
from radiobone.selection.pvalue import PValueFilter
from radiobone.selection.relieff import ReliefFSelector
from radiobone.selection.resampling import (
    SafeADASYN,
    SafeBorderlineSMOTE,
    SafeRandomOver,
    SafeRandomUnder,
    SafeSMOTE,
    SafeSMOTEENN,
    SafeSMOTETomek,
    SafeTomekLinks,
)
from radiobone.selection.rfe import RFESelector
from radiobone.selection.scale import ZScore
from radiobone.selection.stability import StabilitySelector
from radiobone.selection.ttest import TTestFilter
from radiobone.selection.unstable import UnstableFilter
from radiobone.selection.weigh import RelevanceWeights

STEPS: dict[str, type[BaseEstimator]] = {
    "impute": MedianImputer,
    "constant": ConstantFilter,
    "unstable": UnstableFilter,
    "combat": ComBat,
    "scale": ZScore,
    "normal_scores": NormalScores,
    "weigh": RelevanceWeights,
    "pca": PrincipalComponents,
    "correlation": CorrelationFilter,
    "mannwhitney": MannWhitneyFilter,
    "ttest": TTestFilter,
    "kruskal": KruskalFilter,
    "chi2": Chi2Filter,
    "pvalue": PValueFilter,
    "mrmr": MRMRSelector,
    "lasso": LassoSelector,
    "elastic_net": ElasticNetSelector,
    "stability": StabilitySelector,
    "rfe": RFESelector,
    "relieff": ReliefFSelector,
    "boruta": BorutaSelector,
    "importance": ImportanceSelector,
}

RESAMPLERS: dict[str, type[BaseEstimator]] = {
    "random_over": SafeRandomOver,
    "random_under": SafeRandomUnder,
    "smote": SafeSMOTE,
    "borderline_smote": SafeBorderlineSMOTE,
    "adasyn": SafeADASYN,
    "tomek_links": SafeTomekLinks,
    "smoteenn": SafeSMOTEENN,
    "smotetomek": SafeSMOTETomek,
}
