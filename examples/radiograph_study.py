# %% [markdown]
# # A study of radiographs, with vectors of a filter bank beside texture
#
# Made radiographs of trabecular bone (two views of each patient), with one planted difference: bone of the positive class
# has sparser, more upright trabeculae. What the study shows is the way, not a finding. `python
# examples/radiograph_study.py OUTPUT_FOLDER [PATIENTS]`.
#
# The vectors come from a bank of public image filters (Gabor magnitudes at three periods and four directions, each by
# mean and spread). Those of any deep network join in the same way: one row per image, with patient and view.

# %%
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

import radiobone as rb
from radiobone.cohort.joined import join_file
from radiobone.cohort.readers import read_cohort
from radiobone.core.seeds import rng_for
from radiobone.core.volume import Volume
from radiobone.imaging.contrast import equalise
from radiobone.imaging.crop import Box
from radiobone.imaging.denoise import NonLocalMeans, denoise
from radiobone.imaging.filters.gabor import Gabor
from radiobone.workflow.evaluate_table import evaluate_table

if {"-h", "--help"} & set(sys.argv):
    sys.exit("python examples/radiograph_study.py OUTPUT_FOLDER [PATIENTS]")
OUTPUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("radiograph-study")
N_PATIENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
VIEWS = ("AP", "LAT")
SIZE = 96
PIPELINE = {
    "name": "radiographs",
    "steps": ["impute", "scale", {"pca": {"n_components": 0.9}}],
    "models": [{"lr": {"C": [0.01, 0.1, 1.0]}}],
    "outer": {"folds": 5, "repeats": 1},
    "inner": {"folds": 3},
}


def radiograph(number: int, view: str, *, ill: bool) -> np.ndarray:
    """Draw trabeculae as noise smoothed along the bone, on a slope of soft tissue."""
    from scipy.ndimage import gaussian_filter

    rng = rng_for(0, "radiograph", number, view)
    upright = 2.8 + 0.9 * ill + 0.8 * rng_for(0, "patient", number).normal()
    bone = gaussian_filter(rng.normal(size=(SIZE, SIZE)), (max(upright, 1.0), 1.4))
    rows = np.linspace(-1, 1, SIZE)[:, None]
    image = 120 + 12 * rows + 22 * bone / bone.std() + rng.normal(0, 4, (SIZE, SIZE))
    return np.clip(image, 0, 255).astype(np.uint8)


def vector(image: np.ndarray) -> list[float]:
    """Mean and spread of Gabor magnitudes: what a filter bank says of an image."""
    volume = Volume((image - image.mean())[np.newaxis], is_2d=True)
    whole = Box((0, 0, 0), (0, SIZE - 1, SIZE - 1))
    found: list[float] = []
    for period in (4.0, 8.0, 16.0):
        for angle in (0.0, 45.0, 90.0, 135.0):
            kernel = Gabor(sigma_mm=0.56 * period, wavelength_mm=period, theta_deg=angle)
            ((_, response),) = kernel.images(volume, 0, whole)
            found += [float(response.mean()), float(response.std())]
    return found


def write_images() -> None:
    # %% [markdown]
    # Images, masks and a manifest as they would lie in a folder; the vectors as NPY with a sheet beside it. One patient
    # lacks the lateral view.

    # %%
    for name in ("images", "masks"):
        (OUTPUT / name).mkdir(parents=True, exist_ok=True)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[8:-8, 8:-8] = 1
    Image.fromarray(mask).save(OUTPUT / "masks" / "region.png")
    rows, sheet, vectors = [], [], []
    for number in range(N_PATIENTS):
        for view in VIEWS[: 1 if number == 0 else 2]:
            image = radiograph(number, view, ill=number % 2 == 1)
            clean = equalise(denoise(image, NonLocalMeans(search_radius_px=3)))
            sheet.append({"patient_id": f"P{number:03d}", "view": view})
            vectors.append(vector(clean))
            if view == "AP":
                Image.fromarray(image).save(OUTPUT / "images" / f"P{number:03d}.png")
                rows.append([f"P{number:03d}", f"images/P{number:03d}.png", "masks/region.png", number % 2])
    columns = ["patient_id", "image", "mask", "osteoporosis"]
    pd.DataFrame(rows, columns=columns).to_csv(OUTPUT / "manifest.csv", index=False)
    pd.DataFrame(sheet).to_csv(OUTPUT / "deep.csv", index=False)
    np.save(OUTPUT / "deep.npy", np.array(vectors))


def main() -> None:
    write_images()

    # %% [markdown]
    # Texture in two dimensions: the preset `radiograph-texture`.

    # %%
    settings = {
        "plane": 0,
        "families": [
            {"name": name} for name in ("firstorder", "lbp", "gabor", "laws", "variogram", "kmeans")
        ],
    }
    rb.extract(
        OUTPUT / "manifest.csv", output=OUTPUT / "features", settings=settings, modality="xr", target="osteoporosis",
        show_progress=False,
    )  # fmt: skip

    # %% [markdown]
    # The vectors join by patient; the two views are pooled by their mean, and the view that is missing is named.

    # %%
    cohort, names = join_file(
        read_cohort(OUTPUT / "features", target="osteoporosis"), OUTPUT / "deep.npy", "deep", "mean"
    )
    print(
        f"{len(names)} columns of {cohort.n_rows} patients; {cohort.provenance['joined']['deep']['without_view']}"
    )

    # %% [markdown]
    # Early fusion of texture and vectors, principal components in each fold, patients whole.

    # %%
    judged = evaluate_table(
        OUTPUT / "features", OUTPUT / "result", target="osteoporosis", pipeline=PIPELINE,
        blocks=[f"deep={OUTPUT / 'deep.npy'}@mean"], show_progress=False,
    )  # fmt: skip
    auc = judged.metrics["auc"]
    print(f"AUC {auc.mean:.2f} ({auc.low:.2f} to {auc.high:.2f})")
    print(judged.report(OUTPUT / "result" / "report.html"))


if __name__ == "__main__":
    main()
