"""The definitions of TotalSegmentator's spine report, written anew to show where ours differ.

Arrays are (x, y, z) with axes to the patient's right, front and head. Lengths on a sagittal slice are found by
steps of half a voxel, and the slice is the one whose three heights differ most.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Bool = npt.NDArray[np.bool_]
SHARES = {"posterior": 0.15, "middle": 0.5, "anterior": 0.85}
HALF_STEP = 0.5
SLICE_STEP_MM = 5.0


def core(body: Bool) -> Bool:
    """Their erosion by 4 mm on voxels of 3 mm: a block of 2 × 2 × 2 voxels, beside its centre."""
    block = np.zeros((4, 4, 4), dtype=bool)
    block[1:3, 1:3, 1:3] = True
    return np.asarray(ndimage.binary_erosion(body, block))


def middle(body: Bool) -> npt.NDArray[np.float64]:
    """Middle of a body, in voxels, after a cube of 3 × 3 × 3 voxels has rounded it."""
    return np.asarray(np.argwhere(ndimage.binary_erosion(body, np.ones((3, 3, 3)))).mean(axis=0))


def heights(body: Bool, above: Bool | None, below: Bool | None, spacing_mm: float) -> dict[str, float]:
    """Heights of one body, whose axis runs from the middle of its upper neighbour to that of the lower one."""
    own = middle(body)
    start = own if above is None else middle(above)
    end = own if below is None else middle(below)
    axis = (end - start)[1:] / np.linalg.norm((end - start)[1:])
    across = np.array([-axis[1], axis[0]])
    best: dict[str, float] = {}
    for x in _slices(body, spacing_mm):
        found = _on_slice(body[x], own[1:], axis, across)
        if found and (not best or np.ptp(list(found.values())) > np.ptp(list(best.values()))):
            best = found
    return {name: steps * spacing_mm for name, steps in best.items()}


def _slices(body: Bool, spacing_mm: float) -> range:
    """Slices between the quarters of the body's width, about 5 mm apart."""
    smooth = ndimage.binary_erosion(body, np.ones((3, 3, 3)))
    held = np.flatnonzero(smooth.any(axis=(1, 2)))
    margin = round(0.25 * (held[-1] - held[0] + 1))
    return range(held[0] + margin, held[-1] - margin + 1, max(1, round(SLICE_STEP_MM / spacing_mm)))


def _on_slice(
    plane: Bool,
    centre: npt.NDArray[np.float64],
    axis: npt.NDArray[np.float64],
    across: npt.NDArray[np.float64],
) -> dict[str, float]:
    back, front = _way_out(plane, centre, -across), _way_out(plane, centre, across)
    if not (back and front):
        return {}
    found = {}
    for name, share in SHARES.items():
        point = centre + across * (share * (back + front) - back)
        ends = [_way_out(plane, point, way) for way in (-axis, axis)]
        if not all(ends):
            return {}
        found[name] = sum(ends)
    return found


def _way_out(plane: Bool, start: npt.NDArray[np.float64], way: npt.NDArray[np.float64]) -> float:
    """Length of the half-steps that stay inside, in voxels; 0 if the first leaves."""
    n_steps = 1
    while _inside(plane, start + way * HALF_STEP * n_steps):
        n_steps += 1
    return HALF_STEP * (n_steps - 1)


def _inside(plane: Bool, point: npt.NDArray[np.float64]) -> bool:
    return bool(ndimage.map_coordinates(plane.astype(float), point[:, None], order=1)[0] > 0.5)
