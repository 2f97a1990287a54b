"""Heights of bodies of known shape, however they lie and whatever the voxels are."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.core.errors import RegionCut, VoxelTooLarge
from radiobone.core.volume import Triple, Volume
from radiobone.core.warnings import CoarseVoxels
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.genant import deformity, grade_of
from radiobone.features.bone.heights import HEIGHTS
from radiobone.testing.bone_phantoms import BodyShape, BonePhantom, vertebral_body

WEDGE = BodyShape(anterior_mm=17.0, middle_mm=21.0, posterior_mm=25.0)
BICONCAVE = BodyShape(anterior_mm=25.0, middle_mm=15.0, posterior_mm=25.0)
STRAIGHT = BodyShape()
ANISOTROPIC: Triple = (2.0, 0.8, 0.8)


def measured(phantom: BonePhantom) -> dict[str, float]:
    return HEIGHTS.measure(BoneRegion.of(phantom.image, phantom.mask))


def true_heights(shape: BodyShape) -> dict[str, float]:
    """Mean over 3 mm along the depth, as it is measured."""
    own = {}
    for name, share in (("anterior", 0.15), ("middle", 0.5), ("posterior", 0.85)):
        near = share + np.linspace(-1.5, 1.5, 7) / shape.depth_mm
        own[f"height_{name}_mm"] = float(shape.height_mm(near).mean())
    return own


@pytest.mark.parametrize("shape", [STRAIGHT, WEDGE, BICONCAVE], ids=["straight", "wedge", "biconcave"])
@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), ANISOTROPIC, (3.0, 3.0, 3.0)], ids=str)
def test_heights_of_bodies_along_the_axes(shape: BodyShape, spacing_mm: Triple) -> None:
    """Each end plate is known to half a voxel, so a height to one."""
    found = measured(vertebral_body(shape, spacing_mm=spacing_mm))
    for name, true_mm in true_heights(shape).items():
        assert found[name] == pytest.approx(true_mm, abs=spacing_mm[0]), name


@pytest.mark.parametrize("shape", [STRAIGHT, WEDGE, BICONCAVE], ids=["straight", "wedge", "biconcave"])
@pytest.mark.parametrize(
    "turned_deg", [(25.0, 0.0, 0.0), (-35.0, 0.0, 0.0), (15.0, 12.0, 0.0), (0.0, 0.0, 15.0)], ids=str
)
@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), ANISOTROPIC], ids=str)
def test_heights_of_turned_bodies(shape: BodyShape, turned_deg: Triple, spacing_mm: Triple) -> None:
    """A line that crosses voxels obliquely averages their faces out: within 0.75 of the longest edge."""
    found = measured(vertebral_body(shape, spacing_mm=spacing_mm, turned_deg=turned_deg))
    for name, true_mm in true_heights(shape).items():
        assert found[name] == pytest.approx(true_mm, abs=0.75 * max(spacing_mm) + 0.25), name


def test_a_body_turned_about_the_head_is_measured_from_its_own_front() -> None:
    found = measured(vertebral_body(WEDGE, turned_deg=(0.0, 0.0, 20.0)))
    assert found["wedge_ratio"] == pytest.approx(
        true_heights(WEDGE)["height_anterior_mm"] / true_heights(WEDGE)["height_posterior_mm"], abs=0.06
    )


def test_a_body_cut_by_the_border_is_refused() -> None:
    whole = vertebral_body(STRAIGHT)
    first = int(np.flatnonzero(whole.mask.array.any(axis=(1, 2)))[0])
    image, mask = (Volume(one.array[first:], one.spacing_mm) for one in (whole.image, whole.mask))
    with pytest.raises(RegionCut, match="reaches the border"):
        HEIGHTS.measure(BoneRegion.of(image, mask))


def test_large_voxels_are_warned_of_and_then_refused() -> None:
    with pytest.warns(CoarseVoxels, match="more than 3 mm"):
        measured(vertebral_body(STRAIGHT, spacing_mm=(4.0, 1.0, 1.0)))
    with pytest.raises(VoxelTooLarge, match="more than 5 mm is too much"):
        measured(vertebral_body(STRAIGHT, spacing_mm=(6.0, 1.0, 1.0)))


@pytest.mark.parametrize(("loss", "grade"), [(0.19, 0), (0.2, 1), (0.249, 1), (0.25, 2), (0.4, 2), (0.41, 3)])
def test_grades(loss: float, grade: int) -> None:
    assert grade_of(loss) == grade


def heights(anterior: float, middle: float, posterior: float) -> dict[str, float]:
    return {"height_anterior_mm": anterior, "height_middle_mm": middle, "height_posterior_mm": posterior}


@pytest.mark.parametrize(
    ("own", "neighbours", "grade", "kind"),
    [
        ((25, 25, 25), (), 0, ""),
        ((19, 23, 25), (), 1, "wedge"),
        ((25, 15, 25), (), 2, "biconcave"),
        ((14, 14, 25), (), 3, "wedge"),
        ((17, 17, 17), ((25, 25, 25),), 2, "crush"),
        ((17, 17, 17), (), 0, ""),
        ((28, 25, 22), ((28, 26, 27),), 0, ""),  # lower behind, as L5 is
    ],
)  # fmt: skip
def test_deformities(
    own: tuple[float, ...], neighbours: tuple[tuple[float, ...], ...], grade: int, kind: str
) -> None:
    found = deformity(heights(*own), [heights(*one) for one in neighbours])
    assert (found.grade, found.kind) == (grade, kind)
    assert (found.crush_ratio is None) == (not neighbours)
