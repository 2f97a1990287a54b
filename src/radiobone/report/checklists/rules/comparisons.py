"""Rules on comparisons: with clinical and simple models, between groups of people and between centres."""

from __future__ import annotations

from radiobone.report.checklists.evidence import Evidence, answer, for_author, not_applicable
from radiobone.report.facts import Facts


def beside_clinical(facts: Facts) -> Evidence | None:
    """Decide whether radiomics was compared with what is known without it."""
    clinical = facts.data.cohort.get("clinical")
    names = [str(one["name"]) for one in (facts.ablation or {}).get("models") or ()]
    if "clinical" in names:
        return answer(
            True,
            f"Compared on the same folds: {', '.join(names)}, with tests of the differences.",
            "ablation",
            "ablation.json: differences",
        )
    if facts.contrast is not None:
        return for_author(
            "The result was compared with an earlier one; say what that is.", "contrast", "contrast.json"
        )
    if clinical is None:
        return None
    text = f"{len(clinical)} clinical columns in the model, and no comparison of blocks (--ablation)."
    return answer(False, text, "provenance", "provenance.json: cohort.clinical")


def beside_simple(facts: Facts) -> Evidence | None:
    """Decide whether the model was compared with a simple one."""
    baseline = (facts.ablation or {}).get("baseline")
    if baseline:
        return answer(
            True, f"Compared on the same folds with {baseline} alone.", "ablation", "ablation.json: baseline"
        )
    if facts.contrast is not None:
        return for_author(
            "The result was compared with an earlier one; say what that is.", "contrast", "contrast.json"
        )
    names = ", ".join(str(one["name"]) for one in facts.models)
    if not names:
        return None
    return answer(
        False,
        f"No simple model beside it (--ablation); models: {names}.",
        "provenance",
        "provenance.json: pipeline.models",
    )


def statistical_comparison(facts: Facts) -> Evidence | None:
    """Decide whether the test between models is told; where none are compared, it does not apply."""
    if facts.ablation is not None:
        return answer(True, f"{facts.ablation['method']}.", "ablation", "ablation.json: method")
    if facts.contrast is not None:
        return answer(True, "Corrected resampled t on the same folds.", "contrast", "contrast.json")
    return not_applicable(
        "One pipeline was judged, and compared with no other.", "provenance", "provenance.json: pipeline.name"
    )


def clinical_in_model(facts: Facts) -> Evidence | None:
    """Decide whether variables that are not radiomic are in the model."""
    found = facts.data.cohort.get("clinical")
    if found is None:
        return None
    text = (
        f"In one model with {', '.join(map(str, found))}."
        if found
        else "No clinical column is in the model (0 columns)."
    )
    return answer(bool(found), text, "provenance", "provenance.json: cohort.clinical")


def subgroups(facts: Facts) -> Evidence | None:
    """Decide whether groups of people were looked at; whether that answers for fairness is the author's to say."""
    groups = facts.found("subgroups.groups")
    if not groups:
        return None
    names = ", ".join(sorted({str(one["column"]) for one in groups}))
    return answer(
        True, f"Figures of {len(groups)} groups by {names}.", "subgroups", "metrics.json: subgroups.groups"
    )


def differences_of_sites(facts: Facts) -> Evidence | None:
    """Decide whether differences between centres were looked at."""
    sites = facts.data.cohort.get("sites")
    if sites is None:
        return None
    if len(sites) < 2:
        return not_applicable(f"{len(sites)} sites are on record.", "cohort", "provenance.json: cohort.sites")
    if facts.outer["kind"] == "site":
        return answer(
            True,
            f"Each of {len(sites)} sites was tested by models made without it.",
            "performance",
            "provenance.json: pipeline.outer",
        )
    groups = facts.found("subgroups.groups") or []
    column = (facts.data.cohort.get("columns") or {}).get("site")
    if any(one["column"] == column for one in groups):
        return answer(
            True, f"Figures of each of {len(sites)} sites.", "subgroups", "metrics.json: subgroups.groups"
        )
    return answer(
        False,
        f"{len(sites)} sites are on record, and no figures of each.",
        "cohort",
        "provenance.json: cohort.sites",
    )
