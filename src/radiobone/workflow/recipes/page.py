"""The page of all recipes: what each study did, reported and leaked, and the last figures on its synthetic cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from radiobone.core.files import content_digest
from radiobone.testing.studies.images.registry import IMAGE_STUDIES
from radiobone.testing.studies.registry import STUDIES
from radiobone.workflow.recipes.catalogue import load_recipe
from radiobone.workflow.recipes.dxa_images import ABOUT as DXA_IMAGES
from radiobone.workflow.recipes.dxa_images import N_OF_STUDY
from radiobone.workflow.recipes.figures import ArmFigures
from radiobone.workflow.recipes.glance import glance_table, glances
from radiobone.workflow.recipes.schema import Recipe
from radiobone.workflow.recipes.words import LEAKS, NOTICE, besides, best, honest, shown

HEAD = """\
# Published studies as recipes

Made by `python benchmarks/recipes.py` from the recipes in `src/radiobone/recipes` and their last runs
(`benchmarks/results/recipes.json`); do not edit it by hand.

{notice}

No methods section was read. Every setting of a recipe is marked `reported`, with its source, or `stand-in`, with the
reason. A source is the study's own abstract, or a review of the field that tells of the study (arXiv 2510.00061); what of each
study was read stands with it, and `not told` means in what was read. The figures reported are of the same sources. The honest figure is nested cross-validation. The leaky twin does on the same folds what leaks:
{leaks}. The ceiling is the best that any reader of the columns could reach in patients without end, and behind it stands where
the AUC of that reader falls in a cohort of this size, 19 times of 20. For a number the score is R².

`radiobone recipes NAME` prints a recipe, `radiobone recipes NAME --run` does what is shown here (with `--table TABLE`, on a table of
your own whose columns are named likewise, every analysis at once),
`radiobone evaluate TABLE --target COLUMN --pipeline NAME` (or `NAME:ARM`) takes it to a table of your own, and in a study file
`settings: NAME` measures images as it says. Where the study began with images, `radiobone recipes NAME --images -o FOLDER` makes
synthetic ones (`--patients`: how many) with masks, manifest and study file, and `radiobone run FOLDER/study.yaml -o RESULT` measures,
evaluates and reports them; with `--run` the first command does both. The other arms are in `FOLDER/arms`, or `radiobone evaluate
RESULT/features --pipeline NAME:ARM` (`RESULT/features/wide` where regions become columns of one row).
"""

GLANCE = """\
## All at a glance

Of each study the first analysis whose score is an AUC; of its leaky twins the one that flatters most. Where the study told
another measure, its column is empty.

