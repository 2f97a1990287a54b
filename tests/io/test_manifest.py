from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from radiobone.core.errors import (
    BadSetting,
    DuplicateColumn,
    DuplicateId,
    EmptyTable,
    FileMissing,
    MissingColumn,
    MissingId,
    NotALocalPath,
    NotNumeric,
    PathOutsideRoot,
    SameImageTwice,
)
from radiobone.core.files import write_csv
from radiobone.core.warnings import MaskLabelAssumed, SimilarIds
from radiobone.io.case import Case, check_case_files
from radiobone.io.manifest import read_manifest


def write(folder: Path, text: str, name: str = "manifest.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_cases_come_in_order_with_paths_below_the_manifest(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "patient_id,image,mask,mask_label,roi,sex,t_score\n"
        "007,img/a.nii.gz,seg/a.nii.gz,20,L1,F,-2.5\n"
        "007,img/a.nii.gz,seg/a.nii.gz,21.0,vertebrae_*,F,\n",
    )
    manifest = read_manifest(path)
    first, second = manifest.cases
    assert (first.patient_id, first.roi, first.label, first.case_id) == ("007", "L1", 20, "007/L1")
    assert first.image == tmp_path.resolve() / "img/a.nii.gz"
    assert first.mask == tmp_path.resolve() / "seg/a.nii.gz"
    assert first.row == {"sex": "F", "t_score": "-2.5"}
    assert (second.roi, second.label, second.row["t_score"]) == ("vertebrae_*", 21, None)
    assert manifest.extra_columns == ("sex", "t_score")
    assert manifest.root == tmp_path.resolve()


@pytest.mark.parametrize(
    "header", ["ID,Image,Mask", "Patient,IMAGE,mask", " case_id ,image,MASK", "PatientID;Image;Mask"]
)
def test_names_ignore_case_and_ids_have_synonyms(tmp_path: Path, header: str) -> None:
    separator = ";" if ";" in header else ","
    path = write(tmp_path, f"\ufeff{header}\nP1,a.nii,b.nii\n".replace(",", separator))
    case = read_manifest(path).cases[0]
    assert (case.patient_id, case.image.name, case.mask.name, case.case_id) == ("P1", "a.nii", "b.nii", "P1")


def test_excel_is_read_like_csv(tmp_path: Path) -> None:
    table = pd.DataFrame({"patient_id": ["007"], "image": ["a.nii"], "mask": ["b.nii"], "label": [3]})
    table.to_excel(tmp_path / "m.xlsx", index=False)
    case = read_manifest(tmp_path / "m.xlsx").cases[0]
    assert (case.patient_id, case.label) == ("007", 3)


def test_label_is_the_value_in_the_mask_unless_it_is_the_target_or_words(tmp_path: Path) -> None:
    numbers = write(tmp_path, "patient_id,image,mask,label\nP1,a,b,2\nP2,c,d,\n")
    assert [case.label for case in read_manifest(numbers).cases] == [2, None]
    as_target = read_manifest(numbers, target="Label")
    assert [case.label for case in as_target.cases] == [None, None]
    assert as_target.extra_columns == ("label",)
    words = read_manifest(write(tmp_path, "patient_id,image,mask,label\nP1,a,b,fracture\nP2,c,d,none\n"))
    assert words.extra_columns == ("label",)
    both = read_manifest(write(tmp_path, "patient_id,image,mask,label,mask_label\nP1,a,b,0,7\n"))
    assert (both.cases[0].label, both.extra_columns) == (7, ("label",))


def test_a_label_that_parts_patients_may_be_the_class(tmp_path: Path) -> None:
    header = "patient_id,image,mask"
    path = write(tmp_path, f"{header},Label\nP1,a,b,1\nP2,c,d,2\nP3,e,f,2\n")
    with pytest.warns(MaskLabelAssumed, match=r"1: 1 row, 2: 2 rows.*--target Label"):
        assert [case.label for case in read_manifest(path).cases] == [1, 2, 2]
    assert [case.label for case in read_manifest(path, target="label").cases] == [None] * 3
    read_manifest(path, target="osteoporosis")  # the class is known: nothing to warn of
    for told in (
        f"{header},mask_label\nP1,a,b,1\nP2,c,d,2\n",
        f"{header},label\nP1,a,b,1\nP2,c,d,1\n",
        f"{header},label\nP1,a,b,20\nP1,a,b,21\nP2,c,d,20\n",
    ):
        read_manifest(write(tmp_path, told))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("patient_id,image\nP1,a\n", MissingColumn, ["'mask'", "patient_id, image"]),
        ("image,mask,age\na,b,3\n", MissingColumn, ["patient_id", "image, mask, age"]),
        ("id,case,image,mask\n1,2,a,b\n1,3,c,d\n", MissingColumn, ["id and case", "disagree"]),
        ("patient_id,image,mask\n", EmptyTable, ["no rows"]),
        ("patient_id,image,Image,mask\nP1,a,b,c\n", DuplicateColumn, ["'image' and 'Image'"]),
        ("patient_id,image,mask\nP1,a,b\n,c,d\n", MissingId, ["row 3"]),
        ("patient_id,image,mask\nP1,a,b\nP1,c,d\n", DuplicateId, ["row 2", "row 3", "'P1'"]),
        ("patient_id,image,mask,roi\nP1,a,b,L1\nP1,a,b, L1\n", DuplicateId, ["'P1/L1'"]),
        ("patient_id,image,mask\nP1,x/../a,b\nP2,a,c\n", SameImageTwice, ["'P1' and 'P2'"]),
        (
            f'patient_id,image,mask\n{"x" * 300},a,b\n"P\n2",a,c\n',
            SameImageTwice,
            [f"'{'x' * 40}'… and 'P\\n2'"],
        ),
        ("patient_id,image,mask,mask_label\nP1,a,b,bone\n", NotNumeric, ["'bone'", "row 2"]),
        ("patient_id,image,mask,label\nP1,a,b,1\nP2,c,d,x\n", NotNumeric, ["'x'", "row 3"]),
        ("patient_id,image,mask,label\nP1,a,b,1\nP2,c,d,0\n", BadSetting, ["background", "--target label"]),
    ],
)
def test_what_cannot_be_right_is_named(
    tmp_path: Path, text: str, error: type[Exception], words: list[str]
) -> None:
    with pytest.raises(error) as caught:
        read_manifest(write(tmp_path, text))
    for word in words:
        assert word in str(caught.value)


