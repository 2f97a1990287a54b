"""Regions and cases that the report points out."""

from __future__ import annotations

import pandas as pd
import pytest

from radiobone.report.oddness import oddness, without_shared
from radiobone.report.regions import region_facts
from radiobone.report.sections.cohort import attention_rows


def region(**changes):
    return {
        "roi": "L1",
        "volume_mm3": 30000.0,
        "mean": 200.0,
        "touches_border": False,
        "n_components": 1,
        **changes,
    }


def test_usual_regions_are_not_odd():
    entries = [region(volume_mm3=30000.0 + 100 * i, mean=200.0 + i) for i in range(12)]
    assert all(not odd.reasons for odd in oddness(entries))


def test_odd_regions_say_why():
    entries = [region(volume_mm3=30000.0 + 100 * i, mean=200.0 + i) for i in range(12)]
    entries += [
        region(volume_mm3=300.0),
        region(mean=900.0),
        region(touches_border=True),
        region(n_components=4),
    ]
    reasons = [odd.reasons for odd in oddness(entries)[12:]]
    assert reasons == [
        ("unusually small",),
        ("unusually bright",),
        ("touches the image border",),
        ("4 separate pieces",),
    ]


def test_a_structure_is_compared_with_its_own_kind():
    small = [region(roi="C3", volume_mm3=9000.0 + 50 * i) for i in range(8)]
    large = [region(roi="L4", volume_mm3=50000.0 + 300 * i) for i in range(30)]
    assert all(not odd.reasons for odd in oddness([*small, *large]))


def test_a_region_without_a_mean_is_still_judged():
    entries = [region(mean=None) if i == 0 else region(mean=200.0 + i) for i in range(9)]
    assert len(oddness(entries)) == 9


FLAT = {"n_voxels": 12345, "volume_mm3": 777.0, "mean": 91.2, "is_2d": True, "area_mm2": 777.0}


@pytest.mark.parametrize(
    ("entry", "facts"),
    [
        (FLAT, ["7.77 cm²", "mean 91.2", "12\u202f345 pixels"]),
        ({**FLAT, "spacing_assumed": True}, ["12\u202f345 pixels", "mean 91.2"]),
        ({**FLAT, "area_mm2": 42.0}, ["42.0 mm²", "mean 91.2", "12\u202f345 pixels"]),
        ({**FLAT, "is_2d": False}, ["777 mm³", "mean 91.2 HU", "12\u202f345 voxels"]),
    ],
)
def test_a_2d_region_has_an_area_and_pixels(entry, facts):
    assert region_facts(entry, is_ct=True) == facts


def test_what_most_regions_share_makes_none_odd():
    entries = [region(touches_border=True, volume_mm3=30000.0 + 100 * i) for i in range(9)] + [
        region(n_components=2)
    ]
    kept, shared = without_shared(oddness(entries))
    assert shared == [("touches the image border", 9)]
    assert [bool(odd.reasons) for odd in kept] == [False] * 9 + [True]


def test_warnings_of_one_wording_share_a_row_and_failures_do_not():
    def case(patient, status, code="", message="", warnings=""):
        return {
            "patient_id": patient,
            "roi": "L1",
            "status": status,
            "code": code,
            "message": message,
            "warnings": warnings,
        }

    warned = [case(f"w{i}", "done", warnings="RoiTouchesBorder: At the border.") for i in range(5)]
    failed = [case(name, "failed", "EmptyMask", "No voxel.") for name in ("f1", "f2")]
    rows = attention_rows(pd.DataFrame([*warned, *failed]))
    assert [row["names"] for row in rows] == [["f1 L1"], ["f2 L1"], [f"w{i} L1" for i in range(5)]]
    assert rows[2]["code"] == "RoiTouchesBorder"
    assert rows[2]["message"] == "At the border."


def test_warnings_that_differ_in_the_files_name_share_a_row():
    cases = [
        {
            "patient_id": f"p{i}", "roi": "", "image": f"images/p{i}.png", "mask": f"masks/p{i}.nii.gz",
            "status": "done", "code": "", "message": "",
            "warnings": f"SpacingAssumed: images/p{i}.png tells no size. | DisconnectedRoi: In {i} pieces. | "
            f"MaskRounded: The file of p{i}.nii.gz was rounded.",
        }
        for i in (2, 3)
    ]  # fmt: skip
    rows = [(row["code"], row["message"], row["names"]) for row in attention_rows(pd.DataFrame(cases))]
    assert rows == [
        ("DisconnectedRoi", "In 2 pieces.", ["p2"]),
        ("DisconnectedRoi", "In 3 pieces.", ["p3"]),
        ("MaskRounded", "The file of this mask was rounded.", ["p2", "p3"]),
        ("SpacingAssumed", "This image tells no size.", ["p2", "p3"]),
    ]
