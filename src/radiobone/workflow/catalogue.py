"""What can be asked for by name: keys of a study file, steps, models, presets and keys of the settings."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import yaml

from radiobone.core.errors import BadConfig
from radiobone.core.settings import Settings
from radiobone.evaluation import spec
from radiobone.features.ibsi.configurations import CONFIGURATIONS
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.features.presets import PRESET_OF_MODALITY, PRESETS
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.filters.registry import AnyFilter
from radiobone.imaging.perturb.plan import PRESETS as PERTURBATION_PRESETS
from radiobone.imaging.perturb.registry import PERTURBATIONS
from radiobone.models.registry import MODELS
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.workflow.study_file import Study

COMMON_KEYS = {"kind", "discretisation"}  # of every filter
HIDDEN = {"random_state", "n_jobs"}  # seeds and processes are the pipeline's
NAME_WIDTH = 18


def study_lines() -> list[str]:
    """Every key of a study file, with its default and what it means."""
    lines = []
    for name, field in Study.model_fields.items():
        given = "" if field.is_required() or not field.default else f" Default: {field.default}."
        lines.append(_row(name, f"{field.description}{' Needed.' if field.is_required() else given}"))
    return lines


def step_lines() -> list[str]:
    """Every step of a pipeline, in one line, with its parameters."""
    return ["Steps:", *map(_step, STEPS.items()), "", "Resampling (training rows only):"] + [
        _step(item) for item in RESAMPLERS.items()
    ]


def model_lines() -> list[str]:
    """Every model, with the grid that is searched unless a pipeline gives its own."""
    lines = ["Models, and the values that are tried unless the pipeline names its own:"]
    for name, family in MODELS.items():
        space = "; ".join(f"{key}: {list(values)}" for key, values in family.space.items())
        lines.append(_row(name, f"{family.title}. {space}"))
    return lines


def setting_lines() -> list[str]:
    """Presets of extraction, the keys of a settings file, and the filters."""
    lines = ["Presets (`radiobone recipes NAME` prints one, to start a settings file from):"]
    lines += [_row(name, _purpose(name)) for name in PRESETS if name != "default"]
    lines += ["", "Keys of a settings file:"]
    documented = _attributes(ExtractionSettings)
    lines += [_row(name, documented.get(name, "")) for name in ExtractionSettings.model_fields]
    lines += ["", "Filters, for the key 'images':"]
    lines += [_row(kind.__name__, f"{_first_line(kind)}{_keys(kind)}") for kind in _filters()]
    lines += [
        "",
        "Keys of a settings file that begins with 'definitions: ibsi' (IBSI's definitions and names):",
    ]
    documented = _attributes(IbsiSettings)
    lines += [_row(name, documented.get(name, "")) for name in IbsiSettings.model_fields]
    lines += [
        "",
        "Perturbations, for extract --perturb (`radiobone recipes light` prints a file to start from):",
    ]
    return lines + [_row(name, _first_line(kind)) for name, kind in PERTURBATIONS.items()]


def _purpose(preset: str) -> str:
    kinds = [kind for kind, name in PRESET_OF_MODALITY.items() if name == preset]
    if kinds:
        return f"for --modality {' and '.join(kinds)}"
    letter = preset.removeprefix("ibsi-").upper()
    if letter in CONFIGURATIONS:
        return f"configuration {letter} of IBSI's reference values"
    return "CT by IBSI's definitions, under IBSI's names"


def recipe_lines() -> list[str]:
    """Every pipeline that comes with radiobone, and where the rest is listed."""
    lines = [f"{name:<24} {pipeline.title}" for name, pipeline in spec.list_pipelines().items()]
    return [
        *lines,
        "",
        "Parts to build one's own from: --steps, --models; settings of extraction: --settings",
    ]


def text_of(name: str) -> str:
    """Return a pipeline, or a preset of extraction, as YAML to start one's own from.

    Raises
    ------
    BadConfig
        If there is none of that name.
    """
    if name in spec.list_pipelines():
        return spec.pipeline_text(name)
    if name in PRESETS:
        content = PRESETS[name].model_dump(mode="json", exclude_none=True)
        return f"# Settings of extraction: radiobone extract MANIFEST -o DIR --settings FILE\n{_as_yaml(content)}"
    if name in PERTURBATION_PRESETS:
        content = PERTURBATION_PRESETS[name].model_dump(mode="json", exclude_none=True)
        return f"# Perturbed repeats: radiobone extract MANIFEST -o DIR --perturb FILE\n{_as_yaml(content)}"
    presets = [preset for preset in PRESETS if preset != "default"]
    raise BadConfig(
        f"No recipe '{name}'. Pipelines: {', '.join(spec.list_pipelines())}. Presets of extraction: {', '.join(presets)}. "
        f"Perturbed repeats: {', '.join(PERTURBATION_PRESETS)}."
    )


def _as_yaml(content: Any) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=110))


def _row(name: str, text: str) -> str:
    return f"  {name:<{NAME_WIDTH}} {text}".rstrip()


def _step(item: tuple[str, Any]) -> str:
    name, kind = item
    parameters = inspect.signature(kind).parameters.values()
    shown = ", ".join(f"{one.name}: {one.default}" for one in parameters if one.name not in HIDDEN)
    return _row(name, _first_line(kind) + (f" ({shown})" if shown else ""))


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").splitlines()[0]


def _filters() -> tuple[type[Settings], ...]:
    union, *_ = get_args(AnyFilter)
    return tuple(get_args(union))


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