def test_a_word_among_mask_labels_fails_its_own_case_only(tmp_path: Path) -> None:
    for name in ("a.nii", "m.nii"):
        (tmp_path / name).write_text("x")
    rows = [
        "P1,a.nii,m.nii,vertebrae_L1",
        "P1,a.nii,m.nii,vertebrae_L2",
        "P2,a.nii,m.nii,20",
        "P3,a.nii,m.nii,",
    ]
    path = write(tmp_path, "patient_id,image,mask,mask_label\n" + "\n".join(rows) + "\n")
    first, second, *others = read_manifest(path, shared_images=True).cases
    assert (first.case_id, second.case_id) == ("P1/vertebrae_L1", "P1/vertebrae_L2")
    with pytest.raises(NotNumeric, match=r"row 2: 'mask_label' is 'vertebrae_L1'.*column 'roi'"):
        check_case_files(first)
    check_case_files(first, ("image",))  # the mask is not asked for
    assert [case.label for case in others] == [20, None]
    for case in others:
        check_case_files(case)


def test_rows_of_one_patient_are_told_apart_by_their_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "patient_id,image,mask,mask_label\nP1,a,b,20\nP1,a,b,21\nP2,c,d,20\n")
    assert [case.case_id for case in read_manifest(path).cases] == ["P1/label_20", "P1/label_21", "P2"]


def test_ids_that_differ_in_case_only_are_pointed_out(tmp_path: Path) -> None:
    path = write(tmp_path, "patient_id,image,mask\nP1,a,b\np 1,c,d\n")
    with pytest.warns(SimilarIds, match="'P1' and 'p 1'"):
        assert len(read_manifest(path).cases) == 2


def test_bad_paths_fail_their_own_case_only(tmp_path: Path) -> None:
    root = tmp_path / "study"
    root.mkdir()
    for name in ("a.nii", "m.nii"):
        (root / name).write_text("x")
    (tmp_path / "outside.nii").write_text("x")
    (root / "link.nii").symlink_to(tmp_path / "outside.nii")
    (root / "loop.nii").symlink_to(root / "loop.nii")
    rows = {
        "ok": ("a.nii", None),
        "absolute": (str(root.resolve() / "m.nii"), None),
        "gone": ("gone.nii", FileMissing),
        "none": ("", FileMissing),
        "url": ("https://example.org/a.nii", NotALocalPath),
        "bucket": ("s3://bucket/a.nii", NotALocalPath),
        "up": ("../outside.nii", PathOutsideRoot),
        "etc": ("/etc/passwd", PathOutsideRoot),
        "link": ("link.nii", PathOutsideRoot),
        "loop": ("loop.nii", FileMissing),
    }
    lines = "".join(f"{name},{image},m.nii\n" for name, (image, _) in rows.items())
    manifest = read_manifest(write(root, "patient_id,image,mask\n" + lines))
    assert len(manifest.cases) == len(rows)
    for case in manifest.cases:
        error = rows[case.patient_id][1]
        if error is None:
            check_case_files(case)
        else:
            with pytest.raises(error) as caught:
                check_case_files(case)
            assert not str(caught.value).startswith(case.case_id)  # the table has it beside the message


def test_a_common_root_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "lists").mkdir()
    (tmp_path / "images" / "a.nii").write_text("x")
    path = write(tmp_path / "lists", "patient_id,image,mask\nP1,images/a.nii,images/a.nii\n")
    check_case_files(read_manifest(path, root=tmp_path).cases[0])
    with pytest.raises(FileMissing, match="relative paths begin at"):
        check_case_files(read_manifest(path).cases[0])


def test_a_case_of_ones_own_is_not_confined(tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_text("x")
    check_case_files(Case("P1", "", tmp_path / "a.nii", tmp_path / "a.nii"))


def test_a_written_manifest_is_read_back(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"patient_id": ["007"], "image": ["ä b/a.nii"], "mask": ["b.nii"], "roi": ["L1"], "t_score": ["-2.5"]}
    )
    write_csv(tmp_path / "m.csv", table)
    case = read_manifest(tmp_path / "m.csv").cases[0]
    assert (case.case_id, case.row) == ("007/L1", {"t_score": "-2.5"})
    assert case.image == tmp_path.resolve() / "ä b/a.nii"
