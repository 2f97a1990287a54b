"""What can be asked for by name: keys of a study file, steps, models, presets and keys of the settings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import yaml

from radiobone.core.errors import BadConfig
from radiobone.core.settings import Settings
from radiobone.evaluation import spec
from radiobone.features.ibsi.configurations import CONFIGURATIONS
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.features.presets import PRESET_OF_MODALITY, PRESETS
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.contrast import Clahe
from radiobone.imaging.denoise import NonLocalMeans
from radiobone.imaging.filters.registry import AnyFilter
from radiobone.imaging.perturb.plan import PRESETS as PERTURBATION_PRESETS
from radiobone.imaging.perturb.registry import PERTURBATIONS
from radiobone.imaging.segment import AnySegmentation
from radiobone.models.family import ModelFamily
from radiobone.models.registry import MODELS, NUMBER_MODELS, ORDINAL_MODELS
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.workflow.recipes.catalogue import (
    is_recipe,
    load_recipe,
    pipeline_of,
    recipe_names,
    recipe_text,
)
from radiobone.workflow.study_file import Study

COMMON_KEYS = {"kind", "discretisation"}  # of every filter
HIDDEN = {"random_state", "n_jobs"}  # seeds and processes are the pipeline's


def study_lines() -> list[str]:
    """Every key of a study file, with its default and what it means."""
    texts = {}
    for name, field in Study.model_fields.items():
        given = "" if field.is_required() or not field.default else f" Default: {field.default}."
        texts[name] = f"{field.description}{' Needed.' if field.is_required() else given}"
    return _rows(texts)


def step_lines() -> list[str]:
    """Every step of a pipeline, in one line, with its parameters."""
    return [
        *_block("Steps", {name: _step(kind) for name, kind in STEPS.items()}),
        "",
        *_block("Resampling (training rows only)", {name: _step(kind) for name, kind in RESAMPLERS.items()}),
    ]


def model_lines() -> list[str]:
    """Every model, with the grid that is searched unless a pipeline gives its own."""
    tried = "and the values that are tried unless the pipeline names its own"
    return [
        *_block(f"Models, {tried}", _spaces(MODELS)),
        "",
        *_block(f"Models for task: ordinal, {tried}", _spaces(ORDINAL_MODELS)),
        "",
        *_block(f"Models for task: number, {tried}", _spaces(NUMBER_MODELS)),
    ]


def _spaces(models: Mapping[str, ModelFamily]) -> dict[str, str]:
    texts = {}
    for name, family in models.items():
        space = "; ".join(f"{key}: {list(values)}" for key, values in family.space.items())
        texts[name] = f"{family.title}. {space}"
    return texts


def setting_lines() -> list[str]:
    """Presets of extraction, the keys of a settings file, the filters, and perturbed repeats."""
    blocks = (
        _presets(),
        _block("Keys of a settings file", _documented(ExtractionSettings)),
        _block(
            "Filters, for the key 'images'",
            {kind.__name__: f"{_first_line(kind)}{_keys(kind)}" for kind in _filters()},
        ),
        _block(
            "Preparation of radiographs, for the keys 'denoising', 'contrast' and 'segmentation' (kind: otsu, kmeans or fcm, in "
            "volumes too)",
            {name: f"{_first_line(kind)}{_keys(kind)}" for name, kind in _preparations().items()},
        ),
        _block(
            "Keys of a settings file that begins with 'definitions: ibsi' (IBSI's definitions and names)",
            _documented(IbsiSettings),
        ),
        _block(
            "Perturbations, for extract --perturb FILE",
            {name: f"{_first_line(kind)}{_keys(kind)}" for name, kind in PERTURBATIONS.items()},
        ),
        _perturbation_presets(),
    )
    return _parted(blocks)


def _presets() -> list[str]:
    texts = {name: _purpose(name) for name in PRESETS if name != "default"}
    return _block("Presets of extraction, for extract --settings", texts)


def _perturbation_presets() -> list[str]:
    texts = {name: plan.in_words for name, plan in PERTURBATION_PRESETS.items()}
    return _block("Presets of perturbed repeats, for extract --perturb", texts)


def _purpose(preset: str) -> str:
    kinds = [kind for kind, name in PRESET_OF_MODALITY.items() if name == preset]
    if kinds:
        return f"for --modality {' and '.join(kinds)}"
    if preset == "radiograph-texture":
        return "the preset radiograph, with local binary patterns, Gabor, Laws and wavelet energies, variogram and clusters of grey"
    letter = preset.removeprefix("ibsi-").upper()
    if letter in CONFIGURATIONS:
        return f"configuration {letter} of IBSI's reference values"
    return "CT by IBSI's definitions, under IBSI's names"


def recipe_lines() -> list[str]:
    """Everything that ``text_of`` prints, and where the rest is listed."""
    pipelines = {name: pipeline.title for name, pipeline in spec.list_pipelines().items()}
    blocks = (
        _block("Pipelines, for evaluate --pipeline", pipelines),
        _block(
            "Published studies as recipes, for evaluate --pipeline NAME or NAME:ARM",
            {name: load_recipe(name).title for name in recipe_names()},
        ),
        _presets(),
        _perturbation_presets(),
    )
    return [
        *_parted(blocks),
        "",
        "`radiobone recipes NAME` prints one, to start one's own file from; with --run, that of a study runs on a synthetic "
        "table of its shape, with --images on synthetic images. What can go into them: --steps and --models (pipelines), --settings (extraction and repeats).",
    ]


def text_of(name: str) -> str:
    """Return a pipeline, the recipe of a study, or a preset of extraction, as YAML to start one's own from.

    The recipe of a study is shown whole; ``NAME:ARM`` gives the pipeline of one of its analyses.

    Raises
    ------
    BadConfig
        If there is none of that name.
    """
    if name in spec.list_pipelines():
        return spec.pipeline_text(name)
    if name in recipe_names():
        return recipe_text(name)
    if ":" in name and is_recipe(name):
        return f"# A pipeline: radiobone evaluate TABLE --target COLUMN --pipeline FILE -o DIR\n{_as_yaml(pipeline_of(name))}"
    if name in PRESETS:
        content = PRESETS[name].model_dump(mode="json", exclude_none=True)
        return f"# Settings of extraction: radiobone extract MANIFEST -o DIR --settings FILE\n{_as_yaml(content)}"
    if name in PERTURBATION_PRESETS:
        content = PERTURBATION_PRESETS[name].model_dump(mode="json", exclude_none=True)
        return f"# Perturbed repeats: radiobone extract MANIFEST -o DIR --perturb FILE\n{_as_yaml(content)}"
    presets = [preset for preset in PRESETS if preset != "default"]
    raise BadConfig(
        f"No recipe '{name}'. Pipelines: {', '.join(spec.list_pipelines())}. Published studies: {', '.join(recipe_names())}. "
        f"Presets of extraction: {', '.join(presets)}. "
        f"Perturbed repeats: {', '.join(PERTURBATION_PRESETS)}."
    )


def _as_yaml(content: Any) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=110))


def _block(title: str, texts: Mapping[str, str]) -> list[str]:
    return [f"{title}:", *_rows(texts)]


def _rows(texts: Mapping[str, str]) -> list[str]:
    """Return a line for each name, with the texts in one column."""
    width = max(map(len, texts))
    return [f"  {name:<{width}}  {text}".rstrip() for name, text in texts.items()]


def _parted(blocks: Sequence[Sequence[str]]) -> list[str]:
    """Put blocks under each other with an empty line between them."""
    return [line for block in blocks for line in ("", *block)][1:]


def _step(kind: Any) -> str:
    parameters = inspect.signature(kind).parameters.values()
    shown = ", ".join(f"{one.name}: {one.default}" for one in parameters if one.name not in HIDDEN)
    return _first_line(kind) + (f" ({shown})" if shown else "")


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").splitlines()[0]


def _filters() -> tuple[type[Settings], ...]:
    union, *_ = get_args(AnyFilter)
    return tuple(get_args(union))


def _preparations() -> dict[str, type[Settings]]:
    """Return what prepares a radiograph, by its key in a settings file or, of segmentation, by its kind."""
    union, *_ = get_args(AnySegmentation)
    kinds = {str(kind.model_fields["kind"].default): kind for kind in get_args(union)}
    return {"denoising": NonLocalMeans, "contrast": Clahe, **kinds}


def _keys(kind: type[Settings]) -> str:
    """Return the keys of a filter alone, with their defaults."""
    shown = [
        name if field.is_required() or field.default is None else f"{name}: {_plain(field.default)}"
        for name, field in kind.model_fields.items()
        if name not in COMMON_KEYS
    ]
    return f" ({', '.join(shown)})" if shown else ""


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _documented(kind: type[Settings]) -> dict[str, str]:
    """Return what the docstring of settings says of each of their keys."""
    documented = _attributes(kind)
    return {name: documented.get(name, "") for name in kind.model_fields}


def _attributes(kind: type) -> dict[str, str]:
    """Read what a class's docstring says of its attributes."""
    found: dict[str, str] = {}
    name = ""
    for line in (inspect.getdoc(kind) or "").partition("Attributes\n")[2].splitlines()[1:]:
        if line[:1].strip():
            name = line.partition(" :")[0]
            found[name] = ""
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
