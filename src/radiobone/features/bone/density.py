"""Density from HU without a phantom: a line through tissues of the scan itself."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import ReferenceMissing
from radiobone.core.warnings import ReferenceLeftOut

REFERENCES_MG_CM3: Mapping[str, float] = {"air": -800.0, "fat": -80.0, "muscle": 44.0}
"""Equivalent densities: HU usual at 120 kVp (-1000, -100, 55) times 0.8 mg/cm³. Stand-ins; fit your own on scans with a phantom."""

RANGES_HU: Mapping[str, tuple[float, float]] = {
    "air": (-1030.0, -960.0),
    "fat": (-140.0, -60.0),
    "muscle": (20.0, 90.0),
}
LEAST_VOXELS = 500
DEFINITION = (
    "Line from HU to mg/cm³ through the HU of air, fat and muscle of the scan and their equivalent densities (-800, -80, 44: stand-ins for 120 kVp). It "
    "takes out a shift of the scanner's HU. Two tissues are needed; one that is missing is named."
)
SOURCE = "Internal calibration: Michalski et al. 2020, doi 10.1016/j.medengphy.2020.01.009 (idea); the equivalent densities are ours"


@dataclass(frozen=True)
class Calibration:
    """A line from HU to density.

    Attributes
    ----------
    slope, intercept_mg_cm3 : float
        Density = slope × HU + intercept, in mg/cm³.
    used_hu : dict of float
        HU of the tissues that the line rests on.
    missing : tuple of str
        Tissues that were not found.
    """

    slope: float
    intercept_mg_cm3: float
    used_hu: dict[str, float]
    missing: tuple[str, ...]

    def density_mg_cm3(self, hu: float) -> float:
        """Density of a tissue of that many HU."""
        return self.slope * hu + self.intercept_mg_cm3


def calibrate(
    found_hu: Mapping[str, float | None], references: Mapping[str, float] = REFERENCES_MG_CM3
) -> Calibration:
    """Lay a line through tissues.

    Parameters
    ----------
    found_hu : mapping
        HU of each tissue; None where it was not found.
    references : mapping
        Equivalent density of each tissue, in mg/cm³.

    Raises
    ------
    ReferenceMissing
        If fewer than two tissues were found.

    Warns
    -----
    ReferenceLeftOut
        If one was not.
    """
    used = {name: hu for name in references if (hu := found_hu.get(name)) is not None}
    missing = tuple(name for name in references if name not in used)
    if len(used) < 2:
        raise ReferenceMissing(
            f"Of the tissues that density is calibrated by ({', '.join(references)}), {', '.join(missing)} were not found, and a line needs two. "
            "Give a scan that shows them, or a mask that outlines muscle."
        )
    if missing:
        warnings.warn(
            ReferenceLeftOut(
                f"Density rests on {' and '.join(used)} alone: {', '.join(missing)} was not found in the scan. Its error is larger."
            ),
            stacklevel=2,
        )
    slope, intercept = np.polyfit(list(used.values()), [references[name] for name in used], 1)
    return Calibration(float(slope), float(intercept), used, missing)


def tissue_hu(values: npt.NDArray[np.number], tissue: str) -> float | None:
    """Most frequent HU of a tissue, refined by its neighbours.

    Parameters
    ----------
    values : ndarray
        HU of a scan, or of a region known to hold the tissue.
    tissue : str
        A key of ``RANGES_HU``.

    Returns
    -------
    float or None
        None if fewer than 500 voxels lie in the tissue's range, or it has no peak there.
    """
    low, high = RANGES_HU[tissue]
    near = values[(values >= low) & (values <= high)]
    if near.size < LEAST_VOXELS:
        return None
    counts, edges = np.histogram(near, bins=int((high - low) / 5), range=(low, high))
    smooth = np.convolve(counts, (1, 2, 1), mode="valid")
    peak = int(smooth.argmax()) + 1
    if peak in (1, len(counts) - 2):  # a slope that ends at the range: another tissue's
        return None
    close = near[(near >= edges[peak - 1]) & (near <= edges[peak + 2])]
    return float(close.mean())
