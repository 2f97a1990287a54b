"""Sentences on the patients, the images and the features. ``[@key]`` cites a reference."""

from __future__ import annotations

from radiobone.core.counting import counted
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
from radiobone.report.feature_words import describe
from radiobone.report.methods.sources import bone_measured
from radiobone.report.methods.wording import listed

CITED_STEPS = {
    "N4": "[@n4]", "denoising": "[@non-local-means]", "contrast-limited": "[@clahe]", "Otsu": "[@otsu]",
    "K-means": "[@k-means]", "fuzzy": "[@fuzzy-c-means]",
}  # fmt: skip


def patients(facts: Facts) -> str | None:
    """Rows, patients and target."""
    about = facts.metrics
    rows, people = int(about["n_rows"]), int(about["n_patients"])
    who = (
        counted(people, "patient")
        if rows == people
        else f"{counted(rows, 'row')} of {counted(people, 'patient')}"
    )
    return f"The analysis comprised {who}."


def outcome(facts: Facts) -> str | None:
    """Name the target and its classes."""
    about = facts.metrics
    target = about["target"]
    if facts.task == "binary":
        return (
            f"The target was {target}: {_value(facts, 'positive')} ({about['n_positive']} rows) against {_value(facts, 'negative')} "
            f"({about['n_negative']} rows)."
        )
    levels = about.get("levels")
    if facts.task == "ordinal" and levels:
        told = listed([f"{one['name']} ({one['n']} rows)" for one in levels])
        return f"The target was {target}, in the ordered classes {told}."
    return f"The target was {target}, a number." if facts.task == "number" else None


def regions_joined(facts: Facts) -> str | None:
    """Tell that regions became columns of one row."""
    wide = facts.extraction.get("wide")
    if not wide:
        return None
    whose = "each patient" if wide.get("split") is None else "each row of a patient"
    return f"The features of the regions of {whose} were joined in one row, a column for each region."


def _value(facts: Facts, side: str) -> str:
    """Name a class as the table has it."""
    return str(facts.metrics.get(f"{side}_value", facts.metrics[side]))


def left_out(facts: Facts) -> str | None:
    """Count what was lost before the analysis."""
    said = []
    if facts.data.cases is not None:
        status = facts.data.cases["status"].value_counts()
        n, failed, empty = len(facts.data.cases), int(status.get("failed", 0)), int(status.get("empty", 0))
        lost = listed(
            [
                text
                for k, text in ((failed, f"{failed} could not be measured"), (empty, f"{empty} were empty"))
                if k
            ]
            or ["none failed"]
        )
        said.append(f"Of {n} regions listed, {lost}.")
    dropped = int(facts.data.cohort.get("rows_dropped") or 0)
    if dropped:
        said.append(
            f"{counted(dropped, 'row')} without a value of the target {'was' if dropped == 1 else 'were'} left out."
        )
    return " ".join(said) or None


def sites(facts: Facts) -> str | None:
    """Name the sites and their rows."""
    found = facts.data.cohort.get("sites") or {}
    if not found:
        return None
    return f"Rows came from {counted(len(found), 'site')}: {listed([f'{name} ({n})' for name, n in found.items()])}."


def software(facts: Facts) -> str | None:
    """Name the software that extracted features."""
    version = facts.extraction.get("radiobone")
    if not version or not facts.settings:
        return None
    modality = MODALITIES.get(str(facts.extraction.get("modality")))
    where = f" from {modality}{' images' if modality in ('CT', 'MR', 'DXA') else ''}" if modality else ""
    if is_ibsi(facts.settings):
        return f"Features were extracted{where} with radiobone {version} by the definitions of the Image Biomarker Standardisation Initiative [@ibsi]."
    by = " and the engine pyradiomics" if facts.settings.get("engine") == "pyradiomics" else ""
    return (
        f"Features were extracted{where} with radiobone {version}{by}, by the definitions of pyradiomics [@pyradiomics], which follow "
        "the Image Biomarker Standardisation Initiative [@ibsi] but for documented exceptions."
    )


