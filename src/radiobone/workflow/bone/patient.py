"""What is said of a patient: means over usable levels, what is missing, and metal anywhere in the scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from radiobone.features.bone.metal import MetalSettings
from radiobone.workflow.bone.anatomy import VERTEBRA, Anatomy
from radiobone.workflow.bone.levels import Level

NOT_AVERAGED = ("metal_voxels",)


def patient_row(anatomy: Anatomy, levels: Mapping[str, Level], wanted: Sequence[str]) -> dict[str, Any]:
    """Sum up a scan.

    Parameters
    ----------
    anatomy : Anatomy
        The scan.
    levels : mapping
        What was found of each structure.
    wanted : sequence of str
        The structures asked for.

    Returns
    -------
    dict
        ``levels_used`` are those without a flag, and the means are theirs alone; ``levels_missing`` have no voxel in the
        mask; ``levels_flagged`` are named with their flags; ``worst_grade`` is Genant's, of all levels whose heights are known;
        ``metal_in`` names every structure of the mask with voxels of metal.
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
    return row | _means(used)


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
