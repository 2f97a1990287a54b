"""Rules on how data were divided, and how models were made and chosen."""

from __future__ import annotations

from collections import Counter

from radiobone.core.counting import counted
from radiobone.report.checklists.evidence import Evidence, answer, for_author, not_applicable
from radiobone.report.external import own_validations
from radiobone.report.facts import Facts
from radiobone.report.methods.wording import folds_words, listed, model_words, search_words
from radiobone.report.sections.shap import span

MADE, OUTER, MODELS = "provenance", "provenance.json: pipeline.outer", "provenance.json: pipeline.models"
OF_MACHINES = ("scanner", "device", "machine", "vendor", "manufacturer", "kernel", "model", "protocol")
COMBINED = ("vote", "stack", "late_mean", "late_stack")
SITE_FINDINGS = ("SiteConfounded", "AcquisitionConfounded", "SiteInFeatures")
SITE_CHECKS = frozenset(SITE_FINDINGS)


def several_centres(facts: Facts) -> Evidence | None:
    """Decide whether there are several centres; a column of scanners does not tell."""
    sites = facts.data.cohort.get("sites") or {}
    column = str((facts.data.cohort.get("columns") or {}).get("site") or "")
    if not sites:
        return None
    source = "provenance.json: cohort.sites"
    text = f"The column of sites{f' ({column})' if column else ''} names {len(sites)}: {', '.join(map(str, sites))}."
    if any(word in column.lower() for word in OF_MACHINES):
        return for_author(text, "cohort", source)
    return answer(len(sites) > 1, text, "cohort", source)


def partition(facts: Facts) -> Evidence | None:
    """Decide whether rows were divided before anything was learned, with every patient on one side."""
    if facts.n_split_patients:
        text = f"{facts.n_split_patients} patients have rows in more than one test part of a repeat."
        return answer(False, text, "performance", "predictions.parquet")
    if "NoPatientIds" in facts.finding_codes or "PossiblePatients" in facts.finding_codes:
        return for_author(
            "Which rows are of one patient is not certain; the audit says why.",
            "summary",
            "audit.json: findings",
        )
    text = (
        f"{folds_words(facts)}; every step is fitted on training rows alone, and no patient is on both sides."
    )
    return answer(True, text, "performance", OUTER)


def patients_apart(facts: Facts) -> Evidence | None:
    """Decide at which level the parts are disjoint."""
    found = partition(facts)
    if found is None or found.decision != "yes":
        return found
    n = int(facts.metrics["n_patients"])
    return answer(
        True,
        f"Disjoint by patient: 0 of {n} are in two parts of a repeat.",
        "performance",
        "metrics.json: n_patients",
    )


def confounders(facts: Facts) -> Evidence | None:
    """Decide whether confounding by site or scanner was looked for, and dealt with if it was found."""
    handled = [name for name in ("combat",) if name in facts.step_names]
    handled += ["folds by site"] if facts.outer["kind"] == "site" else []
    if handled:
        return answer(True, f"Dealt with by {', '.join(handled)}.", MADE, "provenance.json: pipeline")
    if (
        facts.data.findings is None
        or not facts.data.cohort.get("sites")
        or not set(facts.data.checks) >= SITE_CHECKS
    ):
        return None
    found = sorted(facts.finding_codes & SITE_CHECKS)
    if found:
        return answer(
            False,
            f"The audit found {', '.join(found)}, and no step deals with it.",
            "summary",
            "audit.json: findings",
        )
    return answer(
        True,
        f"{len(SITE_CHECKS)} checks of the audit looked for it and found none.",
        "summary",
        "audit.json: checks",
    )


def pipeline_flow(facts: Facts) -> Evidence | None:
    """Decide whether there is a flow chart of the technical steps: the section on methods draws it."""
    if not facts.steps:
        return None
    text = f"A chart of the steps from data to figures, {len(facts.steps)} of them before the model."
    return answer(True, text, "methods", "provenance.json: pipeline.steps")


def algorithms(facts: Facts) -> Evidence | None:
    """Decide whether the algorithms are named with their software."""
    version = (facts.data.provenance.get("versions") or {}).get("scikit-learn")
    if not facts.models or not version:
        return None
    return answer(True, f"{model_words(facts)}; scikit-learn {version}.", MADE, MODELS)


def libraries(facts: Facts) -> Evidence | None:
    """Decide whether software libraries are named with their versions."""
    found = facts.data.provenance.get("versions") or {}
    if not found:
        return None
    shown = ", ".join(
        f"{name} {found[name]}" for name in ("python", "radiobone", "scikit-learn") if name in found
    )
    return answer(
        True, f"{len(found)} versions on record, among them {shown}.", MADE, "provenance.json: versions"
    )


def seeds(facts: Facts) -> Evidence | None:
    """Decide whether the starting point of what is random is told."""
    seed = facts.metrics.get("seed", facts.data.provenance.get("seed"))
    if seed is None:
        return None
    return answer(True, f"Everything random starts from seed {seed}.", MADE, "provenance.json: seed")


def tuning(facts: Facts) -> Evidence | None:
    """Decide whether training and tuning are told."""
    said = search_words(facts)
    return answer(True, said, MADE, "provenance.json: pipeline.search") if said else None


