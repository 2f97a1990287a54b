"""Downloads of every shape are checked against their cards, copies grouped, and manifests written that can be used."""

from __future__ import annotations

import json
import shlex
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from scipy import ndimage
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.cohort.data_cards import card_text, list_cards, load_card
from radiobone.core.errors import (
    BadSetting,
    EmptyTable,
    FileMissing,
    MissingColumn,
    OutputTaken,
    ResourceLimit,
    UnsafeArchive,
)
from radiobone.io.downloads.archive import Limits
from radiobone.io.manifest import read_manifest
from radiobone.workflow.data_cards.check import Checked, check_download
from radiobone.workflow.data_cards.draft import draft_card
from radiobone.workflow.extract import extract

SHAPE = (90, 70)


def knee(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    clouds = sum(ndimage.gaussian_filter(rng.normal(size=SHAPE), 2.0 * 2**k) * 2**k for k in range(4))
    return (clouds - clouds.min()) / np.ptp(clouds) * 200 + 20


def save(path: Path, values: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).save(path)
    return path


def small_card(folder: Path, name: str, **fields: object) -> Path:
    """A card as it comes with the package, with the counts of a small archive of the same shape."""
    content = yaml.safe_load(card_text(name)) | {"files": []} | fields
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def counts(**images: int) -> dict[str, object]:
    return {"images": sum(images.values()), "classes": [{"name": k, "images": v} for k, v in images.items()]}


def by_code(checked: Checked) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in checked.deviations:
        found.setdefault(one.code, []).append(one.message)
    return found


def two_classes(folder: Path, n_each: int = 4) -> Path:
    for number in range(n_each):
        save(folder / "Normal" / f"n{number}.png", knee(number))
        save(folder / "Osteoporosis" / f"o{number}.png", knee(100 + number))
    return folder


def test_a_download_that_fits_its_card(tmp_path: Path) -> None:
    data = two_classes(tmp_path / "download")
    card = small_card(tmp_path, "okx", **counts(normal=4, osteoporosis=4))
    checked = check_download(card, data, tmp_path / "out", show_progress=False)
    assert not checked.deviations
    assert "Nothing differs from the card." in checked.lines
    table = pd.read_csv(tmp_path / "out" / "manifest.csv")
    assert list(table["diagnosis"]) == ["normal"] * 4 + ["osteoporosis"] * 4
    assert table["copy_group"].nunique() == 8
    record = json.loads((tmp_path / "out" / "checked.json").read_text())
    assert (record["card"]["name"], record["deviations"]) == ("okx", {})


def copies(folder: Path) -> Path:
    """Two classes with a copy of every kind."""
    two_classes(folder)
    save(folder / "Normal" / "same.png", knee(0))
    save(folder / "Normal" / "turned.png", np.rot90(knee(0)))
    save(folder / "Normal" / "darker.png", 0.7 * knee(1) + 5)
    save(folder / "Osteoporosis" / "cropped.png", knee(101)[4:86, 3:68])
    save(folder / "Osteoporosis" / "other_label.png", knee(2)[:, ::-1])
    return folder


def test_copies_are_named_grouped_and_drawn(tmp_path: Path) -> None:
    card = small_card(tmp_path, "okx", **counts(normal=7, osteoporosis=6))
    checked = check_download(card, copies(tmp_path / "data"), tmp_path / "out", show_progress=False)
    told = by_code(checked)
    assert len(told["ConflictingLabel"]) == 1
    assert "other_label.png" in told["ConflictingLabel"][0]
    pairs = pd.read_csv(tmp_path / "out" / "copies.csv")
    names = pairs.assign(
        first=pairs["first"].map(lambda one: Path(one).stem),
        second=pairs["second"].map(lambda one: Path(one).stem),
    )
    kinds = {frozenset((row.first, row.second)): row.kind for row in names.itertuples()}
    assert kinds[frozenset(("n0", "same"))] == "same pixels"
    assert kinds[frozenset(("n0", "turned"))] == "turned"
    assert kinds[frozenset(("darker", "n1"))] == "brightness or contrast changed"
    assert kinds[frozenset(("cropped", "o1"))] == "cropped"
    assert sorted(path.name for path in (tmp_path / "out" / "copies").iterdir()) == [
        f"group_{number:03d}.png" for number in (1, 2, 3, 4)
    ]
    table = pd.read_csv(tmp_path / "out" / "manifest.csv", index_col="patient_id")
    assert table.loc[["n0", "same", "turned"], "copy_group"].nunique() == 1
    assert {"n2", "other_label"}.isdisjoint(table.index)
    images = pd.read_csv(tmp_path / "out" / "images.csv", index_col="patient_id")
    assert list(images.loc[["n2", "other_label"], "status"]) == ["set aside"] * 2
    kept = check_download(card, tmp_path / "data", tmp_path / "kept", conflicts="keep", show_progress=False)
    assert {"n2", "other_label"} <= set(pd.read_csv(kept.manifest)["patient_id"])


def test_the_manifest_is_extracted_and_groups_hold(tmp_path: Path) -> None:
    data = copies(tmp_path / "elsewhere" / "data")
    checked = check_download("okx", data, tmp_path / "out", show_progress=False)
    root = tmp_path
    assert f"--root {root}" in checked.lines[-2]
    assert "--groups copy_group" in checked.lines[-1]
    assert len(read_manifest(checked.manifest, root=root).cases) == 11
    settings = {"families": [{"name": "firstorder"}]}
    table = extract(checked.manifest, root=root, settings=settings, modality="xr", show_progress=False)
    assert set(table.cases["status"]) == {"done"}
    assert table.table["copy_group"].notna().all()


@pytest.mark.long
@pytest.mark.slow
def test_from_a_download_to_folds_that_part_no_copies_by_the_commands_that_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    two_classes(tmp_path / "download", 16)
    for number in range(8):
        label = "Normal" if number < 4 else "Osteoporosis"
        original = knee(number) if number < 4 else knee(100 + number)
        changed = np.rot90(original[4:88, 5:68]) if number % 2 else 0.8 * original[3:87, 2:69] + 9
        save(tmp_path / "download" / label / f"z_copy{number}.png", changed)
    card = small_card(tmp_path, "okx", **counts(normal=20, osteoporosis=20))
    checked = CliRunner().invoke(
        app, ["cards", str(card), "--check", "download", "-o", "checked", "-j", "2", "-q"]
    )
    assert checked.exit_code == 3, checked.output  # copies were found
    told = [line.removeprefix("Next: ") for line in checked.output.splitlines() if line.startswith("Next: ")]
    (tmp_path / "quick.yaml").write_text("families: [{name: firstorder}]")
    for line, more in zip(told, (["--settings", "quick.yaml"], ["--no-shap"]), strict=True):
        answer = CliRunner().invoke(app, [*shlex.split(line)[1:], *more, "-j", "1", "-q"])
        assert answer.exit_code == 0, answer.output
    groups = pd.read_csv(tmp_path / "checked" / "manifest.csv").set_index("patient_id")["copy_group"]
    folds = pd.read_parquet(tmp_path / "result" / "predictions.parquet")
    folds = folds.assign(group=folds["patient_id"].map(groups))
    assert folds.groupby(["repeat", "group"])["fold"].nunique().max() == 1
    assert (groups.value_counts() == 2).sum() == 8


def test_every_fault_of_a_download_is_named(tmp_path: Path) -> None:
    data = two_classes(tmp_path / "data")
    (data / "Normal" / "bad.png").write_text("no image")
    save(data / "Normal" / "even.png", np.full(SHAPE, 7))
    save(data / "Osteoporsis" / "lost.png", knee(55))
    card = small_card(tmp_path, "multiclass_knee")
    checked = check_download(card, data, tmp_path / "out", show_progress=False)
    told = by_code(checked)
    assert set(told) == {"UnknownClass", "CountDiffers", "ClassMissing", "UnreadableImage", "EvenImage"}
    assert "Did you mean 'osteoporosis'" in told["UnknownClass"][0]
    assert any("4 images of 'osteoporosis', and the card says 793" in one for one in told["CountDiffers"])
    images = pd.read_csv(tmp_path / "out" / "images.csv", index_col="patient_id")
    assert images.loc["bad", "code"] == "UnreadableImage"
    assert "bad" not in set(pd.read_csv(tmp_path / "out" / "manifest.csv")["patient_id"])
    listed = pd.read_csv(tmp_path / "out" / "deviations.csv")
    assert len(listed) == len(checked.deviations)


def test_an_archive_with_a_sheet_of_patients(tmp_path: Path) -> None:
    top = tmp_path / "Osteoporosis Knee X-ray"
    for number, (name, place) in enumerate(
        {"N1": "normal", "OP1": "osteopenia", "OS1": "osteoporosis"}.items()
    ):
        save(top / place / f"{name}.jpg", knee(number))
    rows = {"Patient Id": ["N1", "OP1", "OS1"], "Age": [50, 60, 70], "T-Score": [-0.5, -1.5, -3.0]}
    pd.DataFrame(rows).to_excel(top / "patient details.xlsx", index=False)
    archive = tmp_path / "data.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(top.rglob("*.*")):
            packed.write(path, path.relative_to(tmp_path))
    fields = {**counts(normal=1, osteopenia=1, osteoporosis=1), "disagreements": [], "subjects": 3}
    card = small_card(tmp_path, "wani_arora", **fields)
    checked = check_download(card, archive, tmp_path / "out", show_progress=False)
    assert not checked.deviations
    table = pd.read_csv(checked.manifest, index_col="patient_id")
    assert dict(table["T-Score"]) == {"N1": -0.5, "OP1": -1.5, "OS1": -3.0}
    assert "--root" not in checked.lines[-2]  # what was unpacked lies below the manifest
    published = by_code(check_download("wani_arora", archive, tmp_path / "again", show_progress=False))
    assert "190531319 bytes" in published["DigestDiffers"][0]


def test_a_digest_that_is_known_is_compared(tmp_path: Path) -> None:
    from radiobone.core.files import file_digest

    data = tmp_path / "data.zip"
    two_classes(tmp_path / "download")
    with zipfile.ZipFile(data, "w") as packed:
        for path in sorted((tmp_path / "download").rglob("*.png")):
            packed.write(path, path.relative_to(tmp_path))
    for digest, expected in ((file_digest(data), []), ("0" * 64, ["DigestDiffers"])):
        known = [{"name": "data.zip", "sha256": digest, "source": "this test"}]
        card = small_card(tmp_path, "okx", **counts(normal=4, osteoporosis=4), files=known)
        checked = check_download(card, data, tmp_path / digest[:5], show_progress=False)
        assert list(by_code(checked)) == expected


def test_unsafe_archives_leave_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("../normal/evil.png", b"x")
    with pytest.raises(UnsafeArchive):
        check_download("okx", path, tmp_path / "out", show_progress=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("normal/1.png", bytes(10_000))
    with pytest.raises(ResourceLimit):
        check_download("okx", path, tmp_path / "out", limits=Limits(total_bytes=9_999), show_progress=False)
    assert not (tmp_path / "out" / "unpacked").exists()
    assert not list(tmp_path.rglob("evil.png"))


def test_a_feature_table_of_the_shape_of_lim_2021(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(10, 41)), columns=[f"f{number}" for number in range(41)])
    table.loc[9] = table.loc[0] * (1 + 1e-9)
    table["osteoporosis"] = [1] * 3 + [0] * 7
    table.to_csv(tmp_path / "S1_Table.csv", index=False)
    classes = [{"name": "osteoporosis", "subjects": 3}, {"name": "no osteoporosis", "subjects": 6}]
    card = small_card(tmp_path, "lim2021", subjects=9, classes=classes)
    checked = check_download(card, tmp_path / "S1_Table.csv", tmp_path / "out", show_progress=False)
    told = by_code(checked)
    assert sorted(told) == ["CountDiffers", "SameImageTwice"]
    assert "rows 2 and 11" in told["SameImageTwice"][0]
    written = pd.read_csv(tmp_path / "out" / "S1_Table.csv")
    assert list(written["label"]) == ["osteoporosis"] * 3 + ["no osteoporosis"] * 7
    assert written["copy_group"].nunique() == 9


@pytest.mark.parametrize(
    "name", [one for one, card in list_cards().items() if card.layout.kind == "class_folders"]
)
def test_made_archives_of_every_set_of_class_folders(name: str, tmp_path: Path) -> None:
    card = load_card(name)
    for number, one in enumerate(card.classes):
        save(tmp_path / "data" / "Some Folder" / one.name.upper() / f"{number}.png", knee(number))
    checked = check_download(name, tmp_path / "data", tmp_path / "out", show_progress=False)
    assert set(by_code(checked)) <= {"CountDiffers", "SheetMissing"}
    assert len(pd.read_csv(checked.manifest)) == len(card.classes)


def test_a_sheet_and_images_of_the_shape_of_hsieh_2021(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / "data" / "images" / f"{number}.png", knee(number))
    (tmp_path / "data" / "labels.csv").write_text("filename,BMD\n0.png,0.8\n1.png,0.9\n2.png,1.0\n")
    checked = check_download("hsieh2021", tmp_path / "data", tmp_path / "out", show_progress=False)
    assert not checked.deviations
    assert list(pd.read_csv(checked.manifest)["BMD"]) == [0.8, 0.9, 1.0]


def test_what_cannot_be_checked_says_why(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="differs with the application"):
        check_download("mros", tmp_path, tmp_path / "out")
    with pytest.raises(FileMissing, match="Nothing at"):
        check_download("okx", tmp_path / "none", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyTable, match="Not one image") as told:
        check_download("okx", tmp_path / "empty", tmp_path / "out")
    assert "  " not in str(told.value)
    for named in (str(tmp_path / "empty"), "'osteoporosis' (or 'osteoporotic')", ".png", ".dcm"):
        assert named in str(told.value)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.csv").write_text("my own work")
    with pytest.raises(OutputTaken):
        check_download("okx", tmp_path / "empty", tmp_path / "mine")


def own_manifest(folder: Path) -> Path:
    rows = []
    for number in range(6):
        save(folder / "images" / f"{number}.png", knee(number if number < 5 else 0))
        save(folder / "mask.png", np.ones(SHAPE))
        rows.append(
            (
                f"P{number // 2}_{number % 2}",
                f"images/{number}.png",
                "mask.png",
                "yes" if number < 3 else "no",
                f"S{number % 2}",
            )
        )
    path = folder / "manifest.csv"
    pd.DataFrame(rows, columns=["patient_id", "image", "mask", "fracture", "site"]).to_csv(path, index=False)
    return path


def test_a_card_is_drafted_from_a_manifest(tmp_path: Path) -> None:
    path = own_manifest(tmp_path / "study")
    drafted = draft_card(path, tmp_path / "out", target="fracture", site="site", show_progress=False)
    card = load_card(drafted.path)
    assert card == drafted.card
    assert (card.name, card.images, card.subjects, card.modality) == ("study", 6, 6, ("xr",))
    assert {one.name: one.images for one in card.classes} == {"no": 3, "yes": 3}
    assert card.sites == {"S0": 3, "S1": 3}
    assert {"licence", "label_source", "region", "spacing_mm", "title"} <= set(card.open_questions)
    assert [one.code for one in drafted.deviations] == ["ConflictingLabel"]


def test_a_draft_leaves_copies_of_two_labels_out_of_its_manifest_unless_they_are_to_be_kept(
    tmp_path: Path,
) -> None:
    path, out = own_manifest(tmp_path / "study"), tmp_path / "out"
    code, told = ran("new", path, "-o", out, "--target", "fracture", "--conflicts", "set-aside", "-q")
    assert code == 3
    assert "2 with two labels were left out of the manifest" in told
    assert list(pd.read_csv(out / "manifest.csv")["patient_id"]) == ["P0_1", "P1_0", "P1_1", "P2_0"]
    images = pd.read_csv(out / "images.csv").set_index("patient_id")
    assert set(images.index[images["status"] == "set aside"]) == {"P0_0", "P2_1"}
    draft_card(path, out, target="fracture", conflicts="keep", show_progress=False)
    table = pd.read_csv(out / "manifest.csv")
    assert len(table) == 6
    assert table["copy_group"].nunique() == 5
    assert table["copy_group"][0] == table["copy_group"][5]
    draft_card(path, out, show_progress=False)  # without a class nothing contradicts
    assert len(pd.read_csv(out / "manifest.csv")) == 6


def test_a_draft_needs_no_masks_and_proposes_nothing_that_does(tmp_path: Path) -> None:
    path = own_manifest(tmp_path / "study")
    with_masks = ran("new", path, "-o", tmp_path / "with", "-q")[1]
    assert "Next: radiobone extract" in with_masks
    pd.read_csv(path).drop(columns="mask").to_csv(path, index=False)
    code, told = ran("new", path, "-o", tmp_path / "out", "--target", "fracture", "-q")
    assert code == 3
    assert "Next:" not in told
    assert "names no masks" in told
    assert len(pd.read_csv(tmp_path / "out" / "manifest.csv")) == 4


def test_an_edited_card_is_not_written_over(tmp_path: Path) -> None:
    path = own_manifest(tmp_path / "study")
    first = draft_card(path, tmp_path / "out", show_progress=False)
    first.path.write_text("name: mine\n", encoding="utf-8")
    again = draft_card(path, tmp_path / "out", show_progress=False)
    assert first.path.read_text(encoding="utf-8") == "name: mine\n"
    assert again.path.name == "card_new.yaml"


def test_a_target_that_is_no_column(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="fracture"):
        draft_card(own_manifest(tmp_path), tmp_path / "out", target="fractur", show_progress=False)


def ran(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["cards", *map(str, arguments)], terminal_width=200)
    return answer.exit_code, answer.output


def test_the_command_ends_with_3_where_something_differs(tmp_path: Path) -> None:
    data = two_classes(tmp_path / "data")
    card = small_card(tmp_path, "okx", **counts(normal=4, osteoporosis=4))
    assert ran(card, "--check", data, "-o", tmp_path / "fits", "-q")[0] == 0
    code, told = ran("okx", "--check", data, "-o", tmp_path / "differs", "-q")
    assert code == 3
    assert "CountDiffers: 4 images of 'normal', and the card says 186." in told


def test_the_command_drafts(tmp_path: Path) -> None:
    code, told = ran("new", own_manifest(tmp_path / "study"), "-o", tmp_path / "out", "-q")
    assert code == 3  # one image is there twice
    assert "To be filled in: title" in told


@pytest.mark.parametrize("arguments", [("new",), ("okx", "manifest.csv"), ("okx", "--check", ".")])
def test_what_is_missing_is_said(arguments: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, ["cards", *arguments])
    assert isinstance(answer.exception, BadSetting)