def densities(facts: Facts) -> str | None:
    """Tell how bone was found in DXA images, how well, and what calibrates its density."""
    how = facts.extraction.get("dxa")
    if not how:
        return None
    forest, noise = how["forest"], "after non-local means [@non-local-means], " if how["denoising"] else ""
    said = [
        f"Bone was outlined in DXA images with radiobone {facts.extraction.get('radiobone')}: {noise}a random forest of "
        f"{forest['n_estimators']} trees [@random-forest] labelled each pixel by its surroundings, and no forest had seen an image of the "
        "patient whom it labelled."
    ]
    for one in facts.extraction.get("agreement") or ():
        where = f" ({one['roi']})" if one["roi"] else ""
        said.append(
            f"With the masks of {counted(one['n_patients'], 'patient')}{where} the outlines agreed by a Dice coefficient of "
            f"{one['dice_median']:.3f} (median; lowest {one['dice_lowest']:.3f})."
        )
    line = facts.extraction.get("density_line") or {}
    if line:
        said.append(
            f"Areal density was {line['slope_g_per_cm2']:g} g/cm² per grey value"
            + (f" {line['intercept_g_per_cm2']:+g} g/cm²" if line["intercept_g_per_cm2"] else "")
            + f" ({line['source']})."
        )
    return " ".join(said)


def acquired(facts: Facts) -> str | None:
    """Tell the acquisition parameters of the DICOM headers, those with few values."""
    found = facts.acquisition.get("parameters") or {}
    told = [
        f"{name} {listed(list(values), 'or')}" for name, values in sorted(found.items()) if len(values) <= 4
    ]
    return f"By their DICOM headers, images were acquired with: {'; '.join(told)}." if told else None


def images_prepared(facts: Facts) -> str | None:
    """Tell what was done to the images."""
    if not facts.settings:
        return None
    steps = [
        f"{one} {CITED_STEPS.get(one.split()[0], '')}".strip() for one in intensity_words(facts.settings)
    ]
    size = resampling_words(facts.settings)
    steps += [f"resampling to {size} [@simpleitk]"] if size else []
    return f"Images were prepared by {listed(steps)}." if steps else "Images were not resampled."


def grey_levels(facts: Facts) -> str | None:
    """Tell how intensities became grey levels."""
    said = discretisation_words(facts.settings)
    return f"Grey levels of textures were {said}." if said else None


def features_measured(facts: Facts) -> str | None:
    """Count the features by class, and name the images."""
    families, images = facts.extraction.get("n_per_family") or {}, image_words(facts.settings)
    if not families or not images:
        return None
    filtered = len(images) > 1 or "original" not in images[0]
    cited = ("[@pywavelets]" if any("wavelet" in one for one in images) else "") + (
        "[@ibsi2]" if filtered and is_ibsi(facts.settings) else ""
    )
    counts = listed([f"{title} {n}" for title, n in class_counts(families)])
    return f"Each region gave {counted(sum(families.values()), 'feature')}, measured on the {listed(images)}{' ' + cited if cited else ''}: {counts}."


def columns_offered(facts: Facts) -> str | None:
    """Count the columns of a table from elsewhere, and the clinical ones of any."""
    about, clinical = facts.metrics, facts.data.cohort.get("clinical") or []
    n = int(about["n_features"])
    own = (
        f", {len(clinical)} of them clinical ({listed([describe(str(name)).feature for name in clinical])})"
        if clinical
        else ""
    )
    whence = "" if facts.extraction else ", from a table of features made elsewhere,"
    return f"The models were offered {n} columns{whence}{own}.".replace(",.", ".").replace(",,", ",")


def missing(facts: Facts) -> str | None:
    """Count missing values."""
    n = facts.data.cohort.get("n_missing")
    if n is None:
        return None
    return (
        f"{counted(n, 'value')} of predictors {'was' if n == 1 else 'were'} missing."
        if n
        else "No value of a predictor was missing."
    )


PATIENTS = (patients, outcome, left_out, sites)
FEATURES = (
    software,
    densities,
    acquired,
    images_prepared,
    grey_levels,
    features_measured,
    bone_measured,
    regions_joined,
    columns_offered,
    missing,
)
