"""Types that a model file may hold beyond those that skops trusts itself; the list is fixed.

A new selector or model family with types of its own adds them here; a test saves and loads every
registered one.
"""

from __future__ import annotations

TRUSTED_TYPES: tuple[str, ...] = (
    "catboost.core.CatBoostClassifier",
    "radiobone.selection.boruta.BorutaSelector",
    "radiobone.selection.chi2.Chi2Filter",
    "radiobone.models.forest.OneThreadForest",
    "radiobone.models.fused.FusedModel",
    "radiobone.models.frank_hall.FrankHall",
    "radiobone.models.knn.NearestNeighbours",
    "radiobone.models.logistic.LogisticL2",
    "radiobone.models.penalised_regression.PenalisedRegression",
    "radiobone.models.proportional_odds.ProportionalOdds",
    "radiobone.models.stack.Stack",
    "radiobone.models.two_class_svc.TwoClassSVC",
    "radiobone.models.vote.SoftVote",
    "radiobone.selection.combat.ComBat",
    "radiobone.selection.constant.ConstantFilter",
    "radiobone.selection.correlation.CorrelationFilter",
    "radiobone.selection.elastic_net.ElasticNetSelector",
    "radiobone.selection.importance.ImportanceSelector",
    "radiobone.selection.impute.MedianImputer",
    "radiobone.selection.joined_blocks.JoinedBlocks",
    "radiobone.selection.kruskal.KruskalFilter",
    "radiobone.selection.lasso.LassoSelector",
    "radiobone.selection.lasso_path.LassoPath",
    "radiobone.selection.mannwhitney.MannWhitneyFilter",
    "radiobone.selection.mrmr.MRMRSelector",
    "radiobone.selection.normal_scores.NormalScores",
    "radiobone.selection.pca.PrincipalComponents",
    "radiobone.selection.pvalue.PValueFilter",
    "radiobone.selection.relieff.ReliefFSelector",
    "radiobone.selection.rfe.RFESelector",
    "radiobone.selection.scale.ZScore",
    "radiobone.selection.stability.StabilitySelector",
    "radiobone.selection.ttest.TTestFilter",
    "radiobone.selection.unstable.UnstableFilter",
    "radiobone.selection.weigh.RelevanceWeights",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
)
