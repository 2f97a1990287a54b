"""Sentences on what is from the literature: the study that a recipe is made after, and measurements of bone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from radiobone.core.counting import counted
from radiobone.report.facts import Facts
from radiobone.report.methods.references import study_keys
from radiobone.report.methods.wording import listed

OF_EXTRACTION, OF_PATIENTS = "original_bone_", "mean_"
IN_EVERY_TABLE = "trabecularhumean"


@dataclass(frozen=True)
class BoneMeasurement:
    """A measurement of bone as a sentence tells it.

    Attributes
    ----------
    words : str
        With citations.
    columns : tuple of str
        Names of its numbers.
    """

    words: str
    columns: tuple[str, ...]


BONE = {
    "volume": BoneMeasurement(
        "volume and HU of the whole bone", ("volume_cm3", "mean_hu", "median_hu", "sd_hu")
    ),
    "trabecular": BoneMeasurement(
        "HU of trabecular bone, after [@pickhardt2013]",
        ("trabecular_hu_mean", "trabecular_hu_sd", "trabecular_hu_median", "trabecular_volume_cm3"),
    ),
    "cortical": BoneMeasurement(
        "HU and volume of shell and core",
        (
            "shell_hu_mean",
            "shell_hu_sd",
            "shell_volume_cm3",
            "core_hu_mean",
            "core_hu_sd",
            "core_volume_cm3",
            "shell_share",
        ),
    ),
    "cortical_thickness": BoneMeasurement(
        "thickness of the cortex by the half-maximum of its profile [@prevrhal1999]",
        ("cortical_thickness_mm", "cortical_peak_hu"),
    ),
    "heights": BoneMeasurement(
        "vertebral heights and their ratios [@genant1993][@eastell1991]",
        (
            "height_anterior_mm",
            "height_middle_mm",
            "height_posterior_mm",
            "body_depth_mm",
            "wedge_ratio",
            "biconcavity_ratio",
        ),
    ),
    "metal": BoneMeasurement("voxels of metal", ("metal_voxels",)),
    "apparent": BoneMeasurement(
        "apparent share, thickness and spacing of trabeculae [@hildebrand1997][@bouxsein2010]",
        (
            "apparent_bv_tv",
            "apparent_tb_th_mm",
            "apparent_tb_th_sd_mm",
            "apparent_tb_sp_mm",
            "apparent_tb_sp_sd_mm",
        ),
    ),
    "anisotropy": BoneMeasurement(
        "anisotropy by the gradient structure tensor [@tabor2007]",
        ("anisotropy_degree", "anisotropy_least_most", "anisotropy_middle_most"),
    ),
    "mil": BoneMeasurement(
        "mean intercept length and its ellipsoid [@whitehouse1974][@harrigan1984]",
        ("mil_degree", "mil_least_most", "mil_least_middle", "mil_mean_mm"),
    ),
    "fractal": BoneMeasurement("fractal dimension by box counting [@majumdar1993]", ("fractal_dimension",)),
    "lacunarity": BoneMeasurement("lacunarity by a gliding box [@allain1991]", ("lacunarity",)),
    "variogram": BoneMeasurement(
        "the slope of the variogram of a projection, which is not the trabecular bone score [@pothuaud2008]",
        ("variogram_slope",),
    ),
    "psoas": BoneMeasurement(
        "area, HU and index of the psoas [@hamaguchi2016]",
        ("psoas_area_cm2", "psoas_hu_mean", "psoas_index_cm2_m2"),
    ),
    "density": BoneMeasurement(
        "density by internal calibration, after [@michalski2020] with equivalent densities of radiobone's own",
        ("trabecular_density_mg_cm3",),
    ),
}


def made_after(facts: Facts) -> str | None:
    """Name the study that the pipeline is a recipe of, and say what the recipe is not."""
    name = str(facts.pipeline.get("name", ""))
    study = name.partition(":")[0]
    if study not in study_keys():
        return None
    return (
        f"The pipeline is the recipe {name} of radiobone, made after a published study [@{study}]: settings that the study is not known "
        "to report are stand-ins, and none of its results is reproduced."
    )


def bone_measured(facts: Facts) -> str | None:
    """Name the measurements of bone among the columns; None for a table that radiobone did not measure."""
    names = [str(name) for name in _columns(facts)]
    spelled = {name: _spellings(name) for name in names}
    if not any(name.startswith(OF_EXTRACTION) for name in names) and not any(
        IN_EVERY_TABLE in both for both in spelled.values()
    ):
        return None
    owner = {_squeezed(column): one.words for one in BONE.values() for column in one.columns}
    found = [next((owner[word] for word in both if word in owner), None) for both in spelled.values()]
    told = [words for words in dict.fromkeys(one.words for one in BONE.values()) if words in found]
    n = sum(words is not None for words in found)
    return f"{counted(n, 'column')} {'is a measurement' if n == 1 else 'are measurements'} of bone: {listed(told)}."


def _columns(facts: Facts) -> list[object]:
    table = facts.data.univariate if facts.data.univariate is not None else facts.data.selected
    return [] if "feature" not in table else list(dict.fromkeys(table["feature"]))


def _spellings(name: str) -> tuple[str, str]:
    """Return a column's name without prefix of the extraction, and without that of a mean over levels."""
    own = name.removeprefix(OF_EXTRACTION)
    return _squeezed(own), _squeezed(own.removeprefix(OF_PATIENTS))


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
