"""What DICOM headers tell of acquisition and outlining."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.volume import Volume
from radiobone.io.acquisition import acquisition_record
from radiobone.io.case import Case

Save = Callable[..., Path]


def case_of(number: int, image: Path, mask: Path) -> Case:
    return Case(patient_id=f"P{number}", roi="L1", image=image, mask=mask)


def test_values_are_counted_over_cases_and_no_name_is_kept(
    tmp_path: Path, ct_volume: Volume, save_series: Save, save_seg: Save
) -> None:
    def change(kvp: str) -> Callable[..., None]:
        def apply(dataset: object, number: int) -> None:
            dataset.KVP, dataset.ConvolutionKernel, dataset.InstitutionName = (
                kvp,
                "B60f",
                "Hospital of Secrets",
            )  # type: ignore[attr-defined]

        return apply

    cases = []
    for number, kvp in enumerate(("120", "100", "120")):
        series = save_series(tmp_path / f"image{number}", ct_volume, change(kvp))
        masks = {"L1": np.ones(ct_volume.shape, bool)}
        cases.append(case_of(number, series, save_seg(tmp_path / f"mask{number}.dcm", series, masks)))
    found = acquisition_record(cases)
    assert found["n_cases"] == found["n_headers"] == 3
    assert found["parameters"]["KVP"] == {"100": 1, "120": 2}
    assert found["parameters"]["ConvolutionKernel"] == {"B60f": 3}
    assert found["parameters"]["PixelSpacing"] == {"0.9 × 0.8": 3}
    assert found["segmentation"] == {"MANUAL": 3}
    assert "Secrets" not in str(found)
    assert "Test^One" not in str(found)


def test_many_numbers_are_told_as_a_range(tmp_path: Path, ct_volume: Volume, save_series: Save) -> None:
    small = Volume(ct_volume.array[:1], spacing_mm=ct_volume.spacing_mm, modality="CT")

    def currents(number: int) -> Callable[..., None]:
        return lambda dataset, _: setattr(dataset, "XRayTubeCurrent", 100 + number)

    cases = [
        case_of(n, save_series(tmp_path / f"{n}", small, currents(n)), tmp_path / "none.nii")
        for n in range(22)
    ]
    (tmp_path / "none.nii").write_bytes(b"no DICOM")
    assert acquisition_record(cases)["parameters"]["XRayTubeCurrent"] == {"100 to 121": 22}


def test_a_field_of_nonsense_is_told_as_it_is_without_a_warning(
    tmp_path: Path, ct_volume: Volume, save_series: Save
) -> None:
    series = save_series(
        tmp_path / "image", ct_volume, lambda one, _: setattr(one, "ConvolutionKernel", "B60f")
    )
    for file in series.iterdir():
        content = file.read_bytes()
        assert content.count(b"0.9\\0.8") == 1
        file.write_bytes(content.replace(b"0.9\\0.8", b"x.9\\0.8"))
    found = acquisition_record([case_of(0, series, series)])
    assert found["parameters"]["ConvolutionKernel"] == {"B60f": 1}
    assert found["parameters"]["PixelSpacing"] == {"x.9 × 0.8": 1}


@pytest.mark.parametrize("content", [b"", b"no DICOM at all", b"\0" * 128 + b"DICM" + b"\xff" * 20])
def test_what_cannot_be_read_counts_as_a_case_without_a_header(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "image.dcm").write_bytes(content)
    (tmp_path / "mask.nii").write_bytes(b"")
    assert acquisition_record([case_of(0, tmp_path / "image.dcm", tmp_path / "mask.nii")]) == {}
    assert acquisition_record([case_of(0, tmp_path / "absent", tmp_path / "absent")]) == {}
