"""Sentences on testing, statistics, explanation and software. ``[@key]`` cites a reference."""

from __future__ import annotations

from radiobone.core.counting import counted
from radiobone.report.external import own_validations
from radiobone.report.facts import Facts
from radiobone.report.methods.wording import MEASURES, folds_words, listed

MEASURES_CITED = {"quadratic_kappa": " [@weighted-kappa]"}
METHODS_CITED = {"bootstrap": "bootstrap", "Newcombe": "newcombe", "Wilson": "wilson"}
UNKNOWN_PATIENTS = frozenset({"NoPatientIds", "PossiblePatients"})
HEADLINES = ("auc", "quadratic_kappa", "mae")
NAMED = {"python": "Python"}
CITED_PACKAGES = {"scikit-learn": " [@sklearn]"}
PACKAGES = ("python", "numpy", "scipy", "scikit-learn")


def testing(facts: Facts) -> str | None:
    """Tell the outer folds, and that patients were kept whole where they are known."""
    words, known = folds_words(facts), not UNKNOWN_PATIENTS & facts.finding_codes
    whole = (
        "; all rows of a patient were on the same side of every split"
        if known and not facts.n_split_patients
        else ""
    )
    cited = " [@nested-cv]" if words.startswith("nested") else ""
    return f"Performance was estimated by {words}{cited}{whole}, and everything that learns was fitted on training rows alone."


def seed(facts: Facts) -> str | None:
    """Tell the seed."""
    found = facts.metrics.get("seed", facts.data.provenance.get("seed"))
    return None if found is None else f"The random seed was {found}."


def pooled(facts: Facts) -> str | None:
    """Tell how the rows of a patient became one prediction."""
    rule = facts.found("patients.rule")
    return (
        f"For figures of patients, the predictions of a patient's rows were pooled by their {rule}."
        if rule
        else None
    )


def elsewhere(facts: Facts) -> str | None:
    """Tell the cohorts that frozen models of this run were tested in."""
    found = [
        f"{name} ({counted(metrics['n_patients'], 'patient')})"
        for name, metrics in own_validations(facts.data)
    ]
    return f"A model fitted on all rows was then tested, unchanged, in {listed(found)}." if found else None


def measures(facts: Facts) -> str | None:
    """Name the measures."""
    found = sorted(
        facts.metrics["metrics"], key=lambda name: (name not in MEASURES, [*MEASURES, name].index(name))
    )
    names = [MEASURES.get(name, name) + MEASURES_CITED.get(name, "") for name in found]
    return f"Measures were {listed(names)}, each the mean over the outer test parts."


def intervals(facts: Facts) -> str | None:
    """Tell how the interval of the headline was made, in the words of the result."""
    name = next((one for one in HEADLINES if one in facts.metrics["metrics"]), None)
    method = None if name is None else facts.metrics["metrics"][name].get("method")
    if not method or name is None:
        return None
    cited = "".join(f"[@{key}]" for word, key in METHODS_CITED.items() if word in method)
    also = (
        " The corrected resampled t interval [@nadeau-bengio] is given beside it."
        if facts.found(f"metrics.{name}.t_low") is not None
        else ""
    )
    return f"The interval of the {MEASURES[name]} is a {method}{f' {cited}' if cited else ''}.{also}"


def calibration(facts: Facts) -> str | None:
    """Tell how calibration was judged."""
    method = facts.found("calibration.method")
    if facts.found("calibration.slope") is None:
        return None
    return "Calibration was judged by slope, intercept and the integrated calibration index [@ici]" + (
        f", {method}." if method else "."
    )


def decisions(facts: Facts) -> str | None:
    """Tell the decision curve."""
    found = facts.found("decision_curve.threshold")
    return (
        f"Net benefit was computed at {len(found)} thresholds by decision curve analysis [@decision-curve]."
        if found
        else None
    )


def agreement(facts: Facts) -> str | None:
    """Tell the analysis of agreement of numbers."""
    return (
        "Agreement was examined by the method of Bland and Altman [@bland-altman]."
        if "bland_altman" in facts.metrics
        else None
    )


def stability(facts: Facts) -> str | None:
    """Tell the index of stability."""
    found = facts.found("selection_stability.value")
    return (
        None
        if found is None
        else "How alike the choices of features were between folds was measured by the index of Nogueira et al. [@nogueira]."
    )


def size(facts: Facts) -> str | None:
    """Tell how the size of the sample was judged."""
    n = facts.found("sample_size.needed.n")
    return (
        None
        if n is None
        else f"By the criteria of Riley et al. [@riley], {n} patients would be needed for the candidate features."
    )


def null_control(facts: Facts) -> str | None:
    """Tell the null control."""
    n = facts.found("null_control.n_shuffles")
    return (
        None
        if n is None
        else f"As a control, the target was shuffled between patients {n} times and the whole pipeline run on each [@permutation]."
    )


def optimism(facts: Facts) -> str | None:
    """Tell Harrell's bootstrap."""
    n = facts.found("bootstrap_optimism.n_resamples")
    return (
        None if n is None else f"Beside it, optimism was estimated with {n} bootstrap resamples [@harrell]."
    )


def subgroups(facts: Facts) -> str | None:
    """Tell the subgroups."""
    groups = facts.found("subgroups.groups")
    if not groups:
        return None
    columns = listed(sorted({str(one["column"]) for one in groups}))
    return f"Figures were also computed in {counted(len(groups), 'subgroup')} by {columns}."


def comparison(facts: Facts) -> str | None:
    """Tell how blocks of columns, or two results, were compared."""
    test = "by the corrected resampled t test [@nadeau-bengio] on the same folds, p values corrected by Holm's procedure [@holm]"
    if facts.ablation is not None:
        names = listed([str(one["name"]) for one in facts.ablation["models"]])
        return f"The models {names} were compared {test}."
    return f"The result was compared with an earlier one {test}." if facts.contrast is not None else None


def explanation(facts: Facts) -> str | None:
    """Tell how answers were explained."""
    folds = facts.data.shap_info.get("folds") or []
    if facts.data.shap is None or not folds:
        return None
    kinds = sorted({str(one.get("explainer")) for one in folds if one.get("explainer")})
    cited = "[@shap]" + ("[@tree-shap]" if any("tree" in one for one in kinds) else "")
    how = f" (explainer: {listed(kinds)})" if kinds else ""
    return f"SHAP values {cited} of held-out rows were computed by the model of their own fold{how}, for {counted(len(folds), 'fold')}."


def software(facts: Facts) -> str | None:
    """Name versions."""
    found = facts.data.provenance.get("versions") or {}
    own = facts.data.provenance.get("radiobone") or found.get("radiobone")
    if not own:
        return None
    others = [
        f"{NAMED.get(name, name)} {found[name]}{CITED_PACKAGES.get(name, '')}"
        for name in PACKAGES
        if name in found
    ]
    return f"The analysis was done with radiobone {own}{f' ({listed(others)})' if others else ''}."


TESTING = (testing, pooled, elsewhere, seed)
STATISTICS = (
    measures, intervals, calibration, decisions, agreement, stability, size, null_control, optimism, subgroups, comparison,
    explanation, software,
)  # fmt: skip
