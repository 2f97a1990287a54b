# %% [markdown]
# # From images to a report, in a notebook
#
# 36 CTs of one bone each (Soft-tissue-Sarcoma, TCIA, doi 10.7937/K9/TCIA.2015.7GO2GSKS, CC BY 3.0). The question, which
# reconstruction kernel made the image, is one that texture can answer: a positive control. Open this file as a notebook
# (Jupytext, VS Code, PyCharm), or run it: `python examples/bone_ct.py DATA_FOLDER OUTPUT_FOLDER`.

# %%
import sys
from pathlib import Path

import radiobone as rb

HERE = Path(__file__).resolve().parent
DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "shared" / "data" / "bone_ct"
OUTPUT = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("bone-notebook")


def main() -> None:
    # %% [markdown]
    # One bone first: a dictionary of features by pyradiomics' names.

    # %%
    one = rb.extract_features(DATA / "images" / "STS_001.nii.gz", DATA / "masks" / "STS_001.nii.gz", "ct")
    print(f"{len(one)} features; mean {one['original_firstorder_Mean']:.1f} HU")

    # %% [markdown]
    # All of them. Run the cell again: only what is missing or changed is computed.

    # %%
    table = rb.extract(DATA / "manifest.csv", output=OUTPUT / "features", modality="ct", jobs=2)
    print(table.cases["status"].value_counts())

    # %% [markdown]
    # Nested cross-validation: patients stay whole, and everything that learns does so in the training rows.

    # %%
    result = rb.evaluate(
        table.table[list(table.feature_columns)],
        table.table["kernel"],
        groups=table.table["patient_id"],
        positive="STANDARD",
        jobs=2,
    )
    auc = result.metrics["auc"]
    print(f"AUC {auc.mean:.2f} ({auc.low:.2f} to {auc.high:.2f})")

    # %%
    print(result.report(OUTPUT / "result"))


if __name__ == "__main__":
    main()
