"""Perturbations against known truth: phantoms, whole-voxel movements, known noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from radiobone.core.errors import BadConfig, BadSetting, FileMissing, RoiTooSmall
from radiobone.core.seeds import rng_for
from radiobone.core.volume import Volume
from radiobone.imaging.perturb.base import Between, Motion, Perturbation
from radiobone.imaging.perturb.chain import Target, perturb
from radiobone.imaging.perturb.contour import Contour, supervoxels
from radiobone.imaging.perturb.grow import Grow
from radiobone.imaging.perturb.noise import Noise, estimate_noise
from radiobone.imaging.perturb.plan import PRESETS, Perturbations, load_plan
from radiobone.imaging.perturb.registry import PERTURBATIONS
from radiobone.imaging.perturb.rotate import Rotate
from radiobone.imaging.perturb.shift import Shift
from radiobone.imaging.perturb.subject import Subject
from radiobone.imaging.resample import Resampling, resample
from radiobone.testing.phantoms import sphere

NATIVE = Target()
CLOSE = Target(crop_margin_voxels=5)


def random(kind: str) -> np.random.Generator:
    return rng_for(7, "test", kind)


def ball(
    radius_mm: float = 10.0, spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0), dtype: str = "int16"
) -> tuple[Volume, Volume]:
    """Return noise round 100 with a brighter ball, and the ball."""
    mask = np.asarray(sphere(radius_mm, spacing_mm=spacing_mm, margin_mm=9.0).mask.array, dtype=np.uint8)
    values = np.random.default_rng(3).normal(100, 10, mask.shape) + 200.0 * mask
    return Volume(values.astype(dtype), spacing_mm, (5.0, -3.0, 2.0)), Volume(
        mask, spacing_mm, (5.0, -3.0, 2.0)
    )


def run(image: Volume, mask: Volume, *steps: Perturbation, target: Target = NATIVE) -> tuple[Volume, Volume]:
    return perturb(Subject(image, mask), steps, target, random)


def value_at(volume: Volume, point_mm: npt.NDArray[np.float64]) -> float:
    """Value of the voxel whose centre is nearest to a point (x, y, z)."""
    index = (point_mm - np.asarray(volume.origin_mm)) / np.asarray(volume.spacing_mm[::-1])
    z, y, x = np.rint(index[::-1]).astype(int)
    return float(volume.array[z, y, x])


@pytest.mark.parametrize("dtype", ["int16", "uint8", "float32", "float64"])
def test_a_shift_of_whole_voxels_moves_every_value_unchanged(dtype: str) -> None:
    image, mask = ball(dtype=dtype) if dtype != "uint8" else ball(dtype="int16")
    if dtype == "uint8":
        image = image.with_array(np.clip(image.array, 0, 255).astype(np.uint8))
    moved, region = run(image, mask, Shift(voxels_xyz=(2.0, -1.0, 3.0)))
    assert moved.array.dtype == image.array.dtype
    inside = slice(5, -5)
    expected = np.roll(image.array, (3, -1, 2), axis=(0, 1, 2))[inside, inside, inside]
    np.testing.assert_allclose(moved.array[inside, inside, inside], expected, rtol=1e-6)
    np.testing.assert_array_equal(region.array, np.roll(mask.array, (3, -1, 2), axis=(0, 1, 2)))


@pytest.mark.parametrize("axis", ["z", "y", "x"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_quarter_turn_is_rot90(axis: str, sign: int) -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(-500, 500, (15, 15, 15)).astype(np.int16)
    cube = np.zeros((15, 15, 15), np.uint8)
    cube[4:11, 4:11, 4:11] = 1  # its centre is that of the image
    image, mask = Volume(values), Volume(cube)
    turned, region = run(image, mask, Rotate(angle_deg=90.0 * sign, axis=axis))  # type: ignore[arg-type]
    first, second = {"z": (2, 1), "y": (0, 2), "x": (1, 0)}[axis]  # from the first axis towards the second
    np.testing.assert_array_equal(turned.array, np.rot90(values, sign, axes=(first, second)))
    np.testing.assert_array_equal(region.array, cube)


def test_nothing_moved_is_the_resampling_of_the_engine() -> None:
    image, mask = ball(spacing_mm=(3.0, 0.7, 0.7), dtype="float64")
    settings_ = Resampling()
    expected, region = resample(image, mask, settings_)
    found, inside = run(image, mask, Shift(voxels_xyz=(0.0, 0.0, 0.0)), target=Target(settings_))
    np.testing.assert_allclose(found.origin_mm, expected.origin_mm, atol=1e-9)
    assert found.spacing_mm == expected.spacing_mm
    np.testing.assert_array_equal(inside.array, region.array)
    np.testing.assert_allclose(found.array, expected.array, rtol=1e-9, atol=1e-9)


def test_a_moved_region_is_resampled_once_and_keeps_its_mean_place_and_volume() -> None:
    image, mask = ball(12.0, spacing_mm=(2.0, 0.7, 0.7))
    steps = (Rotate(angle_deg=17.0), Shift(voxels_xyz=(0.4, -0.3, 0.2)))
    moved, region = run(image, mask, *steps, target=Target(Resampling()))
    assert moved.spacing_mm == (1.0, 1.0, 1.0)
    volume = region.array.sum()
    assert volume == pytest.approx(mask.array.sum() * 2 * 0.49, rel=0.03)

    def centre(volume: Volume) -> npt.NDArray[np.float64]:
        index = np.array(ndimage.center_of_mass(volume.array))[::-1]
        return np.asarray(volume.origin_mm) + index * np.asarray(volume.spacing_mm[::-1])

    np.testing.assert_allclose(centre(region) - centre(mask), (0.4, -0.3, 0.2), atol=0.25)  # nearest voxels
    assert moved.array[region.array > 0].mean() == pytest.approx(image.array[mask.array > 0].mean(), abs=8.0)


def test_an_oblique_image_keeps_its_axes() -> None:
    image, mask = ball()
    cos, sin = math.cos(0.3), math.sin(0.3)
    direction = (cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0, 1.0)
    oblique = Volume(image.array, image.spacing_mm, image.origin_mm, direction)
    plain, _ = run(image, mask, Rotate(angle_deg=10.0))
    turned, _ = run(
        oblique, Volume(mask.array, direction=direction, origin_mm=mask.origin_mm), Rotate(angle_deg=10.0)
    )
    assert turned.direction == direction
    np.testing.assert_array_equal(turned.array, plain.array)


def test_movements_are_one_after_the_other() -> None:
    quarter = Rotate(angle_deg=90.0).motion((1, 1, 1), (True, True, True))
    step = Shift(voxels_xyz=(1.0, 0.0, 0.0)).motion((1, 1, 1), (True, True, True))
    both = quarter.then(step)
    np.testing.assert_allclose(both.rotation @ [1, 0, 0] + both.shift_mm, [1, 1, 0], atol=1e-12)
    other = step.then(quarter)
    np.testing.assert_allclose(other.rotation @ [1, 0, 0] + other.shift_mm, [0, 2, 0], atol=1e-12)
    assert isinstance(Motion.none(), Motion)


def test_nothing_leaves_a_slice_or_a_plane() -> None:
    image, mask = ball()
    flat, region = Volume(image.array[15:16], is_2d=True), Volume(mask.array[15:16], is_2d=True)
    moved, inside = run(flat, region, Shift(voxels_xyz=(1.0, 0.0, 5.0)), Grow(fraction=0.2), Contour())
    assert moved.shape == flat.shape
    assert inside.array.any()
    shifted, _ = run(image, mask, Shift(voxels_xyz=(1.0, 0.0, 5.0)), target=Target(plane=0))
    np.testing.assert_array_equal(shifted.array[:, 5:-5, 5:-5], np.roll(image.array, 1, 2)[:, 5:-5, 5:-5])
    still, _ = run(image, mask, Rotate(angle_deg=20.0, axis="x"), target=Target(plane=0))
    np.testing.assert_array_equal(still.array, image.array)


@pytest.mark.parametrize("sd", [1.0, 12.0, 300.0])
@pytest.mark.parametrize("plane", [None, 0, 1, 2])
def test_known_noise_is_estimated(sd: float, plane: int | None) -> None:
    noise = np.random.default_rng(1).normal(0.0, sd, (21, 40, 33))
    assert estimate_noise(noise, plane) == pytest.approx(sd, rel=0.02)
    bright = ndimage.gaussian_filter(np.pad(np.ones((9, 20, 15)), ((6,), (10,), (9,))), 1.0)
    assert estimate_noise(noise + 20 * sd * bright, plane) == pytest.approx(
        sd, rel=0.1
    )  # edges hardly matter


def test_noise_of_the_images_own_strength_is_added_and_whole_numbers_stay() -> None:
    image, mask = ball()
    noisy, region = run(image, mask, Noise())
    added = noisy.array.astype(float) - image.array
    assert noisy.array.dtype == np.int16
    assert added.std() == pytest.approx(10.0, rel=0.1)  # edges are a little of the noise
    assert abs(added.mean()) < 0.2
    np.testing.assert_array_equal(region.array, mask.array)
    stronger, _ = run(image, mask, Noise(sd=50.0))
    assert (stronger.array.astype(float) - image.array).std() == pytest.approx(50.0, rel=0.02)


def test_noise_at_the_end_of_the_types_range_does_not_wrap_round() -> None:
    image = Volume(np.full((8, 20, 20), 255, np.uint8))
    mask = Volume(np.pad(np.ones((4, 10, 10), np.uint8), ((2,), (5,), (5,))))
    noisy, _ = run(image, mask, Noise(sd=5.0))
    assert noisy.array.min() > 200


@settings(max_examples=30, deadline=None)
@given(
    fraction=st.floats(-0.5, 0.5),
    spacing=st.tuples(st.sampled_from([1.0, 2.0, 3.0]), st.just(1.0), st.just(1.0)),
)
def test_growth_is_exact_to_a_voxel_and_nested(fraction: float, spacing: tuple[float, float, float]) -> None:
    image, mask = ball(8.0, spacing)
    _, region = run(image, mask, Grow(fraction=fraction))
    n_before, n_after = int(mask.array.sum()), int(region.array.sum())
    assert n_after == n_before + int(math.copysign(round(abs(fraction) * n_before), fraction))
    smaller, larger = (mask, region) if fraction > 0 else (region, mask)
    assert not (smaller.array & ~larger.array).any()


@pytest.mark.parametrize("fraction", [-0.3, -0.1, 0.1, 0.3])
def test_a_sphere_grows_into_a_sphere(fraction: float) -> None:
    image, mask = ball(12.0)
    _, region = run(image, mask, Grow(fraction=fraction))
    radius = 12.0 * (1 + fraction) ** (1 / 3)
    centre = np.array(ndimage.center_of_mass(mask.array))
    np.testing.assert_allclose(ndimage.center_of_mass(region.array), centre, atol=0.05)
    distance = np.linalg.norm(np.argwhere(np.ones(mask.shape)) - centre, axis=1).reshape(mask.shape)
    assert region.array[distance < radius - 1.0].all()
    assert not region.array[distance > radius + 1.0].any()


def test_a_flat_region_grows_in_its_slice_alone() -> None:
    image, mask = ball()
    flat = np.zeros_like(mask.array)
    flat[15] = mask.array[15]
    _, region = run(image, mask.with_array(flat), Grow(fraction=0.5))
    assert np.flatnonzero(region.array.any(axis=(1, 2))).tolist() == [15]
    assert region.array.sum() == flat.sum() + round(0.5 * float(flat.sum()))


def test_a_region_that_cannot_grow_or_would_vanish_is_named() -> None:
    image, mask = ball()
    full = mask.with_array(np.ones_like(mask.array))
    with pytest.raises(RoiTooSmall, match="cannot change"):
        run(image, full, Grow(fraction=0.1))
    single = np.zeros_like(mask.array)
    single[9, 9, 9] = 1
    with pytest.raises(RoiTooSmall, match="cannot change"):
        run(image, mask.with_array(single), Grow(fraction=-0.9))


def test_a_random_contour_is_made_of_supervoxels_that_meet_the_region() -> None:
    image, mask = ball(12.0)
    _, region = run(image, mask, Contour(supervoxel_mm3=64.0))
    labels = supervoxels(image.array, image.spacing_mm, 4.0)
    touched = ndimage.binary_dilation(mask.array, iterations=8)
    assert region.array.any()
    assert not (region.array.astype(bool) & ~touched).any()
    assert ndimage.label(region.array, np.ones((3, 3, 3)))[1] == 1
    sizes = np.bincount(labels.ravel())
    assert labels.min() == 0
    assert (sizes > 0).all()
    assert np.median(sizes) == pytest.approx(64, rel=0.5)


def test_a_clear_edge_is_found_again_and_a_contour_of_chance_differs_between_draws() -> None:
    _, mask = ball(12.0)
    clear = Volume(1000.0 * mask.array)
    _, region = run(clear, mask, Contour())
    overlap = 2 * (region.array & mask.array).sum() / (region.array.sum() + mask.array.sum())
    assert overlap > 0.98
    noise = Volume(np.random.default_rng(0).normal(size=mask.shape))
    found = [
        perturb(Subject(noise, mask), [Contour()], NATIVE, lambda kind, n=n: rng_for(n, kind))[1].array
        for n in range(4)
    ]
    assert len({one.tobytes() for one in found}) == 4
    dice = [2 * (one & mask.array).sum() / (one.sum() + mask.array.sum()) for one in found]
    assert 0.7 < min(dice) < max(dice) < 0.99


def test_shares_decide_which_supervoxels_are_certain_and_which_excluded() -> None:
    _, mask = ball(12.0)
    image = Volume(np.random.default_rng(0).normal(size=mask.shape))  # no edge to follow
    all_in = Contour(certain=1e-9, excluded=0.0)
    only_full = Contour(certain=1.0, excluded=0.999)
    labels_of: dict[str, npt.NDArray[Any]] = {
        "all": run(image, mask, all_in)[1].array,
        "full": run(image, mask, only_full)[1].array,
    }
    assert not (mask.array & ~labels_of["all"]).any()  # every supervoxel that meets the region
    assert not (labels_of["full"] & ~mask.array).any()  # none that leaves it
    assert 0 < labels_of["full"].sum() < mask.array.sum() < labels_of["all"].sum()


def test_a_line_has_no_contour() -> None:
    image, mask = ball()
    line = np.zeros_like(mask.array)
    line[9, 9, 4:12] = 1
    with pytest.raises(RoiTooSmall, match="line of voxels"):
        run(image, mask.with_array(line), Contour())


def test_supervoxels_stay_in_their_slices_where_nothing_is_mixed() -> None:
    image, mask = ball()
    _, region = run(image, mask, Contour(), target=Target(plane=0))
    alone = np.zeros_like(mask.array)
    slices = np.flatnonzero(mask.array.any(axis=(1, 2)))
    assert set(np.flatnonzero(region.array.any(axis=(1, 2)))) <= set(slices)
    assert region.array.any() != alone.any()


def test_the_same_seed_gives_the_same_bits_whatever_stands_beside_it() -> None:
    image, mask = ball()
    first = run(image, mask, Noise(), Grow(fraction=0.1), target=CLOSE)
    again = run(image, mask, Grow(fraction=0.1), Noise(), target=CLOSE)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.array, other.array)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_on_every_kind_of_region(name: str) -> None:
    image, mask = ball(7.0, (3.0, 1.0, 1.0))
    _, chain = next(PRESETS[name].numbered())
    steps = [step.drawn(random(step.kind)) for step in chain.steps]
    for target in (Target(Resampling()), Target(plane=0), Target(crop_margin_voxels=3), NATIVE):
        moved, region = run(image, mask, *steps, target=target)
        assert moved.shape == region.shape
        assert region.array.sum() > 100 / (3 if target.resampling is None else 1)


def test_ranges_are_drawn_within_their_limits_and_said() -> None:
    rotate = Rotate(angle_deg=Between(low=-3.0, high=5.0))
    drawn = [rotate.drawn(np.random.default_rng(n)).angle_deg for n in range(200)]
    assert -3.0 <= min(drawn) < -2.5  # type: ignore[operator, type-var]
    assert 4.5 < max(drawn) <= 5.0  # type: ignore[operator, type-var]
    assert Rotate(angle_deg=-3.14).said() == "rotate -3.14°"
    assert Shift(voxels_xyz=(0.25, 0.0, -0.5)).said() == "shift 0.25/0.00/-0.50"
    assert (Grow(fraction=-0.1).said(), Noise().said(), Contour().said()) == ("grow -10%", "noise", "contour")
    with pytest.raises(TypeError):
        rotate.said()


def test_plans_are_found_by_name_number_file_and_content(tmp_path: Any) -> None:
    assert load_plan("light").n_repeats == 5
    assert load_plan("12").n_repeats == load_plan(12).n_repeats == 12
    content = """
