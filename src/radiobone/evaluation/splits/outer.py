"""The outer folds that a pipeline asks for."""

from __future__ import annotations

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.splits.external import external_cohort
from radiobone.evaluation.splits.kfold import make_splits
from radiobone.evaluation.splits.settings import ExternalCohort, KFold, Outer, SiteFolds
from radiobone.evaluation.splits.site import leave_one_site_out
from radiobone.evaluation.splits.split import Split, check_learnable
from radiobone.evaluation.splits.strata import strata_of
from radiobone.evaluation.splits.temporal import temporal


def outer_splits(cohort: Cohort, outer: Outer, *, seed: int) -> tuple[Split, ...]:
    """Make the outer folds of a cohort.

    Raises
    ------
    BadSetting
        If the column that the folds go by was not named, or an external cohort is marked and would be mixed in.
    BadTime, TooFewPerClass, PatientInTrainAndTest
    """
    if cohort.external is not None and not isinstance(outer, ExternalCohort):
        raise BadSetting(
            f"{int(cohort.external.sum())} rows are marked as the external cohort, and the outer folds are '{outer.kind}': they "
            "would be learned from. Say --outer external (in Python outer='external'), or leave --external out."
        )
    if isinstance(outer, KFold):
        strata = strata_of(cohort, outer.folds)
        return make_splits(
            strata.codes, cohort.groups, folds=outer.folds, repeats=outer.repeats, seed=seed, key="outer",
            derived=cohort.derived, names=strata.names,
        )  # fmt: skip
    if isinstance(outer, SiteFolds):
        found = leave_one_site_out(cohort)
    elif isinstance(outer, ExternalCohort):
        found = external_cohort(cohort)
    else:
        found = temporal(cohort, outer)
    least = strata_of(cohort, 0)
    check_learnable(found, least.codes, cohort.groups, least.names)
    return found
