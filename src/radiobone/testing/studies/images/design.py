"""A synthetic study of images: its patients and labels as in its table, and a picture of each instead of its features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.seeds import rng_for
from radiobone.core.volume import Volume
from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import Balance, StudyDesign, draw_study

FloatArray = npt.NDArray[np.float64]
MOST_SD = 2.5  # densities beyond are drawn like it


@dataclass(frozen=True)
class Region:
    """One region of a picture.

    Attributes
    ----------
    roi : str
        Its name in the manifest; empty where a picture has one region.
    label : int
        Its value in the label map.
    row : int
        Which of the patient's rows it belongs to.
    """

    roi: str
    label: int
    row: int = 0


@dataclass(frozen=True, eq=False)
class Picture:
    """What is scanned of a patient.

    Attributes
    ----------
    image : Volume
        HU for CT; grey levels from 0 to 255 for a radiograph.
    labels : Volume
        uint8, the value of each region, 0 elsewhere.
    regions : tuple of Region
    """

    image: Volume
    labels: Volume
    regions: tuple[Region, ...]


Scan = Callable[[np.random.Generator, FloatArray], Picture]
"""From the densities of a patient's rows, in standard deviations, to a picture."""


@dataclass(frozen=True)
class ImageStudy:
    """What a synthetic study of images is like.

    Attributes
    ----------
    design : StudyDesign
        Of the table: patients, labels, clinical columns.
    measured : tuple of str
        Groups of its columns that are measured in the images here.
    modality : {"ct", "xr"}
    scan : callable
        Makes the picture of a patient.
    about : str
        What the pictures show, in a sentence or two.
    origins : mapping of str to str
        Where each parameter is from.
    n_patients : int
        As in the study.
    n_without_images : int
        Patients more of whom only clinical columns are known.
    """

    design: StudyDesign
    measured: tuple[str, ...]
    modality: Literal["ct", "xr"]
    scan: Scan
    about: str
    origins: Mapping[str, str]
    n_patients: int
    n_without_images: int = 0

    @property
    def clinical(self) -> tuple[str, ...]:
        """Columns that the manifest holds."""
        return tuple(name for group in self._clinical_groups().values() for name in group.names)

    @property
    def measured_names(self) -> tuple[str, ...]:
        """Columns of the table that are measured in the images here."""
        return tuple(name for group in self.measured for name in self.design.columns[group].names)

    def _clinical_groups(self) -> dict[str, Columns]:
        return {name: group for name, group in self.design.columns.items() if name not in self.measured}

    def smaller(self, n_patients: int) -> StudyDesign:
        """Return the design of so many patients, without what is measured in images.

        As many patients as the study had keep its share of each class; of fewer, half are positive in the first target, so
        that folds can be made.
        """
        own = self.design
        whole = n_patients >= self.n_patients
        target = next(iter(own.rules))
        n_all = n_patients + self.n_without(n_patients)
        return replace(
            own,
            n_patients=n_all,
            columns=self._clinical_groups(),
            balance=_scaled(own, n_all) if whole or len(own.rois) else Balance(target, n_all // 2),
            n_rows=None if own.n_rows is None else round(own.n_rows / own.n_patients * n_patients),
            known={},
            readings=None,
        )  # fmt: skip

    def n_without(self, n_patients: int) -> int:
        """Patients of whom there is no picture, beside so many of whom there is one."""
        return round(self.n_without_images * n_patients / self.n_patients)


def _scaled(own: StudyDesign, n_patients: int) -> Balance | None:
    if own.balance is None:
        return None
    return Balance(own.balance.target, round(own.balance.n_positive / own.n_patients * n_patients))


@dataclass(frozen=True, eq=False)
class ImagePatient:
    """One patient of a synthetic study of images.

    Attributes
    ----------
    patient_id : str
    rows : pandas.DataFrame
        The patient's rows: ``patient_id``, ``roi`` where there are several, targets, clinical columns.
    density_sd : ndarray, shape (n_rows,)
        Of each row; what the picture shows.
    places : tuple of int
        Which of the study's rows of a patient these are, where some are left out.
    """

    patient_id: str
    rows: pd.DataFrame
    density_sd: FloatArray
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ImageCohort:
    """The patients of a synthetic study of images, not scanned yet.

    Attributes
    ----------
    study : ImageStudy
    patients : tuple of ImagePatient
        Those with a picture.
    table : pandas.DataFrame
        Targets and clinical columns of all patients, those without a picture too.
    seed : int
    """

    study: ImageStudy
    patients: tuple[ImagePatient, ...]
    table: pd.DataFrame
    seed: int = field(default=0)

    def picture(self, patient: ImagePatient) -> Picture:
        """Scan a patient; the same seed and patient give the same picture."""
        rng = rng_for(self.seed, "study images", self.study.design.name, patient.patient_id)
        n_rows = max(1, len(self.study.design.rois))
        density = np.full(n_rows, patient.density_sd.mean())
        density[list(patient.places)] = patient.density_sd
        made = self.study.scan(rng, np.clip(density, -MOST_SD, MOST_SD))
        kept = tuple(region for region in made.regions if region.row in patient.places)
        return replace(made, regions=kept)


def draw_images(study: ImageStudy, n_patients: int, *, seed: int = 0) -> ImageCohort:
    """Draw the patients of a study; the same number and seed give the same patients."""
    design = study.smaller(n_patients)
    cohort = draw_study(design, seed=seed)
    with_picture = _with_picture(study, cohort.table, n_patients)
    table = cohort.table
    if study.n_without_images:
        table = table.assign(has_ct=np.where(table["patient_id"].isin(with_picture), "yes", "no"))
    patients = tuple(_patient(design, table, cohort.density, name) for name in with_picture)
    return ImageCohort(study, patients, table, seed)


def _with_picture(study: ImageStudy, table: pd.DataFrame, n_patients: int) -> list[str]:
    """Patients who are scanned: the first, or half of them of each class where few are."""
    patients = table.drop_duplicates("patient_id")
    if not study.n_without_images or n_patients >= study.n_patients:
        return list(patients["patient_id"][:n_patients])
    positive = (patients[next(iter(study.design.rules))] == "yes").to_numpy()
    n_positive = n_patients // 2
    chosen = [*np.flatnonzero(positive)[:n_positive], *np.flatnonzero(~positive)[: n_patients - n_positive]]
    return list(patients["patient_id"].iloc[sorted(chosen)])


def _patient(design: StudyDesign, table: pd.DataFrame, density: FloatArray, name: str) -> ImagePatient:
    own = (table["patient_id"] == name).to_numpy()
    rows = table[own].reset_index(drop=True)
    places = tuple(design.rois.index(roi) for roi in rows["roi"]) if design.rois else (0,)
    return ImagePatient(name, rows, density[own], places)