def model_choice(facts: Facts) -> Evidence | None:
    """Decide whether the choice of the model is told: by the inner folds, fold by fold."""
    said, chosen = search_words(facts), facts.metrics.get("models")
    if not said or not chosen:
        return None
    shown = ", ".join(f"{name} in {n}" for name, n in chosen.items())
    how = "By the inner folds of the training rows alone; chosen" if facts.is_searched else "Fixed beforehand"
    return answer(
        True,
        f"{how}: {shown} {'outer fold' if len(facts.data.folds) == 1 else 'outer folds'}.",
        "performance",
        "metrics.json: models",
    )


def model_building(facts: Facts) -> Evidence | None:
    """Decide whether all of model building is told."""
    said = search_words(facts)
    if not said or not facts.steps:
        return None
    text = (
        f"{model_words(facts)}; {len(facts.steps)} steps; {said} Internal validation: {folds_words(facts)}."
    )
    return answer(True, text, MADE, "provenance.json: pipeline")


def ensembling(facts: Facts) -> Evidence | None:
    """Decide whether the combination of models is told; without one the item does not apply."""
    if not facts.models:
        return None
    names = [str(one["name"]) for one in facts.models if one["name"] in COMBINED]
    if (facts.pipeline.get("fusion") or {}).get("kind") == "late":
        names.append(f"late fusion of blocks by {facts.pipeline['fusion'].get('combine', 'mean')}")
    if not names:
        return not_applicable(f"None of {len(facts.models)} models combines others.", MADE, MODELS)
    return answer(True, f"{model_words(facts)} ({', '.join(names)}).", MADE, MODELS)


def code(facts: Facts) -> Evidence | None:
    """Decide whether the analysis can be repeated from published code: version, pipeline, seed and command are printed."""
    version, command = facts.data.provenance.get("radiobone"), facts.data.provenance.get("command")
    if not version or not command or not facts.pipeline:
        return None
    text = f"radiobone {version} is open source; its pipeline, seed and command are printed. Say where your own files are."
    return answer(True, text, MADE, "provenance.json: command")


def testing_kind(facts: Facts) -> Evidence | None:
    """Decide whether it is told how it was tested: by which outer folds."""
    where = "external" if facts.outer["kind"] == "external" else "internal"
    return answer(True, f"Tested on {where} data: {folds_words(facts)}.", "performance", OUTER)


def internal_testing(facts: Facts) -> Evidence | None:
    """Decide whether it was tested on unseen patients of the same source."""
    tested = Counter(bool(fold["n_test"]) for fold in facts.data.folds)[True]
    if facts.outer["kind"] == "external":
        return answer(
            False, f"The only test part is the external cohort ({tested} fold).", "performance", OUTER
        )
    return answer(True, f"{tested} test parts that no step saw: {folds_words(facts)}.", "performance", OUTER)


def external_testing(facts: Facts) -> Evidence | None:
    """Decide whether it was tested on other data; sites held out one by one leave it to the author."""
    kind, n_test = facts.outer["kind"], sum(int(fold["n_test"]) for fold in facts.data.folds)
    if kind == "external":
        return answer(
            True, f"{n_test} rows of an external cohort, set apart from training.", "performance", OUTER
        )
    if facts.data.external:
        return _validated(facts)
    if kind == "site":
        text = f"Each of {len(facts.data.folds)} sites was held out once; no cohort stayed apart throughout."
        return for_author(text, "performance", OUTER)
    return answer(
        False,
        "No external cohort in this run; `radiobone validate` tests a fitted model on one.",
        "performance",
        OUTER,
    )


def _validated(facts: Facts) -> Evidence:
    """Judge by the validations shown beside the result, if one is of a model that carries its figures."""
    own = own_validations(facts.data)
    cohorts = [f"{name} ({metrics['n_patients']} patients)" for name, metrics in own or facts.data.external]
    source = f"metrics.json of the validation in {(own or facts.data.external)[0][0]}: n_patients"
    if own:
        return answer(True, f"A frozen model was tested in {listed(cohorts)}.", "external", source)
    text = f"A frozen model was tested in {listed(cohorts)}, and nothing shows that it came from this run."
    return for_author(text, "external", source)


def one_data_set(facts: Facts) -> Evidence | None:
    """Decide that training and test data do not differ, where both are parts of one cohort."""
    if facts.outer["kind"] != "kfold" or facts.data.external:
        return None
    return not_applicable(
        "Training and test parts are drawn at random from one cohort.", "performance", OUTER
    )


def no_updating(facts: Facts) -> Evidence | None:
    """Decide that no model was updated: an evaluation makes models and never recalibrates them on test rows."""
    n = len(facts.data.folds)
    return not_applicable(
        f"Models that were updated after their test: none of {n}.", "performance", "folds.json"
    )


def no_given_model(facts: Facts) -> Evidence | None:
    """Decide that no given model was tested: the models of the folds are made here."""
    if facts.data.external:
        return None
    n = len(facts.data.folds)
    return not_applicable(
        f"No given model was tested; {counted(n, 'model')} made here.", "performance", "folds.json"
    )


def patients_per_analysis(facts: Facts) -> Evidence | None:
    """Decide whether patients and events are told of every part."""
    n = facts.metrics.get("n_patients")
    folds = facts.data.folds
    if n is None or not folds:
        return None
    train, test = [one["n_train"] for one in folds], [one["n_test"] for one in folds]
    text = (
        f"{n} patients; {counted(len(folds), 'fold')} with {span(train)} training and {span(test)} test rows."
    )
    return answer(True, text, "performance", "metrics.json: n_patients")
