# %% [markdown]
# # Opportunistic screening for osteoporosis, from TotalSegmentator's folders to a monthly check
#
# CTs that were made for other reasons show the spine too. This example goes the whole way of such a study: TotalSegmentator's
# masks → a manifest → measurements of bone and radiomics, with every failed or doubtful case named → an honest evaluation
# and its report → a model file → new patients scored, and every month one command that says whether the model may still
# be used.
#
# The patients are synthetic (spines of known density), so it runs anywhere in about a minute: `python
# examples/opportunistic_screening.py OUTPUT_FOLDER [PATIENTS]`. With your own data, leave out the first cell and put your folders in
# its place; every command below can be typed in a terminal as it is printed.

# %%
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk

from radiobone.cli.app import app
from radiobone.core.seeds import rng_for
from radiobone.io.write import write_volume
from radiobone.testing.anatomy import Shape
from radiobone.testing.risk import RiskLaw
from radiobone.testing.scanner import Scanner
from radiobone.testing.vertebra import Vertebra, spine

HERE = Path(__file__).resolve().parent
if {"-h", "--help"} & set(sys.argv):
    sys.exit("python examples/opportunistic_screening.py OUTPUT_FOLDER [PATIENTS]")
OUTPUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("opportunistic-screening")
N_PATIENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
SHARED = Path(os.environ.get("RADIOBONE_SHARED_DATA", HERE.parents[1] / "shared" / "data"))
LEVELS = {
    "vertebrae_L1": 31,
    "vertebrae_L2": 30,
    "vertebrae_L3": 29,
}  # the values of TotalSegmentator's task "total"
LAW = RiskLaw()
OLD_SCANNER = Scanner(spacing_mm=(3.0, 1.5, 1.5), noise_hu=12.0)
NEW_SCANNER = Scanner(spacing_mm=(3.0, 1.5, 1.5), noise_hu=28.0, kernel="sharp")

SETTINGS = """
imageType: {Original: {}}
featureClass: {firstorder: [], glcm: [Contrast, Correlation, Idm, JointEntropy], glrlm: [RunEntropy, ShortRunEmphasis]}
setting: {binWidth: 25}
"""
PIPELINE = """
steps: [impute, scale, {correlation: {threshold: 0.9}}, {mannwhitney: {max_features: 6}}]
models: [{lr: {C: [0.1, 1.0]}}]
outer: {folds: 5, repeats: 1}
inner: {folds: 3}
"""


warnings.formatwarning = lambda message, kind, *_where: f"{kind.__name__}: {message}\n"


def radiobone(*words: object) -> int:
    """Run a command as in a terminal, and return how it ended: 0 all done, 3 some cases failed or something to look at."""
    print("\n$ radiobone", *words)
    return app([str(word) for word in words], standalone_mode=False) or 0


# %% [markdown]
# ## The patients
#
# A density each, a label drawn with the risk of that density, and a scan. Some are as patients are: a crushed vertebra,
# a spine cut by the edge of the scan, contrast agent in the veins, a segmentation that found nothing.


# %%
def make_patient(
    folder: Path, number: int, *, prefix: str, scanner: Scanner, fault: str = ""
) -> dict[str, object]:
    """Write a CT and its masks as TotalSegmentator writes them, and return the row of the sheet."""
    name, rng = f"{prefix}{number:03d}", rng_for(0, "screening", prefix, number)
    density = LAW.mean_mg_cm3 + LAW.sd_mg_cm3 * rng.standard_normal()
    ill = rng.random() < LAW.risk(density)
    heights = {level: 16.0 if (fault, level) == ("crushed", "vertebrae_L2") else 24.0 for level in LEVELS}
    bones = [
        Vertebra(density, shape=Shape(height_mm=heights[level]), body_label=value, posterior_label=value)
        for level, value in LEVELS.items()
    ]
    image, labels = spine(rng, bones, scanner, margin_mm=(12.0, 10.0, 26.0), behind_mm=50.0)
    if fault == "cut":  # the scan ends within L1
        end = int(np.flatnonzero((labels.array == LEVELS["vertebrae_L1"]).any(axis=(1, 2)))[-1]) - 3
        image, labels = (replace(one, array=one.array[:end]) for one in (image, labels))
    write_volume(folder / "ct" / f"{name}.nii.gz", image)
    if number % 4 == 0:  # one file with all labels (--ml), whose names it carries
        write_label_map(folder / "masks" / f"{name}.seg.nrrd", labels)
    else:  # one file per structure
        for level, value in LEVELS.items():
            found = (labels.array == value) & (fault != "no mask")
            write_volume(
                folder / "masks" / name / f"{level}.nii.gz", labels.with_array(found.astype(np.uint8))
            )
    return {
        "patient_id": name,
        "osteoporosis": "yes" if ill else "no",
        "age": int(np.clip(rng.normal(62 - 0.1 * (density - LAW.mean_mg_cm3), 9), 30, 95)),
        "sex": str(rng.choice(["F", "M"])),
        "kvp": 120,
        "contrast": "portal venous" if fault == "contrast" else "no",
        "fault": fault,
    }  # fmt: skip


