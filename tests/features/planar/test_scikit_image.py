"""Local binary patterns and Gabor energies are those that scikit-image gave; see tests/reference/make_scikit_image.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from radiobone.features.planar.gabor import gabor
from radiobone.features.planar.lbp import lbp
from radiobone.features.planar.region import PlanarRegion

TOLD = json.loads(
    (Path(__file__).resolve().parents[2] / "reference" / "scikit_image.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def region() -> PlanarRegion:
    image = np.random.default_rng(TOLD["seed"]).normal(100, 20, TOLD["shape"])
    mask = np.zeros(image.shape, dtype=bool)
    mask[TOLD["margin"] : -TOLD["margin"], TOLD["margin"] : -TOLD["margin"]] = True
    return PlanarRegion(image, mask, (1.0, 1.0))


@pytest.mark.oracle
def test_local_binary_patterns(region: PlanarRegion) -> None:
    found = lbp(region)
    names = [*(f"Uniform{number}" for number in range(9)), "NonUniform"]
    np.testing.assert_allclose([found[name] for name in names], TOLD["lbp"], atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("name", TOLD["gabor"])
def test_gabor_energies(region: PlanarRegion, name: str) -> None:
    assert gabor(region)[name] == pytest.approx(TOLD["gabor"][name], rel=1e-3)
