"""What is said of a patient: means over usable levels, what is missing, and metal anywhere in the scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radiobone.core.errors import BadSetting, EmptyMask, RadioboneError
from radiobone.core.warnings import collected
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.body import find_body
from radiobone.features.bone.density import DensitySettings, calibrate, check_scan, tissue_hu
from radiobone.features.bone.frame import HEAD
from radiobone.features.bone.metal import MetalSettings
from radiobone.features.bone.psoas import psoas
from radiobone.features.bone.thresholds import screen
from radiobone.workflow.bone.anatomy import VERTEBRA, Anatomy
from radiobone.workflow.bone.levels import Level

NOT_AVERAGED = ("metal_voxels",)
L1, L3 = f"{VERTEBRA}L1", f"{VERTEBRA}L3"
PSOAS = ("iliopsoas_left", "iliopsoas_right", "psoas_left", "psoas_right", "psoas")
BACK_MUSCLES = ("autochthon_left", "autochthon_right")  # hold more fat with age than the psoas
LEAST_M, MOST_M = 0.5, 2.5
SAMPLED_VOXELS = 4_000_000  # of the whole scan, for the peaks of air and fat


@dataclass(frozen=True)
class ScanFacts:
    """What is known of a scan beside its voxels.

    Attributes
    ----------
    kvp : float or None
        Tube voltage.
    contrast : str or None
        ``no``, or the agent or phase.
    height_m : float or None
        Body height.
    """

    kvp: float | None = None
    contrast: str | None = None
    height_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse heights that cannot be metres."""
        if self.height_m is not None and not LEAST_M <= self.height_m <= MOST_M:
            metres = (
                f": {self.height_m / 100:.2f} for {self.height_m:g} cm"
                if LEAST_M <= self.height_m / 100 <= MOST_M
                else ""
            )
            raise BadSetting(
                f"A body height of {self.height_m:g} is not one in metres ({LEAST_M:g} to {MOST_M:g}), and the psoas index divides by its "
                f"square. Give metres{metres}."
            )


def patient_row(
    anatomy: Anatomy,
    levels: Mapping[str, Level],
    wanted: Sequence[str],
    facts: ScanFacts,
    density: DensitySettings = DensitySettings(),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """Sum up a scan.

    Parameters
    ----------
    anatomy : Anatomy
        The scan.
    levels : mapping
        What was found of each structure.
    wanted : sequence of str
        The structures asked for.
    facts : ScanFacts
        What is known of the scan.
    density : DensitySettings
        Equivalent densities of tissues.

    Returns
    -------
    dict
        ``levels_used`` are those without a flag, and the means are theirs alone; ``levels_missing`` have no voxel in the
        mask; ``levels_flagged`` are named with their flags; ``worst_grade`` is Genant's, of all levels whose heights are known;
        ``metal_in`` names every structure of the mask with voxels of metal; ``left_out`` says why psoas or density is missing.
    """
    found = [levels[name] for name in wanted if name in levels]
    used = [level for level in found if not level.flags]
    grades = [level.fracture.grade for level in found if level.fracture is not None]
    bright = anatomy.bright(MetalSettings().above_hu)
    row: dict[str, Any] = {
        "levels_used": _joined(level.name for level in used),
        "n_levels_used": len(used),
        "levels_missing": _joined(name for name in wanted if name not in levels),
        "levels_flagged": "; ".join(
            f"{_short(level.name)}: {', '.join(level.flags)}" for level in found if level.flags
        ),
        "worst_genant_grade": max(grades) if grades else None,
        "metal_voxels_in_image": bright.pop(""),
        "metal_in": "; ".join(f"{name}: {number}" for name, number in bright.items()),
    }
    reasons: dict[str, str] = {}
    with collected() as told:
        row |= _screening(levels, facts)
        row |= _attempted("psoas", reasons, lambda: _psoas(anatomy, facts))
        row |= _attempted("density", reasons, lambda: _density(anatomy, used, facts, density))
    row["left_out"] = " | ".join(f"{name}: {why}" for name, why in reasons.items())
    row["warnings"] = " | ".join(f"{one.code}: {one}" for one in told)
    return row | _means(used)


def _attempted(name: str, reasons: dict[str, str], measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return measure()
    except RadioboneError as error:
        reasons[name] = f"{error.code}: {error}"
        return {}


def _screening(levels: Mapping[str, Level], facts: ScanFacts) -> dict[str, Any]:
    """L1 against the thresholds of opportunistic screening, unless it is flagged or was not measured."""
    row: dict[str, Any] = {"kvp": facts.kvp, "contrast": facts.contrast}
    level = levels.get(L1)
    if level is None or level.flags or "trabecular_hu_mean" not in level.values:
        return row
    found = screen(level.values["trabecular_hu_mean"], kvp=facts.kvp, contrast=facts.contrast)
    return row | {"l1_hu_group": found.group, "l1_hu_caution": found.caution}


def _psoas(anatomy: Anatomy, facts: ScanFacts) -> dict[str, Any]:
    vertebra, muscles = anatomy.find(L3), anatomy.joint(PSOAS)
    if vertebra is None or muscles is None:
        raise EmptyMask(
            "The mask outlines no L3 or no psoas muscle (iliopsoas_left, iliopsoas_right), and both are needed."
        )
    region = BoneRegion.of(anatomy.image, vertebra)
    body = region.mask if region.is_cut else find_body(region)
    axis = int(np.abs(region.towards(HEAD)).argmax())
    place = region.box.low[axis] + round(float(np.nonzero(body)[axis].mean()))
    inside = np.zeros(anatomy.image.shape, dtype=np.bool_)
    inside[muscles[0]] = muscles[1]
    return dict(psoas(anatomy.image.array, inside, place, axis, region.spacing_mm, facts.height_m))


def _density(
    anatomy: Anatomy, used: Sequence[Level], facts: ScanFacts, settings: DensitySettings
) -> dict[str, Any]:
    caution = check_scan(facts.kvp, facts.contrast, settings)
    values = anatomy.image.array
    sample = values.reshape(-1)[:: max(values.size // SAMPLED_VOXELS, 1)]
    muscle = anatomy.joint(PSOAS) or anatomy.joint(BACK_MUSCLES)
    found = {
        "air": tissue_hu(sample, "air"),
        "fat": tissue_hu(sample, "fat"),
        "muscle": None if muscle is None else tissue_hu(values[muscle[0]][muscle[1]], "muscle"),
    }
    line = calibrate(found, settings)
    row: dict[str, Any] = {f"{name}_hu": hu for name, hu in line.used_hu.items()}
    row |= {
        "density_slope": line.slope,
        "density_intercept_mg_cm3": line.intercept_mg_cm3,
        "density_references_missing": "; ".join(line.missing),
        "density_caution": caution,
    }
    known = [one.values["trabecular_hu_mean"] for one in used if "trabecular_hu_mean" in one.values]
    return row | (
        {"mean_trabecular_density_mg_cm3": line.density_mg_cm3(float(np.mean(known)))} if known else {}
    )


def _means(used: Sequence[Level]) -> dict[str, float]:
    names = dict.fromkeys(name for level in used for name in level.values if name not in NOT_AVERAGED)
    return {
        f"mean_{name}": float(np.mean([level.values[name] for level in used if name in level.values]))
        for name in names
    }


def _joined(names: Any) -> str:
    return "; ".join(_short(name) for name in names)


def _short(name: str) -> str:
    return name.removeprefix(VERTEBRA)