def write_label_map(path: Path, labels) -> None:
    image = sitk.GetImageFromArray(labels.array)
    image.SetSpacing(labels.spacing_mm[::-1])
    image.SetOrigin(labels.origin_mm)
    for place, (level, value) in enumerate(LEVELS.items()):
        image.SetMetaData(f"Segment{place}_Name", level)
        image.SetMetaData(f"Segment{place}_LabelValue", str(value))
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))


def make_patients(
    folder: Path, n: int, *, prefix: str, months: list[str], scanner_of, faults: dict[int, str]
) -> None:
    """Write a folder ``ct``, a folder ``masks`` and the sheet that a colleague would send."""
    rows = []
    for number in range(n):
        month = months[number * len(months) // n]
        row = make_patient(
            folder, number, prefix=prefix, scanner=scanner_of(month), fault=faults.get(number, "")
        )
        rows.append({**row, "scan_date": f"{month}-{1 + number % 28:02d}"})
    pd.DataFrame(rows).drop(columns="fault").to_csv(folder / "sheet.csv", index=False)


def main() -> None:
    study, later = OUTPUT / "study", OUTPUT / "later"
    faults = {1: "crushed", 2: "cut", 3: "contrast", 5: "no mask"}
    make_patients(
        study, N_PATIENTS, prefix="P", months=["2024-01", "2024-06"], scanner_of=lambda _: OLD_SCANNER, faults=faults
    )  # fmt: skip
    (OUTPUT / "settings.yaml").write_text(SETTINGS)
    (OUTPUT / "pipeline.yaml").write_text(PIPELINE)

    # %% [markdown]
    # ## 1. Pair images, masks and the sheet
    #
    # Read what does not match: a patient without a mask is easily overlooked later. `--roi` takes a name or a pattern; a
    # level alone (`L1`) is understood as `vertebrae_L1`.

    # %%
    manifest = study / "manifest.csv"
    radiobone(
        "manifest",
        study / "ct",
        study / "masks",
        study / "sheet.csv",
        "--roi",
        "vertebrae_L*",
        "-o",
        manifest,
    )

    # %% [markdown]
    # ## 2. Look before you measure
    #
    # A dry run reads every file and draws every region without measuring. Look through `checked/pictures`: a mask that is
    # shifted, or of another bone, is seen at a glance and in no table. `checked/cases.csv` names the cases that will fail.

    # %%
    radiobone(
        "extract",
        manifest,
        "-o",
        OUTPUT / "checked",
        "-s",
        OUTPUT / "settings.yaml",
        "--dry-run",
        "-j",
        1,
        "-q",
    )
    cases = pd.read_csv(OUTPUT / "checked" / "cases.csv", keep_default_na=False)
    print(
        cases.loc[cases["status"] != "ready", ["patient_id", "roi", "status", "code"]].to_string(index=False)
    )

    # %% [markdown]
    # ## 3. Bone
    #
    # HU of trabecular bone, heights and Genant's grade per vertebra (`levels.csv`), and one row per patient
    # (`patients.csv`). Read the column `flags`: levels that are cut, fractured or hold metal are left out of the patient's mean.
    # Contrast agent raises HU; the column `l1_hu_caution` says so.

    # %%
    radiobone(
        "bone",
        manifest,
        "-o",
        OUTPUT / "bone",
        "-l",
        "L1,L2,L3",
        "-M",
        "volume,trabecular,heights,metal",
        "--no-pictures",
        "-j",
        1,
        "-q",
    )
    levels = pd.read_csv(OUTPUT / "bone" / "levels.csv", keep_default_na=False)
    print(levels.loc[levels["flags"] != "", ["patient_id", "structure", "flags"]].to_string(index=False))
    patients = pd.read_csv(OUTPUT / "bone" / "patients.csv")
    if (SHARED / "totalseg").is_dir():
        # A real abdominal CT with TotalSegmentator's label map, if you have it.
        real = SHARED / "totalseg"
        radiobone(
            "bone",
            real / "ct_3mm.nii.gz",
            real / "ct_3mm_total.nii.gz",
            "-o",
            OUTPUT / "real",
            "-l",
            "L1",
            "-M",
            "trabecular",
            "-j",
            1,
            "-q",
        )

    # %% [markdown]
    # ## 4. Radiomics
    #
    # One row per vertebra. Run it again after an interruption or a corrected mask: only what changed is measured.

    # %%
    radiobone("extract", manifest, "-o", OUTPUT / "features", "-s", OUTPUT / "settings.yaml", "-j", 1, "-q")

    # %% [markdown]
    # ## 5. How well does it tell who has osteoporosis?
    #
    # Nested cross-validation: patients stay whole, and everything that learns does so in the training rows. `--pool mean`
    # makes one probability per patient of those of his vertebrae. Then open `result/report.html`: first the audit and the cautions,
    # then the AUC with its interval, then calibration.

    # %%
    table = OUTPUT / "features"
    roles = [
        "--target",
        "osteoporosis",
        "--positive",
        "yes",
        "-p",
        OUTPUT / "pipeline.yaml",
        "--pool",
        "mean",
        "-j",
        1,
        "-q",
    ]
    radiobone("evaluate", table, *roles, "-o", OUTPUT / "result", "--no-shap")
    radiobone("report", OUTPUT / "result")
    one = patients.merge(pd.read_csv(study / "sheet.csv"), on="patient_id", suffixes=("", "_sheet"))
    by_label = one.groupby("osteoporosis")["mean_trabecular_hu_mean"].mean()
    print(f"mean trabecular HU: {by_label['yes']:.0f} with osteoporosis, {by_label['no']:.0f} without")

    # %% [markdown]
    # ## 6. The model, and new patients
    #
    # `fit` learns from all rows; the figures to report are those of step 5, which the model carries (`--evaluated`). `score` measures the
    # new scans with the settings that the model carries: a table measured otherwise is refused.

    # %%
    radiobone("fit", table, *roles, "--evaluated", OUTPUT / "result", "-o", OUTPUT / "model.rbm")
    months = ["2025-01", "2025-02", "2025-03", "2025-04"]
    make_patients(
        later, N_PATIENTS, prefix="N", months=months,
        scanner_of=lambda month: NEW_SCANNER if month == months[-1] else OLD_SCANNER, faults={1: "no mask"},
    )  # fmt: skip
    radiobone(
        "manifest",
        later / "ct",
        later / "masks",
        later / "sheet.csv",
        "--roi",
        "vertebrae_L*",
        "-o",
        later / "manifest.csv",
    )
    radiobone(
        "extract", later / "manifest.csv", "-o", OUTPUT / "new", "-s", OUTPUT / "settings.yaml", "-j", 1, "-q"
    )
    radiobone("score", OUTPUT / "model.rbm", OUTPUT / "new", "-o", OUTPUT / "scores.csv")

    # %% [markdown]
    # ## 7. May the model still be used? Once a month
    #
    # In April a new scanner came: a sharper kernel, more noise. The verdict stands first; then open `monitoring/monitor.html`, month by
    # month. Labels arrive later than scans: where `--target` is empty the case waits. With `--fail-on act` a scheduler can
    # stop the service by itself (exit code 3).

    # %%
    ended = radiobone(
        "monitor", OUTPUT / "model.rbm", OUTPUT / "new", "--time", "scan_date", "--target", "osteoporosis",
        "--subgroups", "sex", "--fail-on", "act", "-o", OUTPUT / "monitoring",
    )  # fmt: skip
    print("The scheduler would stop the service." if ended == 3 else "The service goes on.")


if __name__ == "__main__":
    main()
