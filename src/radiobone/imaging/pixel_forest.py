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

from radiobone.core.errors import DimensionMismatch, OneClass
from radiobone.core.seeds import rng_for, seed_for
from radiobone.imaging.flat_image import BoolArray, checked_image
from radiobone.imaging.pixel_features import pixel_features

IntArray = npt.NDArray[np.int64]
UNLABELLED = -1


@dataclass(frozen=True, eq=False)
class DrawnPixels:
    """Some labelled pixels of one image.

    Attributes
    ----------
    features : ndarray of float64, shape (n_pixels, n_features)
        As ``pixel_features`` gives them.
    labels : ndarray of int, shape (n_pixels,)
    """

    features: npt.NDArray[np.float64]
    labels: IntArray


def draw_pixels(
    image: npt.NDArray[np.float64], labels: IntArray, *, per_class: int = 1000, seed: int = 0
) -> DrawnPixels:
    """Draw labelled pixels of an image; which ones depends on its content, not on its place among others.

    Parameters
    ----------
    image : ndarray, shape (n_rows, n_columns)
    labels : ndarray of int, of the same shape
        -1 where a pixel is not labelled.
    per_class : int
        Most pixels of each label.
    seed : int

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    """
    rng = rng_for(seed, "pixels", image_digest(image))
    of_class = [np.flatnonzero(labels == one) for one in np.unique(labels[labels != UNLABELLED])]
    chosen = [rng.permutation(where)[:per_class] for where in of_class]
    places = np.sort(np.concatenate([*chosen, np.empty(0, dtype=np.intp)]))
    features = pixel_features(image)
    return DrawnPixels(features.reshape(-1, features.shape[-1])[places], labels.ravel()[places])


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
    Labels of pixels of DXA images by a forest: Hussain D, Han SM. Comput Methods Programs Biomed 2019;173:87–107.
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
        pairs = paired(images, labels)
        return self.fit_drawn(
            [draw_pixels(*pair, per_class=self.pixels_per_class, seed=self.random_state) for pair in pairs]
        )

    def fit_drawn(self, drawn: Sequence[DrawnPixels]) -> Self:
        """Learn from pixels that were drawn before; their order, and that of the images, changes the trees.

        Raises
        ------
        OneClass
        """
        X = np.concatenate([one.features for one in drawn])
        y = np.concatenate([one.labels for one in drawn])
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


def dice(first: BoolArray, second: BoolArray) -> float:
    """Overlap of two regions: twice the common pixels through those of both; 1 where both are empty.

    References
    ----------
    Dice LR. Ecology 1945;26:297–302.
    """
    size = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / size if size else 1.0


def paired(
    images: Sequence[npt.ArrayLike], labels: Sequence[npt.ArrayLike]
) -> Iterator[tuple[npt.NDArray[np.float64], IntArray]]:
    """Check images and their labels, and yield them in pairs.

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    """
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


def image_digest(image: npt.NDArray[np.float64]) -> str:
    """SHA-256 of an image's shape and values."""
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
