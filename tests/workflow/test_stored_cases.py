"""A stored case is taken only if every file behind it, and the code that reads and measures it, are the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from radiobone.core import provenance
from radiobone.features.presets import load_settings
from radiobone.io.manifest import read_manifest
from radiobone.workflow import cache
from radiobone.workflow.extract import extract
from small_cohort import QUICK, SmallCohort, bone, two_labels, write_image

VOLUME = "original_shape_VoxelVolume"
MEAN = "original_firstorder_Mean"


def with_header(cohort: SmallCohort, kind: str, suffix: str, array: npt.NDArray[np.generic]) -> Path:
    """Write the image or mask of ``p1`` as a header with its data beside it, and return the data file."""
    folder = cohort.folder / f"{kind}s"
    for before in folder.glob("p1.raw"):
        before.unlink()
    write_image(folder / f"p1{suffix}", array)
    return folder / "p1.raw"


def value(cohort: SmallCohort, out: Path, feature: str) -> float:
    return float(
        extract(cohort.manifest, settings=QUICK, output=out, show_progress=False).table[feature].iloc[0]
    )


@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
def test_corrected_data_beside_a_header_are_measured_anew(
    cohort: SmallCohort, tmp_path: Path, suffix: str
) -> None:
    cohort.add("p1", image=f"images/p1{suffix}", mask=f"masks/p1{suffix}")
    with_header(cohort, "image", suffix, bone(0))
    data = with_header(cohort, "mask", suffix, two_labels())
    header = data.with_suffix(suffix).read_bytes()
    first = {name: value(cohort, tmp_path / "out", name) for name in (VOLUME, MEAN)}

    smaller = two_labels()
    smaller[3, 4:13, 4:12] = 0
    with_header(cohort, "mask", suffix, smaller)
    assert data.with_suffix(suffix).read_bytes() == header
    assert value(cohort, tmp_path / "out", VOLUME) == pytest.approx(0.75 * first[VOLUME])

    with_header(cohort, "mask", suffix, two_labels())
    with_header(cohort, "image", suffix, (bone(0) + 100).astype(np.int16))
    assert value(cohort, tmp_path / "out", MEAN) == pytest.approx(first[MEAN] + 100)


def test_a_header_without_its_data_has_no_stored_case(cohort: SmallCohort, tmp_path: Path) -> None:
    cohort.add("p1", mask="masks/p1.mhd")
    data = with_header(cohort, "mask", ".mhd", two_labels())
    value(cohort, tmp_path / "out", VOLUME)
    data.unlink()
    again = extract(cohort.manifest, settings=QUICK, output=tmp_path / "out", show_progress=False)
    assert list(again.cases["code"]) == ["FileMissing"]


def test_two_files_of_a_mask_folder_that_change_names_are_measured_anew(
    cohort: SmallCohort, tmp_path: Path
) -> None:
    cohort.add("p1", mask="masks/p1", label="")
    folder = cohort.folder / "masks" / "p1"
    labels = two_labels()
    labels[8, 4:13, 4:12] = 0
    for number, name in enumerate(("L1", "L2"), start=1):
        write_image(folder / f"{name}.nii.gz", (labels == number).astype(np.uint8))
    cohort.rows[0] = {**cohort.rows[0], "roi": "L1"}
    before = value(cohort, tmp_path / "out", VOLUME)
    (folder / "L1.nii.gz").rename(folder / "kept")
    (folder / "L2.nii.gz").rename(folder / "L1.nii.gz")
    (folder / "kept").rename(folder / "L2.nii.gz")
    assert value(cohort, tmp_path / "out", VOLUME) == pytest.approx(0.75 * before)


@pytest.mark.parametrize("part", ["io/images.py", "features/engine.py", "workflow/case_runner.py"])
def test_an_edit_between_a_file_and_its_features_is_a_new_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    copy = tmp_path / "radiobone"
    shutil.copytree(
        Path(provenance.radiobone.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(provenance.radiobone, "__file__", str(copy / "__init__.py"))
    digests = []
    for _ in range(2):
        provenance.code_digest.cache_clear()
        digests.append(cache.engine_digest())
        with (copy / part).open("a", encoding="utf-8") as file:
            file.write("# edited\n")
    provenance.code_digest.cache_clear()
    assert digests[0] != digests[1]


@pytest.mark.parametrize("package", ["SimpleITK", "pydicom", "pillow", "pylibjpeg-libjpeg"])
def test_another_version_of_what_decodes_is_another_key(
    cohort: SmallCohort, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    cohort.add("p1")
    (case,) = read_manifest(cohort.manifest).cases
    settings = load_settings(None, modality="ct")
    before = cache.case_key(case, settings, "ct")
    original = cache.package_version
    monkeypatch.setattr(cache, "package_version", lambda name: "0" if name == package else original(name))
    after = cache.case_key(case, settings, "ct")
    assert before is not None
    assert after is not None
    assert before.key != after.key


def test_files_are_read_several_at_a_time_and_once_each(
    cohort: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("p1", "p2", "p3"):
        cohort.add(name)
    listed = read_manifest(cohort.manifest).cases
    cases = [*listed, *listed]  # every image twice, as with several regions
    settings = load_settings(None, modality="ct")
    alone = [cache.case_key(case, settings, "ct") for case in cases]
    cache._digests.clear()
    digested: list[Path] = []
    original = cache.file_digest
    monkeypatch.setattr(cache, "file_digest", lambda path: digested.append(path) or original(path))
    assert cache.case_keys(cases, settings, "ct", n_threads=3) == alone
    assert None not in alone
    assert sorted(digested) == sorted({case.image for case in cases} | {case.mask for case in cases})
