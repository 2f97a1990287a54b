"""The forest of pixels on made DXA images whose bone is known, and that whole images are held out."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from radiobone.core.errors import BadSetting, DimensionMismatch, OneClass, SameImageTwice
from radiobone.imaging.held_out_labels import label_held_out, pixel_split_accuracy
from radiobone.imaging.outline import largest_part
from radiobone.imaging.pixel_features import PIXEL_FEATURES, pixel_features
from radiobone.imaging.pixel_forest import PixelForest, dice, draw_pixels

FOREST = PixelForest(n_estimators=15, pixels_per_class=300)


def dxa(seed, shape=(64, 48)):
    """A bright bone of changing place and width in soft tissue that gets thicker, with noise."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    bone = np.abs(columns - 20 - 8 * rng.random() - 4 * np.sin(rows / 12)) < 6 + 3 * rng.random()
    image = 40 + 0.3 * rows + 60 * (0.8 + 0.4 * rng.random()) * bone + rng.normal(0, 6, shape)
    return image, bone.astype(int)


COHORT = [dxa(seed) for seed in range(8)]
IMAGES, LABELS = [one[0] for one in COHORT], [one[1] for one in COHORT]


def test_bone_is_found_in_images_that_were_not_seen():
    found = label_held_out(IMAGES, LABELS, n_folds=4, forest=FOREST)
    overlaps = [
        dice(largest_part(one == 1), bone == 1) for one, bone in zip(found.labels, LABELS, strict=True)
    ]
    assert min(overlaps) > 0.9
    assert np.bincount(found.fold).tolist() == [2, 2, 2, 2]


def test_a_held_out_image_decides_nothing_in_its_own_fold():
    clean = label_held_out(IMAGES, LABELS, n_folds=4, forest=FOREST)
    poisoned = [np.asarray(1 - one) if clean.fold[at] == 0 else one for at, one in enumerate(LABELS)]
    dirty = label_held_out(IMAGES, poisoned, n_folds=4, forest=FOREST)
    for at in np.flatnonzero(clean.fold == 0):
        np.testing.assert_array_equal(clean.labels[at], dirty.labels[at])


def test_images_of_one_patient_stay_together_in_any_order():
    patients = ["a", "a", "b", "b", "c", "c", "d", "d"]
    found = label_held_out(IMAGES, LABELS, patients=patients, n_folds=2, forest=FOREST)
    assert all(found.fold[at] == found.fold[at + 1] for at in range(0, 8, 2))
    back = label_held_out(IMAGES[::-1], LABELS[::-1], patients=patients[::-1], n_folds=2, forest=FOREST)
    np.testing.assert_array_equal(back.fold[::-1], found.fold)


def test_pixels_without_a_label_are_not_learned_from():
    partly = [np.where(np.arange(48) % 2 == 0, one, -1) for one in LABELS]
    forest = PixelForest(n_estimators=10, pixels_per_class=200).fit(IMAGES[:4], partly[:4])
    assert forest.classes_.tolist() == [0, 1]
    chances = forest.predict_proba(IMAGES[5])
    np.testing.assert_allclose(chances.sum(axis=0), 1)
    assert dice(forest.predict(IMAGES[5]) == 1, LABELS[5] == 1) > 0.85


def test_exposure_changes_no_feature():
    image = IMAGES[0]
    np.testing.assert_allclose(pixel_features(3 * image + 50), pixel_features(image), atol=1e-8)
    assert pixel_features(image).shape == (64, 48, len(PIXEL_FEATURES))


@pytest.mark.parametrize(
    ("images", "labels", "more", "error"),
    [
        (IMAGES[:2], LABELS[:1], {}, DimensionMismatch),
        (IMAGES[:2], [LABELS[0], np.zeros((3, 3))], {}, DimensionMismatch),
        (IMAGES[:2], LABELS[:2], {"n_folds": 3}, BadSetting),
        (IMAGES[:2], LABELS[:2], {"n_folds": 2, "patients": ["a"]}, BadSetting),
        ([IMAGES[0], IMAGES[0]], LABELS[:2], {"n_folds": 2}, SameImageTwice),
        (IMAGES[:2], [0 * LABELS[0], 0 * LABELS[1]], {"n_folds": 2}, OneClass),
    ],
)
def test_wrong_inputs_are_named(images, labels, more, error):
    with pytest.raises(error):
        label_held_out(images, labels, forest=FOREST, **more)


def blobs(seed, shape=(48, 48)):
    """A smooth random image, and labels in smooth patches that have nothing to do with it."""
    rng = np.random.default_rng(seed)
    image, patches = (gaussian_filter(rng.normal(size=shape), 5) for _ in range(2))
    return image, (patches > 0).astype(np.int64)


def test_pixels_split_at_random_are_told_by_their_neighbours_and_those_of_other_patients_are_not():
    drawn = [draw_pixels(*blobs(seed), per_class=200) for seed in range(8)]
    found = pixel_split_accuracy(drawn, list("abcdefgh"), n_folds=4, forest=FOREST)
    assert found.patients == pytest.approx(0.5, abs=0.1)
    assert found.pixels > 0.7


def test_which_pixels_are_drawn_does_not_depend_on_the_order_of_the_images():
    forward = FOREST.fit(IMAGES[:3], LABELS[:3]).predict_proba(IMAGES[5])
    drawn = [
        draw_pixels(*pair, per_class=300) for pair in zip(IMAGES[:3], map(np.int64, LABELS[:3]), strict=True)
    ]
    np.testing.assert_array_equal(FOREST.fit_drawn(drawn).predict_proba(IMAGES[5]), forward)
    again = draw_pixels(IMAGES[1], np.int64(LABELS[1]), per_class=300)
    np.testing.assert_array_equal(again.features, drawn[1].features)
