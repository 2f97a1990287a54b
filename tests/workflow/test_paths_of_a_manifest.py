"""Paths that lead out of the root, or nowhere: said once, with the root that works; and what is made of the rest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import SimpleITK as sitk

from radiobone.core.errors import FileMissing, PathOutsideRoot
from radiobone.core.warnings import MixedPixelTypes, ModalityAssumed
from radiobone.io.case import check_case_files
from radiobone.io.manifest import read_manifest
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extract import extract
from small_cohort import SmallCohort, bone, write_image

FIRST_ORDER = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}
NAMES = ("p1", "p2", "p3", "p4")


@pytest.fixture
def here(tmp_path: Path) -> SmallCohort:
    """Return four patients below one folder, with their files."""
    (tmp_path / "here").mkdir()
    cohort = SmallCohort(tmp_path / "here")
    for name in NAMES:
        cohort.add(name)
    return cohort


def move_images(cohort: SmallCohort, numbers: range) -> Path:
    """Move images to a folder beside the cohort's and name them by absolute paths."""
    elsewhere = cohort.folder.parent / "elsewhere"
    elsewhere.mkdir()
    for number in numbers:
        row = cohort.rows[number]
        moved = shutil.move(str(cohort.folder / str(row["image"])), str(elsewhere))
        cohort.rows[number] = {**row, "image": moved}
    return elsewhere


def write_absolute(cohort: SmallCohort) -> None:
    for number, row in enumerate(cohort.rows):
        paths = {kind: str(cohort.folder / str(row[kind])) for kind in ("image", "mask")}
        cohort.rows[number] = {**row, **paths}


def test_most_cases_outside_are_one_message_whose_root_works(here: SmallCohort) -> None:
    move_images(here, range(3))
    write_absolute(here)
    with pytest.raises(PathOutsideRoot, match="3 of 4 cases") as caught:
        dry_run(here.manifest, output=here.folder / "out", show_progress=False)
    named = re.search(r"--root (\S+)", str(caught.value))
    assert named
    assert Path(named[1]) == here.folder.parent
    result = extract(here.manifest, settings=FIRST_ORDER, root=named[1], show_progress=False)
    assert list(result.cases["status"]) == ["done"] * 4


def test_relative_paths_that_would_break_with_the_new_root_are_told(here: SmallCohort) -> None:
    move_images(here, range(3))
    with pytest.raises(PathOutsideRoot, match=f"--root {here.folder.parent} ") as caught:
        extract(here.manifest, settings=FIRST_ORDER, show_progress=False)
    assert "write the relative ones as absolute too" in str(caught.value)


def test_a_single_case_outside_names_the_root_too(here: SmallCohort) -> None:
    move_images(here, range(1))
    result = extract(here.manifest, settings=FIRST_ORDER, show_progress=False)
    assert list(result.cases["code"]) == ["PathOutsideRoot", "", "", ""]
    assert f"--root {here.folder.parent} " in result.cases["message"][0]


def test_nobody_who_gave_absolute_paths_is_told_where_relative_ones_begin(here: SmallCohort) -> None:
    write_absolute(here)
    (here.folder / "images" / "p1.nii.gz").unlink()
    result = extract(here.manifest, settings=FIRST_ORDER, root="/", show_progress=False)
    told = result.cases.iloc[0]
    assert told["code"] == "FileMissing"
    assert "relative" not in told["message"]
    assert told["image"] == str(here.folder / "images" / "p1.nii.gz")
    assert told["image"] in told["message"]
    for name in NAMES[1:]:
        (here.folder / "images" / f"{name}.nii.gz").unlink()
    for name in NAMES:
        (here.folder / "masks" / f"{name}.nii.gz").unlink()
    with pytest.raises(FileMissing, match="paths are absolute") as caught:
        extract(here.manifest, settings=FIRST_ORDER, root="/", show_progress=False)
    assert "elative paths begin" not in str(caught.value)


def test_relative_paths_that_lead_nowhere_are_told_where_they_begin(here: SmallCohort) -> None:
    (here.folder / "images" / "p1.nii.gz").unlink()
    with pytest.raises(FileMissing, match="relative paths begin at"):
        check_case_files(read_manifest(here.manifest).cases[0])


def flat_in_place(cohort: SmallCohort, name: str) -> None:
    for kind in ("images", "masks"):
        volume = sitk.ReadImage(str(cohort.folder / kind / f"{name}.nii.gz"))
        sitk.WriteImage(sitk.Cast(volume[:, :, 5], sitk.sitkUInt8), str(cohort.folder / kind / f"{name}.png"))
    number = NAMES.index(name)
    paths = {"image": f"images/{name}.png", "mask": f"masks/{name}.png"}
    cohort.rows[number] = {**cohort.rows[number], **paths}


def test_nothing_is_made_of_one_radiograph_where_most_could_not_be_read(
    here: SmallCohort, recwarn: pytest.WarningsRecorder
) -> None:
    flat_in_place(here, "p1")
    flat_in_place(here, "p2")
    for name in ("p2", "p3", "p4"):
        (here.folder / "images" / f"{name}.nii.gz").unlink()
    (here.folder / "images" / "p2.png").unlink()
    result = extract(here.manifest, settings=None, show_progress=False)
    assert result.provenance["modality"] == "ct"
    assert not [one for one in recwarn if issubclass(one.category, ModalityAssumed)]


def test_radiographs_are_counted_where_some_could_not_be_read(here: SmallCohort) -> None:
    for name in NAMES:
        flat_in_place(here, name)
    (here.folder / "images" / "p4.png").unlink()
    with pytest.warns(ModalityAssumed, match="All 3 images of the manifest that could be read, of 4, are"):
        result = extract(here.manifest, show_progress=False)
    assert result.provenance["modality"] == "xr"


def test_the_cases_of_another_pixel_type_are_named(tmp_path: Path) -> None:
    cohort = SmallCohort(tmp_path)
    for number in range(9):
        cohort.add(f"p{number}")
    for number in (1, 3, 5, 7):
        write_image(tmp_path / "images" / f"p{number}.nii.gz", bone(number).astype("float32"))
    resampled = {**FIRST_ORDER, "setting": {"resampledPixelSpacing": [1.5, 1.5, 1.5]}}
    with pytest.warns(MixedPixelTypes, match=r"those of 4 as decimals \(p1, p3, p5, …\)"):
        extract(cohort.manifest, settings=resampled, show_progress=False)
