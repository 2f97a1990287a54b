"""The perturbations by name. To add one: write its file, and add its class to ``AnyPerturbation``."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from radiobone.imaging.perturb.base import Perturbation
from radiobone.imaging.perturb.contour import Contour
from radiobone.imaging.perturb.grow import Grow
from radiobone.imaging.perturb.noise import Noise
from radiobone.imaging.perturb.rotate import Rotate
from radiobone.imaging.perturb.shift import Shift

AnyPerturbation = Annotated[Noise | Rotate | Shift | Grow | Contour, Field(discriminator="kind")]

PERTURBATIONS: dict[str, type[Perturbation]] = {
    kind.model_fields["kind"].default: kind for kind in get_args(get_args(AnyPerturbation)[0])
}
