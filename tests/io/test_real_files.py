"""Real scans: the numbers here were settled by others than this package."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from radiobone.core.errors import EmptyMask
from radiobone.core.validation import check_same_grid
from radiobone.io.case import check_case_files
from radiobone.io.grid import onto_grid
from radiobone.io.images import read_image
from radiobone.io.manifest import read_manifest
from radiobone.io.masks import open_mask
from radiobone.io.pairing import pair_folders
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES

pytestmark = pytest.mark.shared_data


def test_contours_of_the_ct_phantom_give_its_published_mask(shared_data: Path) -> None:
    phantom = shared_data / "ibsi1" / "ct_phantom"
    truth = read_image(phantom / "mask.nii.gz").array
    assert truth.sum() == 125_256
    for image in (read_image(phantom / "dicom" / "image"), read_image(phantom / "image.nii.gz")):
        region = open_mask(phantom / "dicom" / "mask", image).region(roi="GTV-1", label=None).array
        dice = 2 * (region & truth).sum() / (region.sum() + truth.sum())
        assert dice == 1.0
        assert (region != truth).sum() == 0


def test_the_ct_phantom_is_one_image_as_dicom_and_as_nifti(shared_data: Path) -> None:
    phantom = shared_data / "ibsi1" / "ct_phantom"
    dicom, nifti = read_image(phantom / "dicom" / "image"), read_image(phantom / "image.nii.gz")
    check_same_grid(dicom, nifti)
    assert np.array_equal(dicom.array, nifti.array)
    assert dicom.modality == "CT"


def test_a_compressed_series_is_what_simpleitk_reads_and_its_label_map_fits(shared_data: Path) -> None:
    folder = shared_data / "totalseg" / "dicom"
    image = read_image(folder / "ct")
    itk = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder / "ct")))
    assert np.array_equal(image.array, sitk.GetArrayFromImage(itk))
    assert image.spacing_mm[::-1] == pytest.approx(itk.GetSpacing())
    labels = read_image(folder / "total.nii.gz")
    assert labels.direction != image.direction
    assert onto_grid(labels, image, "total").shape == image.shape
    mask = open_mask(folder / "total.nii.gz", image)
    region = mask.region(roi="vertebrae_T12", label=None)
    stored = np.asarray(nibabel.load(folder / "total.nii.gz").dataobj)
    assert region.array.sum() == (stored == 32).sum()
    assert 150 < image.array[region.array > 0].mean() < 400  # bone, not what lies mirrored
    with pytest.raises(EmptyMask):
        mask.region(roi="skull", label=None)


def test_the_files_own_names_are_the_built_in_class_list(shared_data: Path) -> None:
    folder = shared_data / "totalseg"
    mask = open_mask(folder / "ct_3mm_total.nii.gz", read_image(folder / "ct_3mm.nii.gz"))
    assert {name: TOTAL_CLASSES[name] for name in mask.structures()} == TOTAL_CLASSES
    for name in ("vertebrae_L1", "femur_left", "sacrum"):
        by_value = mask.region(roi=None, label=TOTAL_CLASSES[name])
        assert np.array_equal(mask.region(roi=name, label=None).array, by_value.array)


def test_a_folder_of_structures_has_full_and_empty_ones(shared_data: Path) -> None:
    folder = shared_data / "totalseg"
    mask = open_mask(folder / "folder", read_image(folder / "ct_3mm_crop.nii.gz"))
    assert len(mask.structures()) == 31
    assert mask.region(roi="vertebrae_L1", label=None).array.sum() == 2167
    with pytest.raises(EmptyMask, match="vertebrae_C1"):
        mask.region(roi="vertebrae_C1", label=None)


@pytest.mark.parametrize("name", ["pyradiomics/brain1_image.nrrd", "bone_ct/images/STS_001.nii.gz"])
def test_values_and_grid_are_simpleitks(shared_data: Path, name: str) -> None:
    volume, itk = read_image(shared_data / name), sitk.ReadImage(str(shared_data / name))
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(itk))
    assert volume.array.dtype == sitk.GetArrayFromImage(itk).dtype
    assert (volume.spacing_mm[::-1], volume.origin_mm) == (itk.GetSpacing(), itk.GetOrigin())


def test_pairing_the_bone_cts_gives_their_manifest(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "bone_ct"
    sheet = tmp_path / "labels.csv"
    lines = (folder / "manifest.csv").read_text().splitlines()
    columns = [line.split(",") for line in lines]
    sheet.write_text("".join(f"{row[0].lower()};{row[5]}\n" for row in columns))
    pairing = pair_folders(folder / "images", folder / "masks", sheet)
    assert pairing.is_complete
    expected = read_manifest(folder / "manifest.csv").cases
    assert [(r.patient_id, r.image, r.mask, r.kernel) for r in pairing.table.itertuples()] == [
        (row[0], row[1], row[2], row[5]) for row in sorted(columns[1:])
    ]
    assert len(expected) == 36
    for case in expected:
        check_case_files(case)
