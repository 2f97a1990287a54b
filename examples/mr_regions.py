# %% [markdown]
# # MR, from three images to a table and back
#
# Three MR images of pyradiomics' test data (two brain tumours, one breast tumour). Three cases are no cohort, so nothing is
# learned: the example shows what decides the numbers of MR, where grey levels have no unit. Each image is measured as it
# is, and again after every grey level was turned into another by one line (gain and offset), as another scanner would.
# `python examples/mr_regions.py DATA_FOLDER`.

# %%
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk

import radiobone as rb
from radiobone.features.presets import MR

HERE = Path(__file__).resolve().parent
DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "shared" / "data" / "pyradiomics"
CASES = ("brain1", "brain2", "breast1")
FAMILIES = [{"name": name} for name in ("firstorder", "shape", "glcm", "glrlm")]
GAIN, OFFSET = 1.7, 40.0


def as_plain(*, normalised: bool) -> dict:
    """The preset for MR on the original image, with or without its standard scores; small bins in both."""
    content = MR.model_dump(mode="json")
    content["images"], content["families"] = [{"kind": "Original"}], FAMILIES
    if not normalised:
        content["normalisation"] = None
        content["discretisation"] = {"kind": "bin_width", "width": 25.0}
    return content


def of_another_scanner(path: Path) -> sitk.Image:
    return sitk.Cast(sitk.ReadImage(str(path)), sitk.sitkFloat64) * GAIN + OFFSET


def changed(*, normalised: bool) -> pd.DataFrame:
    # %% [markdown]
    # Share of features of each family that change by more than a thousandth when the scanner's line does.

    # %%
    settings, rows = as_plain(normalised=normalised), []
    for case in CASES:
        image, mask = DATA / f"{case}_image.nrrd", DATA / f"{case}_label.nrrd"
        first = rb.extract_features(image, mask, settings)
        second = rb.extract_features(of_another_scanner(image), sitk.ReadImage(str(mask)), settings)
        assert list(first) == list(second)
        for name, value in first.items():
            moved = abs(second[name] - value) > 1e-3 * max(abs(value), 1e-9)
            rows.append({"case": case, "family": name.split("_")[1], "moved": moved})
    return pd.DataFrame(rows).groupby("family")["moved"].mean().to_frame("share that moves")


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rb.core.warnings.RadioboneWarning)
        plain, scored = changed(normalised=False), changed(normalised=True)
    both = pd.concat([plain, scored], axis=1, keys=["as it is", "standard scores"])
    print(both.round(2).to_string())
    texture = ["glcm", "glrlm"]
    assert (scored.loc[texture].to_numpy() <= plain.loc[texture].to_numpy()).all()
    assert np.allclose(scored.loc["shape"], 0)


if __name__ == "__main__":
    main()
