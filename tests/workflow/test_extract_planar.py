"""Radiographs in files: the families in two dimensions, asked for by preset and by name."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

import radiobone as rb
from radiobone.core.errors import BadConfig, BadSetting, DimensionMismatch
from radiobone.core.volume import Volume
from radiobone.features.by_pyradiomics import parameters_of
from radiobone.features.definitions import measure, names_of
from radiobone.features.presets import PRESETS, load_settings
from radiobone.testing.planar import hollow_bar, stripes

CORTEX = {"plane": 0, "families": [{"name": "cortex"}, {"name": "gabor", "features": ["Energy8px0deg"]}]}


def test_a_png_radiograph_gives_the_texture_preset(tmp_path):
    image = stripes((96, 96), 8, 0, amplitude=50, mean=120).round().astype(np.uint8)
    mask = np.zeros((96, 96), np.uint8)
    mask[20:76, 20:76] = 1
    Image.fromarray(image).save(tmp_path / "knee.png")
    Image.fromarray(mask).save(tmp_path / "knee_mask.png")
    pd.DataFrame([["P1", "knee.png", "knee_mask.png"]], columns=["patient_id", "image", "mask"]).to_csv(
        tmp_path / "manifest.csv", index=False
    )
    rb.extract(
        tmp_path / "manifest.csv",
        output=tmp_path / "out",
        settings="radiograph-texture",
        modality="xr",
        show_progress=False,
    )
    cases = pd.read_csv(tmp_path / "out" / "cases.csv")
    assert "SpacingAssumed" in cases["warnings"][0]  # lengths are in pixels
    table = pd.read_parquet(tmp_path / "out" / "features.parquet")
    assert set(names_of(PRESETS["radiograph-texture"], is_2d=True)) <= set(table.columns)
    assert table["original_gabor_Energy8px0deg"][0] == pytest.approx(2500, rel=0.03)


def test_a_dicom_radiograph_gives_cortex_in_mm(tmp_path):
    bar, mask = hollow_bar(width_mm=9.03, medulla_mm=5.03, length_mm=40.0, spacing_mm=(0.2, 0.2))
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = (
        ExplicitVRLittleEndian,
        "1.2.840.10008.5.1.4.1.1.1.1",
    )
    meta.MediaStorageSOPInstanceUID = generate_uid()
    file = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.Modality, file.PhotometricInterpretation, file.SamplesPerPixel = "DX", "MONOCHROME2", 1
    file.Rows, file.Columns = bar.shape
    file.BitsAllocated = file.BitsStored = 16
    file.HighBit, file.PixelRepresentation, file.ImagerPixelSpacing = 15, 0, [0.2, 0.2]
    file.PixelData = (1000 * bar).astype(np.uint16).tobytes()
    file.save_as(tmp_path / "hand.dcm", enforce_file_format=True)
    Image.fromarray(mask.astype(np.uint8)).save(tmp_path / "hand.png")
    found = rb.extract_features(tmp_path / "hand.dcm", mask.astype(np.uint8), settings=CORTEX)
    assert found["original_cortex_CorticalThickness"] == pytest.approx(2.0, abs=0.25)
    assert found["original_cortex_MetacarpalIndex"] == pytest.approx(4 / 9.03, abs=0.03)


def test_a_slice_of_a_volume_is_measured_as_that_slice_and_a_block_is_not():
    rng = np.random.default_rng(0)
    array, mask = rng.normal(100, 10, (3, 64, 64)), np.zeros((3, 64, 64), np.uint8)
    mask[1, 10:50, 12:40] = 1
    settings = load_settings(
        {"plane": 0, "families": [{"name": "lbp"}, {"name": "laws"}, {"name": "variogram"}]}
    )
    volume, flat = Volume(array, (2.0, 0.5, 0.5)), Volume(array[1:2], (1.0, 0.5, 0.5), is_2d=True)
    one = measure(volume, volume.with_array(mask), settings)
    assert one == measure(flat, flat.with_array(mask[1:2]), settings)
    assert tuple(one) == names_of(settings)
    mask[2] = mask[1]
    with pytest.raises(DimensionMismatch, match="lbp measures a region in one image"):
        measure(volume, volume.with_array(mask), settings)


def test_what_is_cut_off_round_the_region_is_seen_all_the_same():
    rng = np.random.default_rng(1)
    flat = Volume(rng.normal(size=(1, 200, 200)), is_2d=True)
    mask = np.zeros((1, 200, 200), np.uint8)
    mask[0, 80:120, 90:130] = 1
    content = {"plane": 0, "families": [{"name": "gabor"}, {"name": "lbp"}]}
    whole, cut = (load_settings({**content, **more}) for more in ({}, {"crop_margin_voxels": 2}))
    first, second = (measure(flat, flat.with_array(mask), one) for one in (whole, cut))
    assert second == pytest.approx(first, rel=1e-9)


def test_pyradiomics_has_none_of_these():
    with pytest.raises(BadSetting, match="no family cortex"):
        parameters_of(load_settings(CORTEX))
    with pytest.raises(BadConfig, match="not a feature class"):
        load_settings({"featureClass": {"cortex": None}})
