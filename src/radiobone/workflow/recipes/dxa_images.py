"""Synthetic DXA images of a recipe that labels pixels: a manifest and study files that `radiobone run` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from radiobone.core.files import write_text
from radiobone.core.recipe_folders import STUDY_IMAGES, prepare_recipe_folder
from radiobone.core.run_record import finish
from radiobone.core.settings import parse_yaml
from radiobone.testing.dxa_cohort import CALIBRATION, write_dxa_cohort
from radiobone.testing.dxa_images import SPACING_MM
from radiobone.workflow.dxa.settings import RECIPE
from radiobone.workflow.recipes.catalogue import load_recipe
from radiobone.workflow.recipes.schema import Recipe

ABOUT = (
    "DXA images of femur, spine and forearm, a patient each: bone of known place and areal density in lean and fat tissue, from the counted "
    "photons of two energies, and masks of half of the patients. Where the tissue is fatter than the scanner assumes, the image is too dark, "
    "so that no limit of grey values finds the bone everywhere; `truth.csv`, which no study file names, has its density."
)
N_OF_STUDY = 615


def write_dxa_images(name: str, folder: Path, *, n_patients: int, seed: int = 0) -> None:
    """Write synthetic DXA images, with a study file for each analysis of a recipe.

    Parameters
    ----------
    name : str
        Of a recipe with ``dxa``.
    folder : path
        Gets ``images/``, ``masks/``, ``manifest.csv``, ``truth.csv``, ``calibration.yaml``, ``study.yaml`` for the main arm and
        ``arms/`` for the others.
    n_patients : int
        As many as the study had keep its classes; of fewer, half are positive.
    seed : int

    Raises
    ------
    OutputTaken, OutputNotWritable, DiskFull
    """
    prepare_recipe_folder(folder, STUDY_IMAGES, name)
    n_positive = None if n_patients >= N_OF_STUDY else n_patients // 2
    write_dxa_cohort(folder, n_patients=n_patients, n_positive=n_positive, seed=seed)
    recipe = load_recipe(name)
    for arm in recipe.arms:
        _write_study_file(name, recipe, arm, folder)
    finish(folder, STUDY_IMAGES, name)


def measuring(name: str, folder: Path) -> str:
    """Return the command that measures the images, without an evaluation."""
    pixel = ",".join(str(edge) for edge in SPACING_MM)
    return (
        f"radiobone dxa {folder / 'manifest.csv'} --settings {name} --calibration {folder / 'calibration.yaml'} --pixel-mm {pixel} "
        f"-o {folder / 'dxa'}"
    )


def _write_study_file(name: str, recipe: Recipe, arm_name: str, folder: Path) -> None:
    arm, is_main = recipe.arms[arm_name], arm_name == recipe.main
    content: dict[str, Any] = {
        "title": recipe.title if is_main else f"{recipe.title}: {arm_name}",
        "manifest": "manifest.csv" if is_main else "../manifest.csv",
        "dxa": {RECIPE: name, "calibration": parse_yaml(CALIBRATION), "pixel_mm": list(SPACING_MM)},
        "features": ",".join(arm.columns),
        "target": arm.target,
        "positive": arm.positive,
        "pipeline": name if is_main else f"{name}:{arm_name}",
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    head = f"# {recipe.title}, on synthetic images: change manifest, calibration and pixels, and it is yours.\n# {arm.about}\n"
    write_text(folder / "study.yaml" if is_main else folder / "arms" / f"{arm_name}.yaml", head + text)
