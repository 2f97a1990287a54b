"""What an extraction is asked to do, read and checked before any image is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from radiobone.core.errors import BadSetting
from radiobone.features.definitions import AnySettings, by_pyradiomics, names_of
from radiobone.imaging.perturb.plan import Perturbations, PlanSource, load_plan
from radiobone.io.manifest import Manifest, read_manifest
from radiobone.io.manifest_paths import check_paths
from radiobone.workflow.case_runner import Outcome
from radiobone.workflow.choice import Choice, SettingsSource, choose, resolve_settings


def planned(
    manifest: str | Path,
    settings: SettingsSource,
    modality: str | None,
    root: str | Path | None,
    target: str | None,
    engine: str | None,
) -> tuple[Manifest, Choice]:
    """Read the manifest, check once what all cases share, and decide the settings."""
    resolve_settings(settings, modality, engine)
    below = None if root is None else Path(root)
    listed = read_manifest(Path(manifest), root=below, target=target, shared_images=True)
    check_paths(listed)
    return listed, choose(settings, modality, listed.cases, engine)


def repeats_planned(perturb: PlanSource | None, choice: Choice) -> Perturbations | None:
    """Read which repeats are wanted; settings that cannot be perturbed are refused before any work."""
    if perturb is None:
        return None
    if by_pyradiomics(choice.settings, "perturbed repeats").measures_bone:
        raise BadSetting(
            "Perturbed repeats are measured on the resampled grid, and the family bone on the voxels that were scanned. Leave one of "
            "the two out."
        )
    return load_plan(perturb)


def names_of_all(outcomes: Sequence[Outcome], settings: AnySettings) -> tuple[str, ...]:
    """Names that settings give for the kinds of images (volumes, single 2D images) that were read."""
    kinds = dict.fromkeys(one.is_2d for one in outcomes if one.status in ("done", "ready"))
    names = (name for is_2d in sorted(kinds) for name in names_of(settings, is_2d=is_2d))
    return tuple(dict.fromkeys(names))
