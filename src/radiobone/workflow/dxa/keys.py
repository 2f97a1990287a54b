"""What decides the numbers of a DXA image: a result is kept only while none of it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from radiobone.core.errors import RadioboneError
from radiobone.core.files import content_digest, file_digest
from radiobone.core.provenance import code_digest, package_version
from radiobone.io.case import Case, check_case_files
from radiobone.io.images import files_read
from radiobone.workflow.dxa.images import has_mask
from radiobone.workflow.dxa.plan import Forest
from radiobone.workflow.dxa.settings import DxaSettings

CODE = ("core", "io", "imaging", "features/areal_bmd.py", "workflow/dxa")
PACKAGES = ("radiobone", "numpy", "scipy", "scikit-learn", "SimpleITK", "PyWavelets", "pydicom", "pillow")


@dataclass(frozen=True)
class Digests:
    """SHA-256 of an image and of its mask; None of a mask that is not named."""

    image: str
    mask: str | None


def digests_of(case: Case) -> Digests | None:
    """Return the digests of a case's files; None if one cannot be read (the case will fail by name)."""
    try:
        check_case_files(case, ("image", "mask") if has_mask(case) else ("image",))
        return Digests(_digest(case.image), _digest(case.mask) if has_mask(case) else None)
    except (OSError, ValueError, RadioboneError):
        return None


def _digest(path: Any) -> str:
    return str(content_digest([file_digest(file) for file in files_read(path)]))


def forest_key(
    forest: Forest, cases: Sequence[Case], digests: Mapping[int, Digests], settings: DxaSettings, seed: int
) -> str:
    """Digest of all that a forest learns from, and of how."""
    learned = [
        [one.image, one.mask, cases[place].label, cases[place].roi]
        for place, one in ((place, digests[place]) for place in forest.training)
    ]
    asked = {
        "learned": sorted(learned, key=str),
        "settings": settings.model_dump(mode="json"),
        "seed": seed,
        "versions": {name: package_version(name) for name in PACKAGES},
        "code": code_digest(CODE),
    }
    return str(content_digest(asked))


def case_key(case: Case, digests: Digests, forest: str) -> str:
    """Digest of an image, its mask and the forest that labels it."""
    return str(content_digest([digests.image, digests.mask, case.label, case.roi, case.case_id, forest]))
