"""Compute local binary patterns and Gabor energies by scikit-image, into scikit_image.json.

    pip install scikit-image && python tests/reference/make_scikit_image.py

The image is drawn from a seed, so that the file holds results alone.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import skimage
from scipy.ndimage import convolve
from skimage.feature import local_binary_pattern
from skimage.filters import gabor_kernel

SEED, SHAPE, MARGIN = 6, (96, 88), 24
PERIODS, DIRECTIONS, SIGMA_PER_PERIOD = (4, 8, 16), (0, 45, 90, 135), 0.56


def main() -> None:
    image = np.random.default_rng(SEED).normal(100, 20, SHAPE)
    inside = np.zeros(SHAPE, dtype=bool)
    inside[MARGIN:-MARGIN, MARGIN:-MARGIN] = True
    patterns = local_binary_pattern(image, 8, 1, method="uniform")[inside].astype(int)
    share = np.bincount(patterns, minlength=10) / inside.sum()
    energies = {}
    for period, angle in product(PERIODS, DIRECTIONS):
        sigma = SIGMA_PER_PERIOD * period
        kernel = gabor_kernel(
            1 / period, theta=np.deg2rad(angle), sigma_x=sigma, sigma_y=sigma, n_stds=6, dtype=np.complex128
        )
        centred = image - image[inside].mean()
        response = convolve(centred, kernel.real, mode="reflect") + 1j * convolve(
            centred, kernel.imag, mode="reflect"
        )
        # scikit-image's Gaussian has an integral of one, so that stripes of amplitude A answer with A / 2.
        energies[f"Energy{period}px{angle}deg"] = float(np.square(2 * np.abs(response[inside])).mean())
    told = {
        "scikit-image": skimage.__version__,
        "seed": SEED,
        "shape": SHAPE,
        "margin": MARGIN,
        "lbp": share.tolist(),
        "gabor": energies,
    }
    path = Path(__file__).with_name("scikit_image.json")
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
