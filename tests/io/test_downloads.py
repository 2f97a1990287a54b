"""Archives are unpacked safely, and every layout of a download is read with what is wrong with it named."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from radiobone.core.data_layouts import (
    ClassFolders,
    ImagesAndMasks,
    ManyTables,
    NoLoader,
    OneTable,
    PairOfFiles,
    SheetAndImages,
    TableSize,
)
from radiobone.core.errors import (
    BadSetting,
    FileMissing,
    FileUnreadable,
    MissingColumn,
    ResourceLimit,
    UnsafeArchive,
)
from radiobone.io.downloads.archive import Limits, unpack
from radiobone.io.downloads.found import Found, files_in, unique_ids
from radiobone.io.downloads.registry import read_download

CLASSES = {"normal": ("healthy",), "osteoporosis": ()}


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 255, (20, 16), dtype=np.uint8)
    Image.fromarray(values).save(path)
    return path


def codes(found: Found) -> list[str]:
    return [one.code for one in found.deviations]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: list[tarfile.TarInfo]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info in members:
            archive.addfile(info, io.BytesIO(b"x" * info.size))
    return path


@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_a_sound_archive_is_unpacked(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"data.{ending}"
    if ending == "zip":
        zipped(path, {"a/": b"", "a/one.txt": b"xxx", "a/b/two.txt": b"x"})
    else:
        one, two = tarfile.TarInfo("a/one.txt"), tarfile.TarInfo("a/b/two.txt")
        one.size, two.size = 3, 1
        tarred(path, [one, two])
    assert unpack(path, tmp_path / "out") == 2
    assert (tmp_path / "out" / "a" / "one.txt").read_bytes() == b"xxx"


@pytest.mark.parametrize(
    "name", ["../evil.txt", "a/../../evil.txt", "/evil.txt", "..\\evil.txt", "C:\\evil.txt", "C:evil.txt"]
)
def test_members_that_lead_out_are_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "evil.zip", {"good.txt": b"good", name: b"evil"})
    with pytest.raises(UnsafeArchive, match="outside its folder"):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.rglob("evil.txt"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_of_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("a/link")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(UnsafeArchive, match="link or device"):
        unpack(tarred(tmp_path / "evil.tar.gz", [info]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_tar_that_leads_out_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("../evil.txt")
    info.size = 3
    with pytest.raises(UnsafeArchive):
        unpack(tarred(tmp_path / "evil.tar.gz", [info]), tmp_path / "out")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UnsafeArchive, match="link or device"):
        unpack(path, tmp_path / "out")


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"zeros.bin": bytes(80 << 20)})
    with pytest.raises(ResourceLimit, match="unpacks to more than"):
        unpack(path, tmp_path / "out")
    assert sum(one.stat().st_size for one in (tmp_path / "out").rglob("*")) <= 64 << 20


def test_caps_on_size_and_number(tmp_path: Path) -> None:
    path = zipped(tmp_path / "many.zip", {f"{number}.txt": b"1234" for number in range(10)})
    with pytest.raises(ResourceLimit, match="more than 9 files"):
        unpack(path, tmp_path / "out", Limits(members=9))
    with pytest.raises(ResourceLimit, match="more than 39 bytes"):
        unpack(path, tmp_path / "out", Limits(total_bytes=39))


def test_what_is_no_archive_or_damaged_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "cut.zip", {"a.txt": bytes(1000)})
    path.write_bytes(path.read_bytes()[:60])
    text = tmp_path / "text.tar.gz"
    text.write_text("no archive")
    for one in (path, text):
        with pytest.raises(FileUnreadable, match="cannot be unpacked"):
            unpack(one, tmp_path / "out")


def test_class_folders_at_any_depth_and_case(tmp_path: Path) -> None:
    for number, place in enumerate(["Data/train/Normal", "Data/train/Osteoporosis", "Data/test/HEALTHY"]):
        picture(tmp_path / place / f"{number}.png")
    picture(tmp_path / "__MACOSX" / "normal" / "9.png")
    found = read_download(tmp_path, ClassFolders(), CLASSES)
    assert [(one.label, one.extra["published_split"]) for one in found.images] == [
        ("normal", "test"),
        ("normal", "train"),
        ("osteoporosis", "train"),
    ]
    assert not found.deviations


def test_a_misspelt_folder_is_named_with_what_may_be_meant(tmp_path: Path) -> None:
    picture(tmp_path / "normal" / "1.png")
    picture(tmp_path / "osteoporsis" / "2.png")
    picture(tmp_path / "3.png")
    found = read_download(tmp_path, ClassFolders(), CLASSES)
    assert len(found.images) == 1
    assert codes(found) == ["UnknownClass", "UnknownClass"]
    assert "Did you mean 'osteoporosis'?" in found.deviations[1].message


def test_names_that_repeat_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = [picture(tmp_path / place / "1.png") for place in ("normal", "osteoporosis")]
    paths.append(picture(tmp_path / "normal" / "2.png"))
    assert list(unique_ids(paths, tmp_path).values()) == ["2", "normal_1", "osteoporosis_1"]


def test_patients_in_names(tmp_path: Path) -> None:
    for name in ("p7_left", "p7_right", "p8_left"):
        picture(tmp_path / "normal" / f"{name}.png")
    found = read_download(tmp_path, ClassFolders(patient_in_name=r"^(p\d+)_"), CLASSES)
    assert [one.patient_id for one in found.images] == ["p7", "p7", "p8"]


def knees_with_a_sheet(folder: Path) -> None:
    """The shape of the knee database on Mendeley: class folders, and a sheet of patients by file name."""
    top = folder / "Osteoporosis Knee X-ray"
    for name, place in {"N1": "normal", "N2": "normal", "OS1": "osteoporosis", "OS3": "osteoporosis"}.items():
        picture(top / place / f"{name}.JPEG")
    rows = {
        "Patient Id": ["N1", "N2", "OS1", "OS2"],
        "Age": [51, 48, 66, 70],
        "Diagnosis": ["normal", "osteoporosis"] * 2,
    }
    pd.DataFrame(rows).to_excel(top / "patient details.xlsx", index=False)


def test_a_sheet_beside_class_folders_is_joined(tmp_path: Path) -> None:
    knees_with_a_sheet(tmp_path)
    found = read_download(tmp_path, ClassFolders(sheet_id=("patient id",)), CLASSES)
    assert {one.patient_id: one.extra["Age"] for one in found.images} == {
        "N1": "51",
        "N2": "48",
        "OS1": "66",
        "OS3": None,
    }
    told = {one.code: one.message for one in found.deviations}
    assert "OS3" in told["ImageWithoutRow"]
    assert "OS2" in told["RowWithoutImage"]
    assert codes(found).count("ConflictingLabel") == 2


def test_a_sheet_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    picture(tmp_path / "normal" / "1.png")
    layout = ClassFolders(sheet_id=("patient id",))
    assert codes(read_download(tmp_path, layout, CLASSES)) == ["SheetMissing"]
    (tmp_path / "details.xlsx").write_bytes(b"no sheet")
    assert codes(read_download(tmp_path, layout, CLASSES)) == ["FileUnreadable", "SheetMissing"]


def test_a_sheet_and_images(tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "images" / f"x{number}.png")
    (tmp_path / "labels.csv").write_text(
        "Subject ID,File Name,Diagnosis,age\n1,x0.png,Normal,50\n1,images/x1.png,osteoporosis,51\n2,x2,strange,52\n3,x9,normal,1\n"
    )
    found = read_download(tmp_path, SheetAndImages(), CLASSES)
    assert [(one.patient_id, one.label, one.extra["age"]) for one in found.images] == [
        ("1", "normal", "50"),
        ("1", "osteoporosis", "51"),
        ("2", "", "52"),
    ]
    assert codes(found) == ["UnknownClass", "RowWithoutImage", "ImageWithoutRow"]


def test_images_that_lie_otherwise_than_expected_are_read_and_said(tmp_path: Path) -> None:
    picture(tmp_path / "x1.png")
    (tmp_path / "labels.csv").write_text("image,label\nx1.png,normal\n")
    found = read_download(tmp_path, ClassFolders(), CLASSES)
    assert [one.label for one in found.images] == ["normal"]
    assert codes(found)[0] == "LayoutDiffers"
    folders = tmp_path / "folders"
    picture(folders / "normal" / "1.png")
    assert codes(read_download(folders, SheetAndImages(), CLASSES))[0] == "LayoutDiffers"


def feature_table(**columns: list) -> pd.DataFrame:
    return pd.DataFrame({"f1": [0.1, 0.2, 0.3], "f2": [1.0, 5.0, 2.0], "f3": [7.0, 1.0, 2.0], **columns})


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_feature_table(tmp_path: Path, ending: str) -> None:
    table, path = feature_table(Label=[1, 0, 1]), tmp_path / f"S1.{ending}"
    {"csv": table.to_csv, "xlsx": table.to_excel, "parquet": table.to_parquet}[ending](path, index=False)
    classes = {"osteoporosis": (), "no osteoporosis": ()}
    found = read_download(tmp_path, OneTable(), classes, "label")
    ((_, read),) = found.tables.values()
    assert list(read["label"]) == ["osteoporosis", "no osteoporosis", "osteoporosis"]
    assert read.shape == (3, 4)
    assert not found.deviations
    assert read_download(path, OneTable(), classes, "label").tables


def test_a_feature_table_without_class_or_with_an_odd_one(tmp_path: Path) -> None:
    path = tmp_path / "S1.csv"
    feature_table(outcome=["osteoporosis", "?", "osteoporosis"]).to_csv(path, index=False)
    with pytest.raises(MissingColumn, match="--target"):
        read_download(tmp_path, OneTable(), CLASSES)
    found = read_download(tmp_path, OneTable(target_columns=("outcome",)), CLASSES)
    assert codes(found) == ["UnknownClass"]
    path.unlink()
    with pytest.raises(FileMissing):
        read_download(tmp_path, OneTable(), CLASSES)


def test_a_folder_of_tables(tmp_path: Path) -> None:
    table = feature_table(ID=[1, 2, 3], Target=[0, 1, 0])
    table.to_csv(tmp_path / "A.csv.gz", index=False)
    table.drop(columns="f1").to_csv(tmp_path / "B.csv", index=False)
    sizes = {name: TableSize(rows=3, features=3) for name in "ABC"}
    found = read_download(tmp_path, ManyTables(id_column="ID", target_column="Target", tables=sizes), {})
    assert list(found.tables) == ["A", "B"]
    assert [(one.code, one.where) for one in found.deviations] == [
        ("CountDiffers", "B"),
        ("FileMissing", "C"),
    ]


def test_images_and_masks(tmp_path: Path) -> None:
    for name in ("P1", "P2"):
        picture(tmp_path / "images" / f"{name}.png")
    picture(tmp_path / "masks" / "P1.png")
    (tmp_path / "manifest.csv").write_text("patient_id,image,mask,kernel\nP1,a,b,SOFT\nP2,a,b,HARD\n")
    found = read_download(tmp_path, ImagesAndMasks(), {})
    assert [(one.patient_id, one.extra["kernel"]) for one in found.images] == [("P1", "SOFT")]
    assert codes(found) == ["Unpaired"]
    pairs = (PairOfFiles(patient_id="x", image="images/P1.png", mask="masks/P1.png"),)
    known = read_download(tmp_path.parent, ImagesAndMasks(pairs=pairs), {})
    assert [one.patient_id for one in known.images] == ["x"]
    gone = (PairOfFiles(patient_id="x", image="images/P1.png", mask="masks/P2.png"),)
    assert codes(read_download(tmp_path, ImagesAndMasks(pairs=gone), {})) == ["FileMissing"]


def test_what_has_no_loader_says_why(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="on application"):
        read_download(tmp_path, NoLoader(reason="on application"), {})


def test_links_that_lead_out_of_the_folder_are_passed_over(tmp_path: Path) -> None:
    outside = picture(tmp_path / "outside" / "1.png")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "1.png").symlink_to(outside)
    assert not list(files_in(inside))
