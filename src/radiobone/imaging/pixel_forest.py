"""A random forest that tells what each pixel of a radiograph belongs to, such as bone and soft tissue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.validation import check_is_fitted

from radiobone.core.errors import BadSetting, DimensionMismatch, OneClass, SameImageTwice
from radiobone.core.seeds import rng_for, seed_for
from radiobone.imaging.flat_image import BoolArray, checked_image
from radiobone.imaging.pixel_features import pixel_features

IntArray = npt.NDArray[np.int64]
UNLABELLED = -1


class PixelForest(BaseEstimator):
    """Learn labels of pixels from images that are labelled in whole or in part.

    Parameters
    ----------
    n_estimators : int
        Trees.
    pixels_per_class : int
        Most pixels of each class that are drawn from an image, so that large images and classes do not decide alone.
    min_samples_leaf : int
        Pixels in a leaf at least.
    random_state : int
        Of the pixels drawn and the trees.

    Attributes
    ----------
    classes_ : ndarray of int
        Labels that were learned, ascending.
    forest_ : RandomForestClassifier

    References
    ----------
    Labels of pixels of DXA images by a forest: Hussain D et al. Comput Methods Programs Biomed 2019;173:87–107.
    """

    def __init__(
        self,
        n_estimators: int = 50,
        pixels_per_class: int = 1000,
        min_samples_leaf: int = 5,
        random_state: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.pixels_per_class = pixels_per_class
        self.min_samples_leaf = min_samples_leaf
        self.random_state = random_state

    def fit(self, images: Sequence[npt.ArrayLike], labels: Sequence[npt.ArrayLike]) -> Self:
        """Learn from labelled pixels.

        Parameters
        ----------
        images : sequence of array-like, shape (n_rows, n_columns) each
        labels : sequence of array-like of int, of the same shapes
            From 0; -1 where a pixel is not labelled.

        Raises
        ------
        DimensionMismatch, NonFiniteIntensity
        OneClass
            If the pixels have one label alone.
        """
        drawn = [self._drawn(number, *pair) for number, pair in enumerate(_paired(images, labels))]
        X, y = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        if len(np.unique(y)) < 2:
            raise OneClass(
                f"The {len(y)} labelled pixels have {len(np.unique(y))} label(s), so there is nothing to tell apart. Label "
                "pixels of another class."
            )
        self.forest_ = RandomForestClassifier(
            self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            random_state=seed_for(self.random_state, "pixel forest"),
        ).fit(X, y)
        self.classes_: IntArray = self.forest_.classes_.astype(np.int64)
        return self

    def predict_proba(self, image: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the probability of each class, shape (n_classes, n_rows, n_columns)."""
        check_is_fitted(self)
        features = pixel_features(image)
        chances = self.forest_.predict_proba(features.reshape(-1, features.shape[-1]))
        return np.asarray(chances.T.reshape(-1, *features.shape[:2]))

    def predict(self, image: npt.ArrayLike) -> IntArray:
        """Return the likeliest label of each pixel, shape (n_rows, n_columns)."""
        return np.asarray(self.classes_[self.predict_proba(image).argmax(axis=0)])

    def _drawn(
        self, number: int, image: npt.NDArray[np.float64], labels: IntArray
    ) -> tuple[npt.NDArray[np.float64], IntArray]:
        """Features and labels of some pixels of one image."""
        rng = rng_for(self.random_state, "pixels", number)
        of_class = [np.flatnonzero(labels == one) for one in np.unique(labels[labels != UNLABELLED])]
        chosen = [rng.permutation(where)[: self.pixels_per_class] for where in of_class]
        places = np.sort(np.concatenate([*chosen, np.empty(0, dtype=np.intp)]))
        features = pixel_features(image)
        return features.reshape(-1, features.shape[-1])[places], labels.ravel()[places]


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
    pairs = list(_paired(images, labels))
    people = (
        [str(number) for number in range(len(pairs))] if patients is None else [str(one) for one in patients]
    )
    _check_people(pairs, people, n_folds)
    fold = _folds(people, n_folds, seed)
    found: list[IntArray] = [np.empty(0, dtype=np.int64)] * len(pairs)
    for number in range(n_folds):
        train = [pair for pair, own in zip(pairs, fold, strict=True) if own != number]
        fitted = PixelForest(**(forest or PixelForest()).get_params()).fit(
            [image for image, _ in train], [label for _, label in train]
        )
        for place in np.flatnonzero(fold == number):
            found[place] = fitted.predict(pairs[place][0])
    return HeldOutLabels(tuple(found), fold)


def dice(first: BoolArray, second: BoolArray) -> float:
    """Overlap of two regions: twice the common pixels through those of both; 1 where both are empty.

    References
    ----------
    Dice LR. Ecology 1945;26:297–302.
    """
    size = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / size if size else 1.0


def _paired(
    images: Sequence[npt.ArrayLike], labels: Sequence[npt.ArrayLike]
) -> Iterator[tuple[npt.NDArray[np.float64], IntArray]]:
    if len(images) != len(labels) or not len(images):
        raise DimensionMismatch(
            f"There are {len(images)} images and {len(labels)} arrays of labels; each image needs its own. Give both in the "
            "same order."
        )
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        pixels, told = checked_image(image), np.asarray(label).astype(np.int64)
        if told.shape != pixels.shape:
            raise DimensionMismatch(
                f"Image {number} has {pixels.shape} pixels (rows, columns) and its labels {told.shape}. Give a label for "
                f"each pixel, {UNLABELLED} where it has none."
            )
        yield pixels, told


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
        digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
        if owner.setdefault(digest, person) != person:
            raise SameImageTwice(
                f"One image belongs to the patients {owner[digest]!r} and {person!r}, so it could be learned from and judged "
                "at once. Give it once, or under one patient."
            )


def _folds(people: list[str], n_folds: int, seed: int) -> IntArray:
    """Fold of each image; patients go to folds in a random order that does not depend on that of the images."""
    names = sorted(set(people))
    order = rng_for(seed, "pixel forest folds").permutation(len(names))
    fold_of = {names[place]: number % n_folds for number, place in enumerate(order)}
    return np.array([fold_of[person] for person in people], dtype=np.int64)