seed: 3
chains:
  - steps:
      - {kind: rotate, angle_deg: {low: -10, high: 10}}
      - {kind: grow, fraction: 0.1}
    repeats: 2
  - steps: [{kind: noise}]
"""
    path = tmp_path / "plan.yaml"
    path.write_text(content)
    plan = load_plan(path)
    assert plan == load_plan(plan.model_dump(mode="json")) == load_plan(str(path))
    assert [(number, [step.kind for step in chain.steps]) for number, chain in plan.numbered()] == [
        (1, ["rotate", "grow"]), (2, ["rotate", "grow"]), (3, ["noise"]),
    ]  # fmt: skip
    assert set(PERTURBATIONS) == {"noise", "rotate", "shift", "grow", "contour"}


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("0", BadSetting, "0 repeats"),
        ("-3", BadSetting, "-3 repeats"),
        ("5000", BadSetting, "from 1 to 1000"),
        ("heavy", BadSetting, "light, zwanenburg"),
        ("none.yaml", FileMissing, "none.yaml"),
        ({"chains": []}, BadSetting, "chains"),
        ({"chains": [{"steps": [{"kind": "bend"}]}]}, BadSetting, "noise"),
        ({"chains": [{"steps": [{"kind": "noise"}, {"kind": "noise"}]}]}, BadSetting, "listed twice"),
        ({"chains": [{"steps": [{"kind": "grow", "fraction": 3}]}]}, BadSetting, "between -0.9 and 1"),
        (
            {"chains": [{"steps": [{"kind": "rotate", "angle_deg": {"low": 3, "high": 1}}]}]},
            BadSetting,
            "'low' is 3",
        ),
        ({"chains": [{"steps": [{"kind": "noise"}]}], "seeds": 1}, BadConfig, "seeds"),
    ],
)
def test_wrong_plans_are_named(source: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        load_plan(source)
    assert Perturbations.model_validate(PRESETS["light"].model_dump())
