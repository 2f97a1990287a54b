"""A structure that is not there: the one that was meant comes first."""

from __future__ import annotations

import pytest

from radiobone.core.errors import LabelNotFound
from radiobone.core.near_names import nearest
from radiobone.io.structures import choose_label, label_not_found
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES

NAMES = sorted(TOTAL_CLASSES)


def test_the_name_that_was_meant_comes_first() -> None:
    with pytest.raises(LabelNotFound) as caught:
        choose_label("map.nii.gz", roi="vertebra_L1", label=None, names=TOTAL_CLASSES, present=[1, 2])
    told = str(caught.value)
    assert told.startswith(
        "map.nii.gz has no structure 'vertebra_L1'. Did you mean 'vertebrae_L1'? It has: vertebrae_L1, "
    )
    assert "adrenal" not in told.split("It has:")[1].split(", ")[1]
    assert f"({len(NAMES)} in all)" in told


def test_a_short_name_is_found_as_a_word() -> None:
    assert nearest("L1", NAMES) == ["vertebrae_L1"]
    assert "Did you mean 'vertebrae_L1'?" in str(label_not_found("m", "l1", NAMES))


def test_nothing_is_guessed_where_nothing_is_near() -> None:
    assert "Did you mean" not in str(label_not_found("m", "implant", NAMES))
    assert "Did you mean" not in str(label_not_found("m", "label 5", ["label_50", "label_51"], by_value=True))


def test_many_structures_are_listed_in_groups_where_none_was_asked_for() -> None:
    told = str(label_not_found("map.nii.gz", None, NAMES))
    assert f"{len(NAMES)} structures" in told
    assert "vertebrae_* (25)" in told
    assert "rib_* (24)" in told
    assert "skull" in told
    assert "Did you mean" not in told
