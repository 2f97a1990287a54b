"""Features of filtered images against the consensus of IBSI 2, phase 2: writes a table of docs/ibsi_filters.md.

    python benchmarks/ibsi_filter_features.py --reference CSV [--data ../shared/data/ibsi1/ct_phantom]

CSV is the IBSI's table of reference values (filter_id; feature; feature_tag; consensus_value; tolerance), which is not
part of this repository; the folder holds the IBSI's CT phantom, image.nii.gz and mask.nii.gz.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pandas as pd

from radiobone.features.ibsi.engine import extract_ibsi_features
from radiobone.io.masks import open_mask
from radiobone.testing.ibsi_filter_features import FILTER_FEATURE_TESTS
from radiobone.workflow.single import as_volume

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ibsi_filters.md"
TABLE = re.compile(r"(?<=<!-- features -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/ibsi1/ct_phantom")
    given = parser.parse_args()
    reference = pd.read_csv(given.reference, sep=";").dropna(subset=["consensus_value"])
    image = as_volume(given.data / "image.nii.gz")
    mask = open_mask(given.data / "mask.nii.gz", image).region(roi=None, label=None)
    rows = ["| test | image | agreeing / all | greatest distance, in tolerances |", "|---|---|---|---|"]
    n_agreeing = 0
    for test, settings in FILTER_FEATURE_TESTS.items():
        (name,) = settings.image_names(is_2d=False)
        found = extract_ibsi_features(image, mask, settings)
        due = reference[reference["filter_id"] == test]
        away = [
            abs(found[f"{name}_{tag}"] - value) / tolerance
            for tag, value, tolerance in zip(
                due["feature_tag"], due["consensus_value"], due["tolerance"], strict=True
            )
        ]
        agreeing = sum(distance <= 1 for distance in away)
        n_agreeing += agreeing
        rows.append(f"| {test} | `{name}` | {agreeing} / {len(away)} | {max(away):.2f} |")
        print(rows[-1])
    rows.append(f"| **all** | | {n_agreeing} / {len(reference)} | |")
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: "\n".join(rows) + "\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()
