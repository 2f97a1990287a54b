"""The images of a recipe's study, made for it: files, a manifest and study files that `radiobone run` takes."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image as pillow
import yaml

from radiobone.core.errors import BadConfig
from radiobone.core.files import write_csv, write_json, write_text
from radiobone.core.progress import progress
from radiobone.core.recipe_folders import STUDY_IMAGES, prepare_recipe_folder
from radiobone.core.run_record import finish
from radiobone.io.write import write_volume
from radiobone.testing.studies.images.design import (
    ImageCohort,
    ImagePatient,
    ImageStudy,
    Picture,
    draw_images,
)
from radiobone.testing.studies.images.registry import IMAGE_STUDIES
from radiobone.workflow.evaluated import Evaluation
from radiobone.workflow.feature_table import FeatureTable
from radiobone.workflow.recipes.catalogue import load_recipe
from radiobone.workflow.recipes.run import table_of
from radiobone.workflow.recipes.schema import Arm, Recipe
from radiobone.workflow.study_file import run_study

N_PATIENTS = 40
MANIFEST, STUDY, ARMS, TABLES, TRUTH = "manifest.csv", "study.yaml", "arms", "tables", "truth.json"
HEAD = """\
# {title}, on synthetic images: change the manifest, and it is yours.
# {about}
"""
Say = Callable[[str], None]


def image_study(name: str) -> ImageStudy:
    """Return the synthetic images of a recipe's study.

    Raises
    ------
    BadConfig
        If there is no such recipe, its study began with a table, or nobody made images for it.
    """
    recipe = load_recipe(name)
    if name in IMAGE_STUDIES:
        return IMAGE_STUDIES[name]
    if recipe.source == "table":
        raise BadConfig(
            f"The recipe '{name}' begins with a table ({recipe.measured.strip()}), so there are no images to make. `radiobone "
            f"recipes {name} --run` runs it on a synthetic table. With images: {', '.join(IMAGE_STUDIES)}."
        )
    key = "settings" if recipe.dxa is None else "dxa"
    raise BadConfig(
        f"For the recipe '{name}' no synthetic images are made. Your own are measured as it says with `{key}: {name}` in a "
        f"study file. With synthetic images: {', '.join(IMAGE_STUDIES)}."
    )


def write_images(
    name: str,
    folder: Path,
    *,
    n_patients: int = N_PATIENTS,
    seed: int = 0,
    show_progress: bool = True,
    say: Say = lambda _line: None,
) -> ImageCohort:
    """Write synthetic images of a recipe's study, with a study file that runs the recipe on them.

    Parameters
    ----------
    name : str
        Of the recipe.
    folder : path
        Gets ``images/``, ``masks/``, ``manifest.csv``, ``study.yaml`` for the main arm, ``arms/`` with a study file for each
        other arm (and ``tables/`` for those without images), and ``truth.json`` with the densities, which no study file names.
    n_patients : int
        With images. As many as the study had keep its classes; of fewer, half are positive.
    seed : int

    Raises
    ------
    BadConfig, OutputTaken, OutputNotWritable, DiskFull
    """
    study, recipe = image_study(name), load_recipe(name)
    prepare_recipe_folder(folder, STUDY_IMAGES, name)
    cohort = draw_images(study, n_patients, seed=seed)
    say(f"Making the images of {n_patients} synthetic patients in {folder} …")
    rows: list[dict[str, Any]] = []
    with progress("Images", n_patients, show=show_progress) as tell:
        for patient in cohort.patients:
            rows += _write_patient(folder, patient, cohort.picture(patient))
            tell(patient.patient_id)
    write_csv(folder / MANIFEST, pd.DataFrame(rows))
    write_json(folder / TRUTH, _truth(cohort))
    for arm in recipe.arms:
        _write_study_file(name, recipe, arm, cohort, folder)
    finish(folder, STUDY_IMAGES, name)
    return cohort


def run_images(folder: Path, *, seed: int, jobs: int, show_progress: bool, command: str | None, say: Say) -> tuple[FeatureTable | None, Evaluation]:  # fmt: skip
    """Run the study file of ``write_images`` into ``folder/result``; see ``run_study``."""
    return run_study(
        folder / STUDY, folder / "result", seed=seed, jobs=jobs, show_progress=show_progress, command=command, say=say
    )  # fmt: skip


def _write_patient(folder: Path, patient: ImagePatient, picture: Picture) -> list[dict[str, Any]]:
    """Write image and label map; return the rows of the manifest, one for each region."""
    ending = ".png" if picture.image.is_2d else ".nii.gz"
    image, mask = (Path(kind) / f"{patient.patient_id}{ending}" for kind in ("images", "masks"))
    for path, volume in ((image, picture.image), (mask, picture.labels)):
        if picture.image.is_2d:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            pillow.fromarray(np.asarray(volume.array[0])).save(folder / path)
        else:
            write_volume(folder / path, volume)
    own = patient.rows.drop(columns="roi", errors="ignore")
    rows = [{str(name): value for name, value in row.items()} for row in own.to_dict("records")]
    return [
        {
            "patient_id": patient.patient_id,
            "roi": region.roi,
            "image": image.as_posix(),
            "mask": mask.as_posix(),
            "mask_label": str(region.label),
            **rows[patient.places.index(region.row)],
        }
        for region in picture.regions
    ]


def _truth(cohort: ImageCohort) -> dict[str, Any]:
    """Tell what no pipeline may see."""
    return {
        "seed": cohort.seed,
        "density_sd": {
            one.patient_id: [round(float(value), 4) for value in one.density_sd] for one in cohort.patients
        },
    }


def _write_study_file(name: str, recipe: Recipe, arm_name: str, cohort: ImageCohort, folder: Path) -> None:
    """Write the study file of an arm; one that no image concerns has a table of its own."""
    arm, is_main = recipe.arms[arm_name], arm_name == recipe.main
    content: dict[str, Any] = {"title": recipe.title if is_main else f"{recipe.title}: {arm_name}"}
    up = "" if is_main else "../"
    if _measured(arm, cohort.study):
        content |= {"manifest": f"{up}{MANIFEST}", "modality": cohort.study.modality, "settings": name}
        content |= recipe.study_file.model_dump(include={"wide", "perturb"}, exclude_defaults=True)
        content["features"] = ",".join(_kept(recipe, arm, cohort.study))
    else:
        write_csv(folder / TABLES / f"{arm_name}.csv", table_of(arm, cohort.table))
        content["table"] = f"{up}{TABLES}/{arm_name}.csv"
    content |= {"target": arm.target, "positive": arm.positive, "clinical": _clinical(arm, cohort.study)}
    content |= {"unit": arm.unit, "pipeline": name if is_main else f"{name}:{arm_name}"}
    told = {key: value for key, value in content.items() if value not in (None, [], "patient")}
    path = folder / STUDY if is_main else folder / ARMS / f"{arm_name}.yaml"
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=110)
    write_text(path, HEAD.format(title=recipe.title, about=arm.about) + text)


def _measured(arm: Arm, study: ImageStudy) -> list[str]:
    """Patterns of an arm that fit what is measured in images."""
    return [one for one in arm.columns if any(fnmatchcase(name, one) for name in study.measured_names)]


def _kept(recipe: Recipe, arm: Arm, study: ImageStudy) -> list[str]:
    """Columns that are kept of those measured: the arm's, or the recipe's own choice where the arm takes all."""
    own = _measured(arm, study)
    return (
        list(recipe.study_file.features)
        if recipe.study_file.features and arm.columns == recipe.arms[recipe.main].columns
        else own
    )


def _clinical(arm: Arm, study: ImageStudy) -> list[str]:
    """Clinical columns of an arm, and those that its patterns name beside what is measured in images."""
    others = [name for name in study.clinical if any(fnmatchcase(name, one) for one in arm.columns)]
    return [*arm.clinical, *others] if _measured(arm, study) else list(arm.clinical)
