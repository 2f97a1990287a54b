"""Rules on what was done to the columns before the model."""

from __future__ import annotations

from collections.abc import Iterable

from radiobone.report.checklists.evidence import Evidence, answer, for_author, not_applicable
from radiobone.report.facts import Facts

MADE, STEPS = "provenance", "provenance.json: pipeline.steps"
REDUNDANCY = ("correlation", "mrmr", "lasso", "elastic_net")
REDUCTION = (
    "unstable", "correlation", "mannwhitney", "ttest", "kruskal", "chi2", "pvalue", "mrmr", "lasso", "elastic_net", "stability",
    "rfe", "relieff", "boruta", "importance", "pca",
)  # fmt: skip
SCALING = ("scale", "normal_scores", "combat")
RESAMPLERS = (
    "random_over", "random_under", "smote", "borderline_smote", "adasyn", "tomek_links", "smoteenn", "smotetomek",
)  # fmt: skip


def named(names: Iterable[str], facts: Facts) -> str:
    """Name those of some steps that the pipeline has, in its order, each once."""
    wanted = set(names)
    return ", ".join(dict.fromkeys(str(one["name"]) for one in facts.steps if one["name"] in wanted))


def robust_features(facts: Facts) -> Evidence | None:
    """Decide whether features that repeats do not agree on are left out inside the folds."""
    steps = [one for one in facts.steps if one["name"] == "unstable"]
    if any(one["params"].get("table") for one in steps):
        limit = steps[0]["params"].get("limit", 0.75)
        return answer(True, f"Columns whose ICC over repeats is below {limit} are dropped.", MADE, STEPS)
    if not facts.extraction:
        return None  # a table from elsewhere may have been thinned out before
    return answer(False, f"No step of {len(facts.steps)} drops features by their repeatability.", MADE, STEPS)


def redundant_features(facts: Facts) -> Evidence | None:
    """Decide whether a step drops features that say the same as others."""
    if not facts.steps:
        return None
    found = named(REDUNDANCY, facts)
    text = f"Dropped inside the folds by: {found}." if found else f"No step of {len(facts.steps)} does so."
    return answer(bool(found), text, MADE, STEPS)


def feature_reduction(facts: Facts) -> Evidence | None:
    """Decide whether steps reduce the number of features."""
    if not facts.steps:
        return None
    found = named(REDUCTION, facts)
    sizes = [len(fold["features"]) for fold in facts.data.folds]
    if not found or not sizes:
        return answer(False, f"No step of {len(facts.steps)} reduces the features.", MADE, STEPS)
    left = str(min(sizes)) if min(sizes) == max(sizes) else f"{min(sizes)} to {max(sizes)}"
    text = f"By {found}; of {facts.metrics['n_features']} columns {left} reached the model of a fold."
    return answer(True, text, MADE, STEPS)


def scaling(facts: Facts) -> Evidence | None:
    """Decide whether scaling is told; without a step for it there is none to tell of."""
    if not facts.steps:
        return None
    found = named(SCALING, facts)
    if not found:
        return not_applicable(f"None of {len(facts.steps)} steps scales the values.", MADE, STEPS)
    return answer(True, f"By {found}, learned from the training rows of each fold.", MADE, STEPS)


def missing_values(facts: Facts) -> Evidence | None:
    """Decide whether missing values are counted and their handling told."""
    n = facts.data.cohort.get("n_missing")
    if n is None:
        return None
    source = "provenance.json: cohort.n_missing"
    if n == 0:
        return answer(True, "No value of a predictor is missing (0 of all cells).", "methods", source)
    found = named(("impute",), facts)
    how = (
        "filled with medians of the training rows"
        if found
        else "left to the models, which take them as they are"
    )
    return answer(True, f"{n} values of predictors are missing, {how}.", "methods", source)


def class_balance(facts: Facts) -> Evidence | None:
    """Decide whether the balance of the classes and what was done about it are told."""
    if facts.task == "number":
        return not_applicable(
            "A number is predicted, so there are no classes.", "summary", "metrics.json: task"
        )
    counts = _classes(facts)
    if not counts or not facts.steps:
        return None
    found = named(RESAMPLERS, facts)
    how = f"training rows were resampled by {found}" if found else "no rows were resampled"
    source = "metrics.json: n_positive" if facts.task == "binary" else "metrics.json: levels"
    return answer(True, f"{' / '.join(map(str, counts))} rows of each class; {how}.", "cohort", source)


def _classes(facts: Facts) -> list[int]:
    if facts.task == "binary":
        counts = [facts.metrics.get("n_negative"), facts.metrics.get("n_positive")]
        return [int(n) for n in counts if n is not None]
    return [int(level["n"]) for level in facts.metrics.get("levels") or ()]


def clinical_predictors(facts: Facts) -> Evidence | None:
    """Decide that there are no clinical predictors to define; those that there are the author defines."""
    found = facts.data.cohort.get("clinical")
    if found is None:
        return None
    source = "provenance.json: cohort.clinical"
    if not found:
        return not_applicable("No clinical column is in the model (0 columns).", MADE, source)
    return for_author(f"In the model: {', '.join(map(str, found))}. Say how each was measured.", MADE, source)


def characteristics(facts: Facts) -> Evidence | None:
    """Decide whether characteristics of the patients are told: of clinical columns in the model, by class."""
    table = facts.data.univariate
    clinical = (
        [] if table is None else sorted(set(table["feature"]) & set(facts.data.cohort.get("clinical") or ()))
    )
    if not clinical:
        return None
    text = f"Medians and tests of {', '.join(clinical)}. Add what is known of the patients besides."
    return answer(True, text, "univariate", "univariate.parquet")


def first_predictors(facts: Facts) -> Evidence | None:
    """Decide whether the first set of predictors is told, for features that were extracted here."""
    if not facts.settings:
        return None
    text = f"{facts.metrics['n_features']} columns were offered: all that the settings of the extraction give, and the clinical ones."
    return answer(
        True, text, "selection" if len(facts.data.selected) else "summary", "metrics.json: n_features"
    )


def predictors_defined(facts: Facts) -> Evidence | None:
    """Decide whether predictors are defined: those of images are, by the settings; clinical ones the author defines."""
    if not facts.settings:
        return None
    clinical = facts.data.cohort.get("clinical") or ()
    text = f"Features of images follow published definitions with the {len(facts.settings)} groups of settings printed."
    source = "provenance.json: extraction.settings"
    if clinical:
        return for_author(f"{text} Define the clinical ones: {', '.join(map(str, clinical))}.", MADE, source)
    return answer(True, text, MADE, source)


def preparation(facts: Facts) -> Evidence | None:
    """Decide whether preparing the data is told: the steps, which treat all rows alike."""
    names = ", ".join(dict.fromkeys(str(one["name"]) for one in facts.steps))
    if not names:
        return None
    return answer(True, f"Steps of every fold, alike for all rows: {names}.", MADE, STEPS)
