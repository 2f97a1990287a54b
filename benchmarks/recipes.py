"""Run recipes of published studies on their synthetic cohorts, keep the figures, and write docs/studies.md anew.

    python benchmarks/recipes.py [NAME ...] [--jobs 2] [--page]

Without names all recipes are run; with names the others keep their last figures. With --page nothing is run, and the page is
written from the last figures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import matplotlib

from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names
from radiobone.workflow.recipes.glance import draw_glance, glances
from radiobone.workflow.recipes.page import recipe_digest, studies_page
from radiobone.workflow.recipes.run import run_recipe

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results" / "recipes.json", ROOT / "docs" / "studies.md"
PICTURE = ROOT / "docs" / "images" / "studies.svg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*recipe_names(), []])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="run nothing, write the page")
    asked = parser.parse_args()
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name in () if asked.page else asked.names or recipe_names():
        with tempfile.TemporaryDirectory() as folder:
            run = run_recipe(name, Path(folder) / name, jobs=asked.jobs, show_progress=False)
        arms = [asdict(arm) for arm in run.arms]
        warned = sorted({warning.code for warning in run.warnings})
        kept[name] = {
            "digest": recipe_digest(name),
            "seconds": round(run.seconds, 1),
            "arms": arms,
            "warned": warned,
        }
        print(f"{name}: {run.seconds:.0f} s, {', '.join(warned) or 'no warnings'}", flush=True)
        for arm in run.arms:
            print("  ", arm, flush=True)
        RESULTS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")
    write_page(kept)


def write_page(kept: dict[str, Any]) -> None:
    """Write the page and its picture, the same bytes for the same figures."""
    recipes = {name: load_recipe(name) for name in recipe_names()}
    PAGE.write_text(studies_page(recipes, kept), encoding="utf-8")
    PICTURE.parent.mkdir(exist_ok=True)
    with matplotlib.rc_context({"svg.hashsalt": "recipes", "svg.fonttype": "none"}):
        draw_glance(glances(recipes, kept)).savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    main()
