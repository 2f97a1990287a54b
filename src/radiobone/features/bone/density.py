"""Density from HU without a phantom: a line through tissues of the scan itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import NotCalibrated, ReferenceMissing
from radiobone.core.settings import Settings
from radiobone.core.warnings import ReferenceLeftOut, warn

RANGES_HU: Mapping[str, tuple[float, float]] = {
    "air": (-1030.0, -960.0),
    "fat": (-140.0, -60.0),
    "muscle": (20.0, 90.0),
}
LEAST_VOXELS = 500
MOST_MISFIT_MG_CM3 = 25.0
LEAST_MG_CM3, MOST_MG_CM3 = -100.0, 350.0
DEFINITION = (
    "Line from HU to mg/cm³ through the HU of air, fat and muscle of the scan and their equivalent densities (-800, -80, 44: ours, for 120 kVp; "
    "settings `density` take others). It takes out a shift or a stretch of the scanner's HU. Two tissues are needed; one that is missing is named. "
    "Refused with another tube voltage, with contrast, where the tissues do not lie on a line, and beyond -100 to 350 mg/cm³."
)
SOURCE = (
    "Internal calibration by peaks of air, fat and muscle: Eggermont et al. 2019, doi 10.1371/journal.pone.0220564; by tissues of an "
    "abdominal CT: Michalski et al. 2020, doi 10.1016/j.medengphy.2020.01.009; its error and that of contrast: Kaesmacher et al. 2017, "
    "doi 10.1097/RCT.0000000000000518; the equivalent densities are ours"
)
NATIVE = ("no", "none", "native")


class DensitySettings(Settings):
    """Equivalent densities of the tissues; fit your own on scans with a phantom.

    The defaults are HU that are usual at 120 kVp (-1000, -100, 55) times 0.8 mg/cm³.

    Attributes
    ----------
    air_mg_cm3, fat_mg_cm3, muscle_mg_cm3 : float
        What the tissues count as, in mg/cm³.
    kvp : float
        Tube voltage at which they do: HU of mineral depend on it, those of soft tissue hardly.
    """

    air_mg_cm3: float = -800.0
    fat_mg_cm3: float = -80.0
    muscle_mg_cm3: float = 44.0
    kvp: float = Field(default=120.0, ge=40, le=160)

    @property
    def references(self) -> dict[str, float]:
        """Equivalent density by tissue."""
        return {"air": self.air_mg_cm3, "fat": self.fat_mg_cm3, "muscle": self.muscle_mg_cm3}


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
        """Density of trabecular bone of that many HU.

        Raises
        ------
        NotCalibrated
            If it lies where no trabecular bone does.
        """
        density = self.slope * hu + self.intercept_mg_cm3
        if not LEAST_MG_CM3 <= density <= MOST_MG_CM3:
            raise NotCalibrated(
                f"{hu:.0f} HU would be {density:.0f} mg/cm³, and trabecular bone lies between {LEAST_MG_CM3:g} and {MOST_MG_CM3:g}. The line through "
                "air, fat and muscle says nothing of cortical bone, metal or cement. Check mask and image."
            )
        return density


def check_scan(kvp: float | None, contrast: str | None, settings: DensitySettings) -> str:
    """Check that the equivalent densities hold for a scan, and say what is not known of it.

    Parameters
    ----------
    kvp : float or None
        Tube voltage.
    contrast : str or None
        ``no``, or the agent or phase.
    settings : DensitySettings
        With the tube voltage of the equivalent densities.

    Raises
    ------
    NotCalibrated
        If the tube voltage is another, or contrast was given.
    """
    if kvp is not None and abs(kvp - settings.kvp) > 1:
        raise NotCalibrated(
            f"The scan was made with {kvp:g} kVp, and the equivalent densities are for {settings.kvp:g}. HU of mineral rise as the voltage falls and "
            "those of fat and muscle hardly do, so that density would be wrong by tens of per cent. Give densities for this voltage in the "
            "settings (`density: {kvp: ..., air_mg_cm3: ..., fat_mg_cm3: ..., muscle_mg_cm3: ...}`), fitted on scans with a phantom."
        )
    if contrast is not None and contrast.strip().casefold() not in NATIVE:
        raise NotCalibrated(
            f"Contrast was given ({contrast.strip()}): it raises HU of bone and of muscle by amounts that differ with time, and density would be "
            "too high. Take the scan without contrast, or compare HU alone."
        )
    unknown = {"tube voltage not known": kvp is None, "contrast not known": contrast is None}
    return "; ".join(name for name, true in unknown.items() if true)


def calibrate(
    found_hu: Mapping[str, float | None],
    settings: DensitySettings = DensitySettings(),  # noqa: B008 - frozen
) -> Calibration:
    """Lay a line through tissues.

    Parameters
    ----------
    found_hu : mapping
        HU of each tissue; None where it was not found.
    settings : DensitySettings
        Equivalent density of each tissue.

    Raises
    ------
    ReferenceMissing
        If fewer than two tissues were found.
    NotCalibrated
        If they do not lie on a line.

    Warns
    -----
    ReferenceLeftOut
        If one was not.
    """
    references = settings.references
    used = {name: hu for name in references if (hu := found_hu.get(name)) is not None}
    missing = tuple(name for name in references if name not in used)
    if len(used) < 2:
        raise ReferenceMissing(
            f"Of the tissues that density is calibrated by ({', '.join(references)}), {', '.join(missing)} were not found, and a line needs two. "
            "Give a scan that shows them, or a mask that outlines muscle."
        )
    if missing:
        warn(
            ReferenceLeftOut(
                f"Density rests on {' and '.join(used)} alone: {', '.join(missing)} was not found in the scan. Its error is larger."
            ),
            stacklevel=2,
        )
    wanted = np.array([references[name] for name in used])
    slope, intercept = np.polyfit(list(used.values()), wanted, 1)
    misfit = float(np.abs(slope * np.array(list(used.values())) + intercept - wanted).max())
    if slope <= 0 or misfit > MOST_MISFIT_MG_CM3:
        raise NotCalibrated(
            f"Air, fat and muscle ({', '.join(f'{name} {hu:.0f} HU' for name, hu in used.items())}) lie up to {misfit:.0f} mg/cm³ from a line through "
            f"their densities, and {MOST_MISFIT_MG_CM3:g} is the most. A tissue was mistaken for another, or HU are clipped or rescaled."
        )
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
