"""Values of pyradiomics 3.0.1 that travel with the tests, for those without the shared data."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import SimpleITK as sitk

from radiobone.features.engine import extract_features
from radiobone.features.presets import load_settings
from radiobone.imaging.itk import from_sitk

FOLDER = Path(__file__).parent / "pyradiomics"


def expected_values(table: str) -> dict[str, dict[str, float]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return {case: {row["feature"]: float(row[case]) for row in rows} for case in rows[0] if case != "feature"}


CASES = [
    (table, case)
    for table in ("original", "distances", "slices2d", "bone851")
    for case in expected_values(table)
]


@pytest.mark.parametrize(("table", "case"), CASES)
def test_agrees_with_pyradiomics(table, case):
    image = from_sitk(sitk.ReadImage(str(FOLDER / f"{case}_image.nrrd")))
    mask = from_sitk(sitk.ReadImage(str(FOLDER / f"{case}_mask.nrrd")))
    features = extract_features(image, mask, load_settings(FOLDER / f"{table}.yaml"))
    expected = expected_values(table)[case]
    assert list(features) == list(expected)
    assert features == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_there_are_as_many_values_as_the_tables_say():
    assert [len(expected_values(t)["breast1"]) for t in ("original", "distances", "slices2d", "bone851")] == [
        107,
        93,
        558,
        851,
    ]
