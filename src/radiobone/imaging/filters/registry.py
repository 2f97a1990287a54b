"""The filters by name. To add one: write its file, and add its class to ``AnyFilter``."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.exponential import Exponential
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.gradient import Gradient
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.lbp2d import LBP2D
from radiobone.imaging.filters.lbp3d import LBP3D
from radiobone.imaging.filters.log import LoG
from radiobone.imaging.filters.logarithm import Logarithm
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.imaging.filters.square import Square
from radiobone.imaging.filters.squareroot import SquareRoot
from radiobone.imaging.filters.wavelet import Wavelet

AnyFilter = Annotated[
    Original
    | Wavelet
    | LoG
    | Square
    | SquareRoot
    | Logarithm
    | Exponential
    | Gradient
    | LBP2D
    | LBP3D
    | Mean
    | LaplacianOfGaussian
    | Laws
    | Gabor
    | SeparableWavelet
    | Simoncelli,
    Field(discriminator="kind"),
]

FILTERS: dict[str, type[ImageFilter]] = {
    kind.model_fields["kind"].default: kind for kind in get_args(get_args(AnyFilter)[0])
}
