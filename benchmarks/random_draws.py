"""Random images, masks and settings: every value beside an installed pyradiomics.

    python benchmarks/random_draws.py --pyradiomics PYTHON [--draws 200] [--seed 0] [--only 17,42] [--store FOLDER]

PYTHON is an interpreter with pyradiomics 3.0.1. Each draw is written as files that both programs read, and measured
under the same content of a parameter file. A value agrees within 1e-9 relative, or 1e-9 absolute near zero. Writes
benchmarks/results/random_draws.json (not with --only, which prints what differs instead). --store keeps image, mask,
settings and pyradiomics' values of each draw in a folder, as tests/reference/draws has them.
"""

from __future__ import annotations

import argparse
import json
import select
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from drawing.case import Draw, draw_case
from drawing.verdicts import Verdict, judge

import radiobone as rb
from radiobone.core.errors import RadioboneError
from radiobone.core.files import write_json
from radiobone.core.provenance import versions

HERE = Path(__file__).resolve().parent
PATIENCE_S = 120


class Pyradiomics:
    """The other program, in one process of its own."""

    def __init__(self, python: str) -> None:
        self._python = python
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [self._python, str(HERE / "pyradiomics_values.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.versions = self._answer()

    def measure(self, image: Path, mask: Path, label: int, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return its values, or its error."""
        request = {"image": str(image), "mask": str(mask), "label": label, "parameters": parameters}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_S)
        if not ready:
            self._process.kill()
            self._start()
            return {"error": f"no answer within {PATIENCE_S} s"}
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"pyradiomics ended with code {self._process.wait()}; is it installed there?")
        return dict(json.loads(line))


def ours(image: Path, mask: Path, label: int, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return our values, or the named error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return {"values": rb.extract_features(image, mask, parameters, label=label)}
        except RadioboneError as error:
            return {"error": f"{error.code}: {error}"}


def measured(draw: Draw, pyradiomics: Pyradiomics, folder: Path) -> Verdict:
    """Measure one draw on both sides and compare."""
    image, mask = draw.write(folder)

    def both(parameters: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return (
            ours(image, mask, draw.label, parameters),
            pyradiomics.measure(image, mask, draw.label, parameters),
        )

    return judge(draw.parameters, both)


def store(draw: Draw, pyradiomics: Pyradiomics, folder: Path) -> None:
    """Keep a draw and what pyradiomics says of it."""
    folder.mkdir(parents=True, exist_ok=True)
    image, mask = draw.write(folder)
    theirs = pyradiomics.measure(image, mask, draw.label, draw.parameters)
    if "error" in theirs:
        raise SystemExit(f"{folder.name} has no values: {theirs['error']}")
    kept = {"described": draw.described, "label": draw.label, "parameters": draw.parameters}
    write_json(folder / "draw.json", {**kept, "versions": pyradiomics.versions, "values": theirs["values"]})


def arguments() -> argparse.Namespace:
    """Read what was typed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pyradiomics", required=True)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="numbers of draws, whose differences are printed")
    parser.add_argument("--store", type=Path, help="folder for draws and pyradiomics' values")
    return parser.parse_args()


def main() -> None:
    """Compare every draw and keep the result."""
    options = arguments()
    wanted = [int(number) for number in options.only.split(",") if number] or list(range(options.draws))
    pyradiomics = Pyradiomics(options.pyradiomics)
    rows: list[dict[str, Any]] = []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in wanted:
            draw = draw_case(options.seed, number)
            if options.store:
                store(draw, pyradiomics, options.store / f"{options.seed}_{number:03d}")
            verdict = measured(draw, pyradiomics, Path(folder))
            told = {"draw": number, "described": draw.described, "parameters": draw.parameters}
            rows.append({**told, **verdict.row()})
            print(f"{number:4d} {verdict.line()}  [{draw.described}]", file=sys.stderr, flush=True)
            if options.only:
                print("\n".join([json.dumps(draw.parameters), *verdict.details()]))
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)
    if not options.only:
        keep(rows, options.seed, pyradiomics.versions)


def keep(rows: list[dict[str, Any]], seed: int, theirs: dict[str, Any]) -> None:
    """Write the result, one line for each draw."""
    head = {"seed": seed, "versions": {"ours": versions(), "theirs": theirs}, "summary": summary(rows)}
    lines = ",\n".join(json.dumps(row, sort_keys=True) for row in rows)
    text = json.dumps(head, indent=1)[:-2] + f',\n "draws": [\n{lines}\n ]\n}}\n'
    (HERE / "results" / "random_draws.json").write_text(text, encoding="utf-8")
    print(json.dumps(head["summary"], indent=1))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Count draws and values by verdict, and find the worst value."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    compared = [row for row in rows if row["values"]]
    worst = max(compared, key=lambda row: row["worst_relative"], default=None)
    return {
        "draws": len(rows),
        "verdicts": dict(sorted(counts.items())),
        "values_compared": sum(row["values"] for row in rows),
        "values_that_differ": sum(row["differing"] for row in rows),
        "worst": worst and {key: worst[key] for key in ("draw", "worst_relative", "worst_feature")},
    }


if __name__ == "__main__":
    main()