![AUC of every recipe on its synthetic cohort: honest, leaky, the ceiling, and what the study reported](images/studies.svg)
"""

NOT_RUN = "No figures are kept of it yet: `radiobone recipes {name} --run` makes them."


def recipe_digest(name: str) -> str:
    """Return a digest of the arms of a recipe and of the design of its cohort: figures of another are out of date.

    What is told of the study, and the settings of its images, change no figure.
    """
    arms = [
        arm.model_dump(mode="json", exclude={"about", "explain"}) for arm in load_recipe(name).arms.values()
    ]
    return str(content_digest([arms, repr(STUDIES[name])]))


def studies_page(recipes: Mapping[str, Recipe], results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown.

    Parameters
    ----------
    recipes : mapping of str to Recipe
    results : mapping of str to mapping
        Figures of the arms of each recipe, as ``benchmarks/results/recipes.json`` has them.
    """
    seen = glances(recipes, results)
    lines = [HEAD.format(notice=NOTICE, leaks="; ".join(LEAKS.values())), GLANCE, *glance_table(seen), ""]
    for name, recipe in recipes.items():
        lines += [*_study(name, recipe, results.get(name)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _study(name: str, recipe: Recipe, result: Mapping[str, Any] | None) -> Iterator[str]:
    yield f'<a id="{name}"></a>'
    yield ""
    yield f"## `{name}`: {recipe.title}"
    yield ""
    where = (
        f"No DOI: {recipe.no_doi}"
        if recipe.doi is None
        else f"[doi {recipe.doi}](https://doi.org/{recipe.doi})"
    )
    yield f"{recipe.citation.strip()} {where}"
    yield ""
    for label, text in _facts(name, recipe):
        yield f"- **{label}:** {text.strip()}"
    yield ""
    yield from _figures(recipe, result) if result is not None else (NOT_RUN.format(name=name),)
    yield ""
    yield from _marks(recipe)


def _facts(name: str, recipe: Recipe) -> Iterator[tuple[str, str]]:
    yield "Population", f"{recipe.population}. {recipe.modality}; {recipe.region}"
    yield "Target", recipe.target
    yield "Measured", recipe.measured
    yield "What makes it what it is", recipe.distinctive
    yield "Read", recipe.read
    yield "Reported", "; ".join(f"{one.what}: {one.measure} {one.value}" for one in recipe.reported)
    yield "Where it leaked or was biased", recipe.leaked
    yield "Synthetic cohort", recipe.cohort
    if recipe.source == "images":
        yield "From images", _from_images(name, recipe)


def _from_images(name: str, recipe: Recipe) -> str:
    """Say how images are run, and what the synthetic ones show."""
    study = IMAGE_STUDIES.get(name)
    if recipe.dxa is not None:
        return (
            f"`radiobone recipes {name} --images -o FOLDER --run`, or your own by `dxa: {{recipe: {name}, calibration: …}}` in a study file, or "
            f"`radiobone dxa`. {DXA_IMAGES} `--patients {N_OF_STUDY}` makes as many as the study had."
        )
    key = "settings"
    own = f"your own by `{key}: {name}` in a study file"
    keys = {
        key: value
        for key, value in recipe.study_file.model_dump(exclude_defaults=True).items()
        if key != "features"
    }
    more = "".join(f", with `{key}: {_flow(value)}`" for key, value in keys.items())
    if study is None:
        return f"{own[0].upper()}{own[1:]}{more}"
    size = "" if recipe.n is None else f" `--patients {study.n_patients}` makes as many as the study had."
    return f"`radiobone recipes {name} --images -o FOLDER --run`, or {own}{more}. {study.about}{size}"


def _flow(content: Any) -> str:
    """Write settings as YAML on one line."""
    told = {key: value for key, value in content.items() if value is not None}
    return str(yaml.safe_dump(told, default_flow_style=True, sort_keys=False, width=10_000)).strip()


def _figures(recipe: Recipe, result: Mapping[str, Any]) -> Iterator[str]:
    yield "| arm | rows, columns | honest (95 % interval) | leaky twin | ceiling | the study reported |"
    yield "|---|---|---|---|---|---|"
    for entry in result["arms"]:
        arm = ArmFigures(**entry)
        told = "; ".join(f"{one.measure} {one.value}" for one in recipe.reported if one.arm == arm.arm)
        leaky = "; ".join(f"{shown(value)} ({LEAKS[kind]})" for kind, value in arm.leaky.items())
        size = f"{arm.n_rows}, {arm.n_features}"
        yield f"| `{arm.arm}`: {recipe.arms[arm.arm].about} | {size} | {honest(arm)} | {leaky or '–'} | {best(arm)} | {told or '–'} |"
    yield from _besides(result)


def _besides(result: Mapping[str, Any]) -> Iterator[str]:
    said = [
        f"- `{entry['arm']}`: {told}" for entry in result["arms"] for told in besides(ArmFigures(**entry))
    ]
    yield from ("", *said) if said else ()


def _marks(recipe: Recipe) -> Iterator[str]:
    """Say how many settings are reported, and list them all out of the way."""
    paths = list(recipe.settings())
    marks = [(path, mark) for path in paths if (mark := recipe.mark_of(path)) is not None]
    n_reported = sum(mark.kind == "reported" for _, mark in marks)
    yield f"<details><summary>{len(paths)} settings: {n_reported} reported, {len(paths) - n_reported} stand-ins</summary>"
    yield ""
    yield "| setting | mark | source, or why |"
    yield "|---|---|---|"
    for pattern, mark in recipe.marks.items():
        yield f"| `{pattern}` | {mark.kind} | {mark.note} |"
    yield ""
    yield "</details>"
