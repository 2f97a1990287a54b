"""Whatever the region: every feature is a finite number, or one named error says why not."""

from __future__ import annotations

import warnings

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.core.errors import RadioboneError
from radiobone.core.volume import Volume
from radiobone.core.warnings import RadioboneWarning
from radiobone.features.definitions import names_of
from radiobone.features.ibsi.engine import extract_ibsi_features
from radiobone.features.ibsi.settings import ALL_AGGREGATIONS, ALL_FAMILIES, IbsiSettings, Resegmentation
from radiobone.imaging.centred_grid import Interpolation
from radiobone.imaging.ibsi_bins import FixedBinNumber, FixedBinSize

SHAPES = hnp.array_shapes(min_dims=3, max_dims=3, max_side=6)
INTERPOLATIONS = st.sampled_from([None, Interpolation(spacing_xyz_mm=(0.7, 0.7, 1.6), method="cubic")])
BINS = st.sampled_from([FixedBinSize(width=25), FixedBinNumber(n_bins=4)])
RESEGMENTATIONS = st.sampled_from(
    [Resegmentation(), Resegmentation(lower=-20, upper=60), Resegmentation(outlier_sd=1)]
)


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(np.int16, SHAPES, elements=st.sampled_from([-40, 0, 0, 30, 31, 90])),
    st.data(),
    st.sampled_from(ALL_FAMILIES),
    INTERPOLATIONS,
    BINS,
    RESEGMENTATIONS,
)
def test_features_are_finite_or_the_error_has_a_name(array, data, family, interpolation, bins, limits):
    mask = data.draw(hnp.arrays(np.uint8, array.shape, elements=st.sampled_from([0, 1, 1])))
    image = Volume(array, spacing_mm=(3.0, 1.0, 1.0))
    asked = IbsiSettings(
        families=(family,),
        aggregations=ALL_AGGREGATIONS,
        interpolation=interpolation,
        discretisation=bins,
        ivh_discretisation=bins,
        resegmentation=limits,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RadioboneWarning)
        try:
            found = extract_ibsi_features(image, image.with_array(mask), asked)
        except RadioboneError:
            return
    assert list(found) == list(names_of(asked))
    assert all(np.isfinite(list(found.values())))
