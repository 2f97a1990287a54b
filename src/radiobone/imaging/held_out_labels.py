"""Images labelled by forests that saw no image of their patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting, SameImageTwice
from radiobone.core.progress import Progress
from radiobone.core.seeds import rng_for
from radiobone.imaging.pixel_forest import DrawnPixels, IntArray, PixelForest, image_digest, paired


@dataclass(frozen=True, eq=False)
class HeldOutLabels:
    """Labels of images, none of which the forest that labelled it had seen.

    Attributes
    ----------
    labels : tuple of ndarray of int
        One per image.
    fold : ndarray of int, shape (n_images,)
        In which fold each was held out.
    """

    labels: tuple[IntArray, ...]
    fold: IntArray


def label_held_out(
    images: Sequence[npt.ArrayLike],
    labels: Sequence[npt.ArrayLike],
    *,
    patients: Sequence[str] | None = None,
    n_folds: int = 5,
    forest: PixelForest | None = None,
    seed: int = 0,
) -> HeldOutLabels:
    """Label every image by a forest that learned from the images of other patients.

    Images are held out whole, with all images of their patient: pixels of one image are so much alike that some of them
    tell the others.

    Parameters
    ----------
    images, labels : sequence of array-like
        As ``PixelForest.fit`` takes them.
    patients : sequence of str, optional
        Patient of each image; every image is one if not given.
    n_folds : int
        At most the number of patients.
    forest : PixelForest, optional
        What is fitted in each fold.
    seed : int
        Of the folds.

    Raises
    ------
    BadSetting
        If there are fewer patients than folds, or fewer than two folds.
    SameImageTwice
        If one image belongs to two patients.
    DimensionMismatch, NonFiniteIntensity, OneClass
    """
    pairs = list(paired(images, labels))
    people = (
        [str(number) for number in range(len(pairs))] if patients is None else [str(one) for one in patients]
    )
    _check_people(pairs, people, n_folds)
    fold = folds_of_patients(people, n_folds, seed)
    found: list[IntArray] = [np.empty(0, dtype=np.int64)] * len(pairs)
    for number in range(n_folds):
        train = [pair for pair, own in zip(pairs, fold, strict=True) if own != number]
        fitted = PixelForest(**(forest or PixelForest()).get_params()).fit(
            [image for image, _ in train], [label for _, label in train]
        )
        for place in np.flatnonzero(fold == number):
            found[place] = fitted.predict(pairs[place][0])
    return HeldOutLabels(tuple(found), fold)


def _check_people(
    pairs: list[tuple[npt.NDArray[np.float64], IntArray]], people: list[str], n_folds: int
) -> None:
    if len(people) != len(pairs):
        raise BadSetting(
            f"There are {len(pairs)} images and {len(people)} patients. Name the patient of each image."
        )
    if not 2 <= n_folds <= len(set(people)):
        raise BadSetting(
            f"n_folds is {n_folds}, and there are {len(set(people))} patients: each fold holds out one at least, and needs "
            "others to learn from."
        )
    owner: dict[str, str] = {}
    for (image, _), person in zip(pairs, people, strict=True):
        digest = image_digest(image)
        if owner.setdefault(digest, person) != person:
            raise SameImageTwice(
                f"One image belongs to the patients {owner[digest]!r} and {person!r}, so it could be learned from and judged "
                "at once. Give it once, or under one patient."
            )


def folds_of_patients(people: Sequence[str], n_folds: int, seed: int = 0) -> IntArray:
    """Fold of each image; patients go to folds in a random order that does not depend on that of the images."""
    names = sorted(set(people))
    order = rng_for(seed, "pixel forest folds").permutation(len(names))
    fold_of = {names[place]: number % n_folds for number, place in enumerate(order)}
    return np.array([fold_of[person] for person in people], dtype=np.int64)


@dataclass(frozen=True)
class SplitAccuracy:
    """Share of drawn pixels that a forest labelled as they were given, by what was held out.

    Attributes
    ----------
    patients : float
        Pixels of patients that the forest had not seen.
    pixels : float
        Pixels split at random, whoever they are of: those beside a pixel tell its label, so this is too high.
    """

    patients: float
    pixels: float


def pixel_split_accuracy(
    drawn: Sequence[DrawnPixels],
    patients: Sequence[str],
    *,
    n_folds: int = 5,
    forest: PixelForest | None = None,
    seed: int = 0,
    tell: Progress = Progress(),  # noqa: B008 - it holds no state
) -> SplitAccuracy:
    """Measure what splitting at the level of pixels, in place of patients, adds to the accuracy of the labels.

    Parameters
    ----------
    drawn : sequence of DrawnPixels
        Of one image each.
    patients : sequence of str
        Patient of each image.
    n_folds : int
        At most the number of patients.
    forest : PixelForest, optional
        What is fitted in each fold.
    seed : int
        Of the folds.
    tell : Progress
        Told of each forest, twice ``n_folds``.

    Raises
    ------
    OneClass
    """
    own = forest or PixelForest()
    by_image = folds_of_patients(patients, n_folds, seed)
    apart = np.repeat(by_image, [len(one.labels) for one in drawn])
    mixed = rng_for(seed, "pixels mixed").permutation(len(apart)) % n_folds
    pool = DrawnPixels(
        np.concatenate([one.features for one in drawn]), np.concatenate([one.labels for one in drawn])
    )
    return SplitAccuracy(_accuracy(pool, apart, own, tell), _accuracy(pool, mixed, own, tell))


def _accuracy(pool: DrawnPixels, fold: IntArray, forest: PixelForest, tell: Progress) -> float:
    right = np.zeros(len(fold), dtype=np.bool_)
    for number in np.unique(fold):
        held_out = fold == number
        training = DrawnPixels(pool.features[~held_out], pool.labels[~held_out])
        fitted = PixelForest(**forest.get_params()).fit_drawn([training]).forest_
        tell(f"fold {number}")
        right[held_out] = fitted.predict(pool.features[held_out]) == pool.labels[held_out]
    return float(right.mean())
