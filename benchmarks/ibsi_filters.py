"""The filters against the reference response maps of IBSI 2, phase 1: writes the table of docs/ibsi_filters.md.

    python benchmarks/ibsi_filters.py [--data ../shared/data/ibsi2]

The folder holds ``phantoms/NAME/image/NAME.nii.gz`` and ``reference/*_NAME_CT_TEST_*.nii.gz``. The text round the table
stays as it is.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import SimpleITK as sitk

from radiobone.core.volume import Volume
from radiobone.testing.ibsi_filters import FILTER_TESTS, TOLERANCE, FilterTest, relative_difference

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ibsi_filters.md"
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)


def read(path: Path) -> Volume:
    image = sitk.ReadImage(str(path))
    return Volume(sitk.GetArrayFromImage(image), image.GetSpacing()[::-1])


def difference(test: FilterTest, data: Path) -> float:
    image = read(data / f"phantoms/{test.phantom}/image/{test.phantom}.nii.gz")
    (path,) = (data / "reference").glob(f"*_{test.phantom}_CT_{test.name}_*.nii.gz")
    return relative_difference(test.response(image), read(path).array)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "ibsi2")
    data = parser.parse_args().data
    rows = ["| test | phantom | image | difference | pass |", "|---|---|---|---|---|"]
    for test in FILTER_TESTS:
        found = difference(test, data)
        (name,) = test.filter.names(test.plane)
        verdict = "yes" if found <= TOLERANCE else "no"
        rows.append(f"| {test.name} | {test.phantom} | `{name}` | {found:.1e} | {verdict} |")
        print(rows[-1])
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: "\n".join(rows) + "\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()
