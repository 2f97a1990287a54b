"""Feature maps as a person meets them: names, neighbourhoods, files, pictures, what is told."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from PIL import Image
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, LabelNotFound, OutputTaken
from radiobone.core.volume import Volume
from radiobone.core.warnings import ModalityAssumed, SingleSliceRoi, UndefinedInMap
from radiobone.features.engine import prepare
from radiobone.features.maps import warm_up
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging import map_pictures
from radiobone.imaging.map_pictures import STRIP_PX, map_planes
from radiobone.io.images import read_image
from radiobone.io.write import write_volume
from radiobone.workflow import compiling
from radiobone.workflow.feature_maps import maps_of
from radiobone.workflow.map_files import map_files

SPACING_MM = (2.0, 1.0, 1.0)
PLAIN = {"imageType": {"Original": {}, "Wavelet": {}}, "setting": {"binWidth": 40}}


@pytest.fixture
def case() -> tuple[Volume, Volume]:
    """Noise of 16 bits, and an ellipsoid away from the edges."""
    noise = np.random.default_rng(3).normal(200, 90, (14, 18, 20)).astype(np.int16)
    z, y, x = np.indices(noise.shape)
    inside = ((z - 7) / 3.2) ** 2 + ((y - 9) / 4.5) ** 2 + ((x - 10) / 5.1) ** 2 <= 1
    image = Volume(noise, SPACING_MM, origin_mm=(5.0, -3.0, 40.0))
    return image, image.with_array(inside.view(np.uint8))


def test_a_map_of_means_is_the_mean_of_each_neighbourhood(case):
    image, mask = case
    found = rb.feature_maps(image, mask, "firstorder_Mean", PLAIN, radius=2)["original_firstorder_Mean"]
    inside = mask.array != 0
    expected = np.zeros(inside.shape)
    for z, y, x in np.argwhere(inside):
        cut = (slice(z - 2, z + 3), slice(y - 2, y + 3), slice(x - 2, x + 3))
        expected[z, y, x] = image.array[cut][inside[cut]].mean()
    offset = np.round((np.array(found.origin_mm) - image.origin_mm) / SPACING_MM[::-1]).astype(int)[::-1]
    part = tuple(slice(o, o + size) for o, size in zip(offset, found.shape, strict=True))
    np.testing.assert_allclose(found.array, expected[part], rtol=1e-12)
    assert inside[part].sum() == inside.sum()
    assert found.spacing_mm == image.spacing_mm


def test_maps_show_their_names_and_no_arrays(case):
    image, mask = case
    found = rb.feature_maps(image, mask, "original_firstorder_*", PLAIN)
    n_voxels = int(np.count_nonzero(mask.array))
    assert repr(found).startswith(f"FeatureMaps({len(found)} maps of {n_voxels} voxels: original_firstorder_")
    assert len(repr(found)) < 200


@pytest.mark.parametrize("batch", [1, 64])
def test_the_same_bits_for_one_thread_or_three(case, monkeypatch, batch):
    image, mask = case
    one = rb.feature_maps(image, mask, "*_*", PLAIN)
    monkeypatch.setattr("radiobone.features.maps.engine.BATCH_CELLS", 27 * batch)
    three = rb.feature_maps(image, mask, "original_*", PLAIN, jobs=3)
    assert len(one) == 9 * len(three) == 9 * 93
    for name, volume in three.items():
        np.testing.assert_array_equal(volume.array, one[name].array, err_msg=name)


def test_an_unmasked_kernel_takes_in_what_surrounds_the_region(case):
    image, mask = case
    settings = {**PLAIN, "voxelSetting": {"maskedKernel": False, "initValue": float("nan")}}
    found = rb.feature_maps(image, mask, "firstorder_Mean", settings)["original_firstorder_Mean"]
    inside = mask.array != 0
    z, y, x = np.argwhere(inside)[0]
    neighbourhood = image.array[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2]
    assert found.array[np.isfinite(found.array)][0] == pytest.approx(neighbourhood.mean(), rel=1e-12)
    assert np.isfinite(found.array).sum() == inside.sum()


def test_the_value_outside_is_what_the_settings_say(case):
    image, mask = case
    settings = {**PLAIN, "voxelSetting": {"initValue": -7}}
    maps = rb.feature_maps(image, mask, "glcm_Contrast", settings)
    assert (maps["original_glcm_Contrast"].array[~maps.inside] == -7).all()
    assert (maps["original_glcm_Contrast"].array[maps.inside] >= 0).all()


def test_the_radius_of_a_parameter_file_counts_unless_another_is_given(case):
    image, mask = case
    wide = {**PLAIN, "voxelSetting": {"kernelRadius": 2}}
    name = "original_firstorder_Maximum"
    small, of_file, given = (
        rb.feature_maps(image, mask, "firstorder_Maximum", settings, radius=radius)[name]
        for settings, radius in ((PLAIN, None), (wide, None), (wide, 1))
    )
    assert of_file.shape == tuple(size + 2 for size in small.shape)
    np.testing.assert_array_equal(given.array, small.array)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("ngtdm_Coarseness", ["original_ngtdm_Coarseness"]),
        (["original_glcm_Id*"], [f"original_glcm_{name}" for name in ("Id", "Idm", "Idmn", "Idn")]),
        ("firstorder_StandardDeviation", ["original_firstorder_StandardDeviation"]),
        ("wavelet-LL?_gldm_LowGray*", [f"wavelet-LL{p}_gldm_LowGrayLevelEmphasis" for p in "HL"]),
        (["ngtdm_Busyness", "ngtdm_B*"], ["original_ngtdm_Busyness"]),
    ],
)
def test_maps_are_asked_for_by_name_family_or_pattern(case, asked, expected):
    image, mask = case
    assert sorted(rb.feature_maps(image, mask, asked, PLAIN)) == sorted(expected)


def test_without_names_the_settings_decide(case):
    image, mask = case
    chosen = {**PLAIN, "featureClass": {"shape": None, "ngtdm": ["Busyness"], "firstorder": ["Mean"]}}
    maps = rb.feature_maps(image, mask, settings=chosen)
    assert len(maps) == 2 * 9
    assert {name.split("_", 1)[1] for name in maps} == {"ngtdm_Busyness", "firstorder_Mean"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("glcm_Contast", "Was glcm_Contrast meant"),
        ("shape_Sphericity", "There is no map 'shape_Sphericity'"),
        ("log-sigma-1-0-mm-3D_glcm", "Images of these settings: original, wavelet-LLH"),
    ],
)
def test_a_name_that_means_no_map_is_refused_with_what_there_is(case, asked, told):
    with pytest.raises(BadSetting, match=told):
        rb.feature_maps(*case, asked, PLAIN)


def test_settings_of_shape_alone_have_no_maps(case):
    with pytest.raises(BadSetting, match="shape has no maps"):
        rb.feature_maps(*case, settings={**PLAIN, "featureClass": {"shape": None}})


def test_settings_that_maps_do_not_follow_are_refused(case):
    with pytest.raises(BadSetting, match="IBSI"):
        rb.feature_maps(*case, "glcm_Contrast", "ibsi")
    other_engine = ExtractionSettings(engine="pyradiomics")
    with pytest.raises(BadSetting, match="made by radiobone alone"):
        maps_of(prepare(*case, other_engine), other_engine)


def test_undefined_voxels_are_counted_and_named(case):
    image, mask = case
    alone = mask.array.copy()
    alone[1, 1, 1] = 1
    with pytest.warns(
        UndefinedInMap, match=r"original_glcm_Contrast: undefined \(NaN\) in 1 of the region's"
    ):
        maps = rb.feature_maps(image, image.with_array(alone), ["glcm_Contrast", "ngtdm_Contrast"], PLAIN)
    assert maps.n_undefined == {"original_glcm_Contrast": 1, "original_ngtdm_Contrast": 0}


def test_a_single_image_is_mapped_in_its_plane(case):
    image, mask = case
    flat, flat_mask = image.array[7], mask.array[7]
    with pytest.warns(ModalityAssumed):
        maps = rb.feature_maps(flat, flat_mask, "firstorder_Maximum", spacing_mm=(1.0, 1.0, 1.0))
    found = maps["original_firstorder_Maximum"].array
    assert found.shape[0] == 1
    y, x = np.argwhere(flat_mask)[0]
    near = (slice(y - 1, y + 2), slice(x - 1, x + 2))
    assert found[maps.inside][0] == flat[near][flat_mask[near] != 0].max()
    assert maps.picture("original_firstorder_Maximum").shape == (240 + STRIP_PX, 240, 3)


def test_a_region_one_slice_thick_is_mapped(case):
    image, mask = case
    thin = np.zeros_like(mask.array)
    thin[7] = mask.array[7]
    with pytest.warns(SingleSliceRoi):
        maps = rb.feature_maps(image, image.with_array(thin), "glrlm_RunEntropy", PLAIN)
    assert np.isfinite(maps["original_glrlm_RunEntropy"].array).all()


def test_progress_is_told_to_its_end(case, capsys):
    rb.feature_maps(*case, "*_glcm_Contrast", PLAIN, show_progress=True)
    last = capsys.readouterr().err.strip().splitlines()[-1]
    done, total = last.split(": ")[1].split(",")[0].split("/")
    assert done == total


def test_first_maps_announce_the_wait(monkeypatch, capsys):
    compiled: list[list[str]] = []
    monkeypatch.setattr(warm_up, "warm_up", lambda families: compiled.append(list(families)))
    monkeypatch.setattr(warm_up, "are_warm", lambda _families: False)
    compiling.compile_map_kernels(["glcm"], show=True)
    assert compiled == [["glcm"]]
    assert "First maps of glcm: compiling" in capsys.readouterr().err
    monkeypatch.setattr(warm_up, "are_warm", lambda _families: True)
    compiling.compile_map_kernels(["glcm"], show=True)
    assert (compiled, capsys.readouterr().err) == ([["glcm"]], "")


def test_warming_up_leaves_the_kernels_warm():
    warm_up.warm_up(["glcm", "glszm"])
    assert warm_up.are_warm(["glcm", "glszm"])


def test_a_picture_is_brightest_where_the_map_is_highest():
    grey = np.zeros((20, 20, 20))
    inside = np.zeros(grey.shape, dtype=np.uint8)
    inside[5:15, 5:15, 5:15] = 1
    values = np.where(inside, np.indices(grey.shape)[2], np.nan)  # grows to the patient's left
    image = Volume(grey)
    picture = map_planes(image, image.with_array(inside), image.with_array(values), "a map", height_px=200)
    low, high = (np.array(colormaps["viridis"](share, bytes=True)[:3]) for share in (0.0, 1.0))
    row = picture[100, :200].astype(int)  # axial, through the middle
    coloured = np.flatnonzero((row != row[..., :1]).any(axis=1) & (row[:, 0] != 255))
    assert (row[coloured[1]] == low).all()
    assert (row[coloured[-2]] == high).all()
    assert picture.shape == (200 + STRIP_PX, 3 * 200 + 8, 3)


def test_beyond_the_image_nothing_is_coloured():
    values = np.ones((1, 30, 20))  # one slice, which has a height of one voxel in the other planes
    image = Volume(np.zeros(values.shape))
    picture = map_planes(
        image, image.with_array(values > 0), image.with_array(values), "a map", height_px=200
    )
    coronal = picture[:200, 204:404]
    colour = np.array(colormaps["viridis"](0.0, bytes=True)[:3])
    coloured = (coronal == colour).all(axis=2)
    assert coloured.any(axis=0).sum() == 200  # 20 voxels wide
    assert coloured.any(axis=1).sum() == pytest.approx(200 / 20, abs=1)


def test_a_picture_shows_more_of_the_image_than_the_maps_needed(case):
    image, mask = case
    finer = {"setting": {"binWidth": 40, "resampledPixelSpacing": [0.5, 0.5, 0.5], "padDistance": 0}}
    maps = rb.feature_maps(image, mask, ["firstorder_Mean"], finer)
    shown, box = maps._context
    assert (np.array(shown.shape) > np.array(maps.image.shape) + 5).all()
    np.testing.assert_array_equal(shown.array[box.slices], maps.image.array)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.07407, "0.0741"), (548.5, "548"), (35142.7, "35,143"), (1e6, "1,000,000"), (-2e9, "-2e+09")],
)
def test_ends_of_the_scale_are_short(value, text):
    assert map_pictures._number(value) == text


@pytest.fixture
def files(case, tmp_path) -> Callable[..., list[str]]:
    """Write the case with two labels; return the arguments of a command."""
    image, mask = case
    labels = mask.array.copy()
    labels[0, 0, :4] = 2
    write_volume(tmp_path / "ct.nii.gz", image)
    write_volume(tmp_path / "labels.nii.gz", image.with_array(labels))
    (tmp_path / "settings.json").write_text(json.dumps(PLAIN))

    def arguments(*more: str) -> list[str]:
        paths = [str(tmp_path / name) for name in ("ct.nii.gz", "labels.nii.gz")]
        return [*paths, "-o", str(tmp_path / "maps"), "-s", str(tmp_path / "settings.json"), "-q", *more]

    return arguments


def test_the_command_writes_maps_pictures_table_and_provenance(case, files, tmp_path):
    asked = ("-f", "glcm_JointEntropy", "-f", "wavelet-LLH_firstorder_Mean", "--label", "1", "--radius", "2")
    answer = CliRunner().invoke(app, ["map", *files(*asked)])
    assert answer.exit_code == 0, answer.output
    names = ["original_glcm_JointEntropy", "wavelet-LLH_firstorder_Mean"]
    folder = tmp_path / "maps"
    image, mask = case
    maps = rb.feature_maps(image, mask, names, PLAIN, radius=2)
    table = pd.read_csv(folder / "maps.csv").set_index("map")
    assert list(table.index) == names
    for name in names:
        read = read_image(folder / f"{name}.nii.gz")
        np.testing.assert_array_equal(read.array, maps[name].array)
        assert read.origin_mm == pytest.approx(maps[name].origin_mm, abs=1e-5)
        assert np.asarray(Image.open(folder / f"{name}.png")).shape == maps.picture(name).shape
        assert table.loc[name, "mean"] == pytest.approx(maps.inside_values[name].mean())
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["settings"]["maps"] == {"radius": 2, "masked": True, "outside": 0.0}
    assert len(provenance["inputs"]["image"]["sha256"]) == 64
    assert json.loads((folder / "run.json").read_text()) == {"kind": "maps", "finished": True}


def test_several_labels_and_none_named_is_refused(files):
    answer = CliRunner().invoke(app, ["map", *files("-f", "glcm")])
    assert isinstance(answer.exception, LabelNotFound)


def test_the_folder_of_an_extraction_is_left_alone(files, tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "features.csv").write_text("patient_id\n")
    with pytest.raises(OutputTaken, match="holds an extraction"):
        map_files(tmp_path / "ct.nii.gz", tmp_path / "labels.nii.gz", tmp_path / "maps", label=1)
    assert [path.name for path in (tmp_path / "maps").iterdir()] == ["features.csv"]


def test_maps_of_an_earlier_run_do_not_stay_beside_new_ones(files, tmp_path):
    folder = tmp_path / "maps"
    for feature in ("firstorder_Mean", "firstorder_Maximum"):
        answer = CliRunner().invoke(app, ["map", *files("-f", feature, "--label", "1", "--radius", "1")])
        assert answer.exit_code == 0, answer.output
    assert {path.name for path in folder.glob("*.nii.gz")} == {"original_firstorder_Maximum.nii.gz"}
    assert {path.name for path in folder.glob("*.png")} == {"original_firstorder_Maximum.png"}
