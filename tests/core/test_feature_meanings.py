"""Meanings and IBSI codes of features, against the reference values that name both."""

from __future__ import annotations

import csv
from importlib.resources import files

from radiobone.core.feature_meanings import meaning_of, meaning_of_tag
from radiobone.core.ibsi_names import ENDING, nomenclature
from radiobone.features.registry import feature_names


def test_codes_are_those_of_the_features_that_ibsis_consensus_values_were_compared_with():
    text = (
        files("radiobone.features.reference").joinpath("ibsi_digital_phantom.csv").read_text(encoding="utf-8")
    )
    lines = list(csv.DictReader(text.splitlines()))
    assert len(lines) > 90
    for line in lines:
        _, family, feature = line["feature"].split("_")
        tag = ENDING.sub("", line["ibsi_tag"])
        assert meaning_of(family, feature).code == nomenclature()[tag][1], line["feature"]
        assert meaning_of_tag(line["ibsi_tag"]).code == nomenclature()[tag][1]


def test_every_feature_of_pyradiomics_families_has_words():
    for family in ("firstorder", "shape", "glcm", "glrlm", "glszm", "gldm", "ngtdm"):
        for feature in feature_names(family):
            found = meaning_of(family, feature)
            assert found is not None, (family, feature)
            assert found.words


def test_what_ibsi_does_not_define_has_no_code():
    assert meaning_of("glcm", "MCC").code == ""
    assert meaning_of("glcm", "NoSuchFeature") is None
    assert meaning_of_tag("cm_no_such_feature_3D_avg") is None
