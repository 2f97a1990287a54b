"""Time of extraction beside pyradiomics: fresh processes by turns, one thread each, warm, reading included.

    python benchmarks/speed.py --pyradiomics PYTHON [--workloads DIR] [--data ../shared/data] [--rounds 3] [--only a,b]

PYTHON is an interpreter with pyradiomics 3.0.1. DIR holds what `shared/tools/make_workloads.py` wrote; the other cases
are real ones in the folder of data. The measuring is that of `radiobone bench`, which needs neither. Writes
benchmarks/results/speed_TABLE.json: medians and their ratio; ``without provenance`` is pyradiomics with
``additionalInfo`` off.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from radiobone.workflow.bench.extraction import compare, extraction_table, figures
from radiobone.workflow.bench.sides import RADIOBONE, Work, pyradiomics_sides

HERE = Path(__file__).resolve().parent


def cases(data: Path, workloads: Path | None, settings: Path) -> dict[str, Work]:
    """Every workload that is there."""
    brain, ibsi, spine = data / "pyradiomics", data / "ibsi1/ct_phantom", data / "totalseg"
    found = {
        "brain1": Work(brain / "brain1_image.nrrd", brain / "brain1_label.nrrd", (1,), settings),
        "ibsi_ct": Work(ibsi / "image.nii.gz", ibsi / "mask.nii.gz", (1,), settings),
        "L1_3mm": Work(spine / "ct_3mm.nii.gz", spine / "ct_3mm_vertebrae.nii.gz", (31,), settings),
    }
    if workloads is not None:
        for name, one in json.loads((workloads / "workloads.json").read_text()).items():
            found[name] = Work(
                workloads / one["image"], workloads / one["mask"], tuple(one["labels"]), settings
            )
    return found


def main() -> None:
    """Run every case on both sides by turns."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pyradiomics", required=True)
    parser.add_argument("--workloads", type=Path)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--table", default="bone851", help="bone851 or bone1316")
    options = parser.parse_args()
    settings = options.data / "oracle" / "settings" / f"{options.table}.yaml"
    wanted = [name for name in options.only.split(",") if name]
    target = HERE / "results" / f"speed_{options.table}.json"
    results = json.loads(target.read_text()) if target.is_file() else {}
    sides = (RADIOBONE, *pyradiomics_sides(options.pyradiomics))
    compared = []
    for name, work in cases(options.data, options.workloads, settings).items():
        if wanted and name not in wanted:
            continue
        compared.append(compare(name, work, sides, rounds=options.rounds))
        results[name] = figures(compared[-1])
        target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        print("\n".join(extraction_table(compared[-1:], "").lines()[2:5]))


if __name__ == "__main__":
    main()
