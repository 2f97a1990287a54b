"""Rules on images, masks and the extraction of features. Without an extraction on record they leave it to the author."""

from __future__ import annotations

from radiobone.report.checklists.evidence import Evidence, answer, for_author, not_applicable
from radiobone.report.extraction_words import (
    MODALITIES,
    class_counts,
    discretisation_words,
    image_words,
    intensity_words,
    is_ibsi,
    resampling_words,
)
from radiobone.report.facts import Facts

MADE, SETTINGS = "provenance", "provenance.json: extraction.settings"
NEEDED_PARAMETERS = 3
"""Of how an image was acquired, besides its scanner; fewer are no protocol."""


def acquisition(facts: Facts) -> Evidence | None:
    """Decide whether acquisition parameters are told: DICOM headers of every case name several."""
    found = facts.acquisition
    parameters = found.get("parameters") or {}
    if not parameters:
        return None
    n, n_all = int(found["n_headers"]), int(found["n_cases"])
    named = ", ".join(sorted(parameters))
    text = f"DICOM headers of {n} of {n_all} cases give {len(parameters)} parameters: {named}."
    source = "provenance.json: extraction.acquisition.parameters"
    if n < n_all or len(parameters) < NEEDED_PARAMETERS:
        return for_author(text, MADE, source)
    return answer(True, text, MADE, source)


def _algorithms(facts: Facts) -> dict[str, int]:
    found = facts.acquisition.get("segmentation") or {}
    complete = sum(found.values()) == facts.acquisition.get("n_cases")
    return {str(name): int(n) for name, n in found.items()} if complete else {}


SEGMENTATION = "provenance.json: extraction.acquisition.segmentation"


def segmentation_method(facts: Facts) -> Evidence | None:
    """Decide whether the way of outlining is told: DICOM segmentations say it of every case."""
    found = _algorithms(facts)
    if not found:
        return None
    told = ", ".join(f"{name.lower()} ({n})" for name, n in sorted(found.items()))
    return answer(
        True, f"The DICOM segmentations of all cases say how they were made: {told}.", MADE, SEGMENTATION
    )


def segmentation_operators(facts: Facts) -> Evidence | None:
    """Decide that no operator is to be described where every mask was made by a machine alone."""
    found = _algorithms(facts)
    if set(found) != {"AUTOMATIC"}:
        return None
    return not_applicable(f"All {found['AUTOMATIC']} masks were made automatically.", MADE, SEGMENTATION)


def automatic_masks_checked(facts: Facts) -> Evidence | None:
    """Decide that there is no automatic outline to check where every mask was drawn or corrected by hand."""
    found = _algorithms(facts)
    if not found or "AUTOMATIC" in found:
        return None
    return not_applicable(
        f"None of {sum(found.values())} masks was made fully automatically.", MADE, SEGMENTATION
    )


def masks_of_one_hand(facts: Facts) -> Evidence | None:
    """Decide that one tool, or one reader, made every mask; of several readers the author tells."""
    found, readers = _algorithms(facts), facts.acquisition.get("n_readers")
    if found and "AUTOMATIC" not in found and readers is not None:
        text = f"The DICOM segmentations of all {sum(found.values())} masks name {readers} creator(s)."
        source = "provenance.json: extraction.acquisition.n_readers"
        return answer(True, text, MADE, source) if readers == 1 else for_author(text, MADE, source)
    if set(found) != {"AUTOMATIC"}:
        return None
    return answer(True, f"All {found['AUTOMATIC']} masks come from an automatic tool.", MADE, SEGMENTATION)


def preprocessing(facts: Facts) -> Evidence | None:
    """Decide that images were brought to one voxel size; images left as they are leave it to the author."""
    settings = facts.settings
    if not settings:
        return None
    size = resampling_words(settings)
    steps = [*([f"resampling to {size}"] if size else []), *intensity_words(settings)]
    if not steps:
        return for_author("Images were measured as they are, without resampling.", MADE, SETTINGS)
    return answer(True, f"On record: {', '.join(steps)}.", MADE, SETTINGS)


def resampling(facts: Facts) -> Evidence | None:
    """Decide whether resampling is told; that there was none is told too."""
    if not facts.settings:
        return None
    size = resampling_words(facts.settings)
    text = f"Resampled to {size}." if size else "Not resampled: each image keeps its own voxel size."
    return answer(True, text, MADE, SETTINGS)


def discretisation(facts: Facts) -> Evidence | None:
    """Decide whether the grey levels are told."""
    said = discretisation_words(facts.settings)
    return None if said is None else answer(True, f"Grey levels: {said}.", MADE, f"{SETTINGS}.discretisation")


def image_types(facts: Facts) -> Evidence | None:
    """Decide whether the kinds of images are told."""
    said = image_words(facts.settings)
    return answer(True, f"Measured: {', '.join(said)}.", MADE, f"{SETTINGS}.images") if said else None


def extraction_software(facts: Facts) -> Evidence | None:
    """Decide whether the software is named; its features are held to IBSI's reference values."""
    version = facts.extraction.get("radiobone")
    if not version or not facts.settings:
        return None
    engine = facts.settings.get("engine", "radiobone")
    by = "IBSI's definitions" if is_ibsi(facts.settings) else "pyradiomics' definitions"
    text = f"radiobone {version}, engine {engine}, by {by}; 'radiobone selftest' compares it with IBSI's reference values."
    return answer(True, text, MADE, "provenance.json: extraction.radiobone")


def extraction_settings(facts: Facts) -> Evidence | None:
    """Decide whether every setting is given: the record holds all of them, defaults included."""
    settings = facts.settings
    if not settings:
        return None
    return answer(
        True, f"All {len(settings)} groups of settings are printed, defaults included.", MADE, SETTINGS
    )


def feature_classes(facts: Facts) -> Evidence | None:
    """Decide whether the classes of features are told with their numbers."""
    counts = facts.extraction.get("n_per_family") or {}
    if not counts:
        return None
    said = ", ".join(f"{title} {n}" for title, n in class_counts(counts))
    return answer(True, f"{said}.", "methods", "provenance.json: extraction.n_per_family")


def n_features(facts: Facts) -> Evidence | None:
    """Decide whether the number of features is told."""
    counts = facts.extraction.get("n_per_family") or {}
    if not counts:
        return None
    text = f"{sum(counts.values())} features per region."
    return answer(True, text, "methods", "provenance.json: extraction.n_per_family")


def one_kind_of_image(facts: Facts) -> Evidence | None:
    """Decide that one kind of image was used: an extraction measures each region on one image of one modality."""
    modality = facts.extraction.get("modality")
    if not modality:
        return None
    text = f"Every region was measured on one image ({MODALITIES.get(str(modality), modality)})."
    return answer(True, text, MADE, "provenance.json: extraction.modality")


def no_end_to_end(facts: Facts) -> Evidence | None:
    """Decide that no deep network was trained: models are named, and none goes from image to answer."""
    names = sorted({str(one["name"]) for one in facts.models})
    if not names:
        return None
    text = f"No network goes from image to answer; the models are of tables: {', '.join(names)}."
    return not_applicable(text, MADE, "provenance.json: pipeline.models")
