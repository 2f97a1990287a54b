"""Interpolation on a turned grid, against ITK's; what repeats of one region share."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from radiobone.core.volume import Volume
from radiobone.imaging.perturb import noise
from radiobone.imaging.perturb.noise import Noise
from radiobone.imaging.perturb.subject import SURROUNDINGS_VOXELS, Subject
from radiobone.imaging.perturb.turned_spline import turned_spline

OLD, NEW = np.array([0.7, 0.8, 3.0]), np.array([1.0, 0.9, 1.1])  # x, y, z


def by_itk(array, matrix, start, shape):
    source = sitk.GetImageFromArray(array)
    source.SetSpacing(OLD.tolist())
    turn = sitk.AffineTransform(3)
    turn.SetMatrix(matrix.ravel().tolist())
    resampled = sitk.ResampleImageFilter()
    resampled.SetOutputSpacing(NEW.tolist())
    resampled.SetOutputOrigin(start.tolist())
    resampled.SetSize(shape[::-1])
    resampled.SetTransform(turn)
    resampled.SetInterpolator(sitk.sitkBSpline)
    resampled.SetUseNearestNeighborExtrapolator(True)
    return sitk.GetArrayFromImage(resampled.Execute(source))


@pytest.mark.parametrize("shape", [(9, 20, 17), (1, 20, 17), (3, 4, 30)])
@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 0), (0.48, 0.6, 0.64)])
def test_the_spline_of_a_turned_grid_is_itks(shape, axis):
    """Also beyond the border, where the nearest voxel counts, and in a single slice."""
    flat = shape[0] == 1
    angle = 0.2
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    matrix = np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k  # Rodrigues
    if flat and axis != (0, 0, 1):
        pytest.skip("a slice is turned in its plane alone")
    start = np.array([-2.0, -1.5, 0.0 if flat else -2.0])
    size = (1, 25, 22) if flat else (12, 25, 22)
    array = np.random.default_rng(1).normal(100, 300, shape)
    steps = matrix * NEW / OLD[:, None]
    found = turned_spline(array, (matrix @ start / OLD)[::-1], steps[::-1, ::-1], size)
    np.testing.assert_allclose(found, by_itk(array, matrix, start, size), atol=1e-7)


def test_the_strength_of_the_noise_is_estimated_once_for_all_repeats_and_near_the_region(monkeypatch):
    rng = np.random.default_rng(0)
    array = rng.normal(0, 5, (12, 160, 160))
    array[:, 110:] *= 40  # far from the region
    mask = np.zeros(array.shape, dtype=np.uint8)
    mask[4:8, 40:60, 40:60] = 1
    calls = []
    estimate = noise.estimate_noise
    monkeypatch.setattr(noise, "estimate_noise", lambda *given: calls.append(given) or estimate(*given))
    subject = Subject(Volume(array), Volume(mask))
    found = [subject.settled(step, None) for step in (Noise(), Noise(), Noise(sd=3.0))]
    assert len(calls) == 1
    assert calls[0][0].shape == (12, 20 + 2 * SURROUNDINGS_VOXELS, 20 + 2 * SURROUNDINGS_VOXELS)
    assert found[0].sd == found[1].sd == pytest.approx(5, rel=0.02)
    assert found[2].sd == 3.0


def test_a_subject_knows_its_region():
    mask = np.zeros((9, 10, 11), dtype=np.uint8)
    mask[2:5, 3:9, 1:4] = 7
    mask[2, 3, 1] = 0
    subject = Subject(Volume(mask, (3.0, 0.5, 1.0)), Volume(mask, (3.0, 0.5, 1.0)))
    np.testing.assert_allclose(subject.centre, ndimage.center_of_mass(mask)[::-1])
    assert subject.volume_mm3 == 53 * 1.5
    assert (subject.box.low, subject.box.high) == ((2, 3, 1), (4, 8, 3))
