"""The demo cohort: the same for a seed, of known truth, readable as a user's, and honest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiobone.core import errors
from radiobone.io.images import read_image
from radiobone.io.manifest import read_manifest
from radiobone.io.masks import open_mask
from radiobone.testing.demo_cohort import write_demo_cohort
from radiobone.testing.demo_faults import FAULTS
from radiobone.testing.demo_patients import LABELS, LAW, draw_patient, scan
from radiobone.testing.risk import demo_ceiling, rank_auc


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    return write_demo_cohort(tmp_path_factory.mktemp("demo"), n_patients=6, seed=1, with_faults=True)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_demo_cohort(tmp_path / name, n_patients=2, seed=seed)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a") != digests(tmp_path / "c")


def test_a_larger_cohort_begins_with_the_smaller(tmp_path):
    write_demo_cohort(tmp_path / "small", n_patients=2)
    write_demo_cohort(tmp_path / "large", n_patients=3)
    small, large = digests(tmp_path / "small"), digests(tmp_path / "large")
    images = [name for name in small if name.endswith(".nii.gz")]
    assert len(images) == 4
    assert all(small[name] == large[name] for name in images)


def test_every_row_can_be_read_and_has_its_region(demo):
    manifest = read_manifest(demo, target="osteoporosis")
    sound = [case for case in manifest.cases if case.patient_id.startswith("P")]
    assert len({case.patient_id for case in sound}) == 6
    assert len(sound) > 6  # several regions of one patient
    for case in sound:
        image = read_image(case.image)
        region = open_mask(case.mask, image).region(roi=case.roi, label=case.label)
        assert image.array.dtype == np.int16
        assert 5_000 < region.array.sum() * region.voxel_volume_mm3 < 25_000
        assert case.label == LABELS[case.roi]
    assert {"site", "age_years", "sex", "bmi"} <= set(manifest.extra_columns)


def test_truth_is_kept_apart(demo):
    truth = json.loads((demo.parent / "truth.json").read_text())
    table = pd.read_csv(demo, dtype=str)
    assert truth["ceiling"] == demo_ceiling(LAW)
    assert not {"density_mg_cm3", "risk"} & set(table.columns)
    patients = table[table["patient_id"].str.startswith("P")].drop_duplicates("patient_id")
    for row in patients.itertuples():
        known = truth["patients"][row.patient_id]
        assert (row.osteoporosis == "yes") == known["osteoporosis"]
        assert known["risk"] == pytest.approx(float(LAW.risk(known["density_mg_cm3"])))


def test_each_faulty_case_earns_its_code(demo):
    due = json.loads((demo.parent / "truth.json").read_text())["faults"]
    assert sorted(due.values()) == sorted(code for code, _ in FAULTS)
    faulty = {case.case_id: case for case in read_manifest(demo).cases if case.case_id in due}
    assert set(faulty) == set(due)
    for case_id, code in due.items():
        case = faulty[case_id]
        if code == "RoiTooSmall":  # refused by the features, not by the reader
            image = read_image(case.image)
            assert open_mask(case.mask, image).region(roi=case.roi, label=case.label).array.sum() == 1
            continue
        with pytest.raises(getattr(errors, code)):
            open_mask(case.mask, read_image(case.image)).region(roi=case.roi, label=case.label)


def test_labels_and_clinical_data_over_many_patients():
    patients = [draw_patient(number, seed=5) for number in range(1, 2001)]
    density = np.array([patient.density_mg_cm3 for patient in patients])
    label = np.array([patient.osteoporosis for patient in patients])
    assert label.mean() == pytest.approx(LAW.prevalence(), abs=0.04)
    assert density.mean() == pytest.approx(LAW.mean_mg_cm3, abs=3)
    assert rank_auc(-density, label) == pytest.approx(demo_ceiling(LAW), abs=0.025)
    age = np.array([patient.age_years for patient in patients])
    assert -0.5 < np.corrcoef(age, density)[0, 1] < -0.2
    south = np.array([patient.site == "South" for patient in patients])
    assert 0.35 < south.mean() < 0.55
    assert abs(rank_auc(south, label) - 0.5) < 0.05  # the site is no shortcut


def test_images_tell_of_the_density_but_not_all():
    density, label, median_hu, protocols = [], [], [], set()
    for number in range(1, 41):
        patient = draw_patient(number, seed=3)
        image, labels = scan(patient, seed=3)
        density.append(patient.density_mg_cm3)
        label.append(patient.osteoporosis)
        median_hu.append(float(np.median(image.array[labels.array == LABELS["L1"]])))
        protocols.add((patient.site, image.spacing_mm[0]))
    assert 0.8 < np.corrcoef(density, median_hu)[0, 1] < 0.97
    assert 0.6 < rank_auc(-np.array(median_hu), label) < 0.97
    assert protocols == {("North", 1.5), ("North", 2.0), ("South", 2.5), ("South", 3.0)}
