"""Which repeats of every region are made: by name, by number, or from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, field_validator

from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings, read_yaml, validate
from radiobone.imaging.perturb.base import Between
from radiobone.imaging.perturb.contour import Contour
from radiobone.imaging.perturb.grow import Grow
from radiobone.imaging.perturb.noise import Noise
from radiobone.imaging.perturb.registry import AnyPerturbation
from radiobone.imaging.perturb.rotate import Rotate
from radiobone.imaging.perturb.shift import Shift

MOST_REPEATS = 1000


class Chain(Settings):
    """Perturbations that are done together, and how often.

    Attributes
    ----------
    steps : tuple of perturbations
        Each kind once. A number is the same in every repeat; ``{low: …, high: …}`` is drawn anew.
    repeats : int
        Number of repeats of each region.
    """

    steps: tuple[AnyPerturbation, ...] = Field(min_length=1)
    repeats: int = Field(default=1, ge=1, le=MOST_REPEATS)

    @field_validator("steps")
    @classmethod
    def _each_once(cls, steps: tuple[AnyPerturbation, ...]) -> tuple[AnyPerturbation, ...]:
        kinds = [step.kind for step in steps]
        twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if twice:
            raise ValueError(f"'{twice[0]}' is listed twice; give it another chain, or one range of values")
        return steps


class Perturbations(Settings):
    """All repeats of every region.

    Attributes
    ----------
    chains : tuple of Chain
        Their repeats are numbered on, from 1.
    seed : int
        With patient, region and the repeat's number it decides every draw.
    """

    chains: tuple[Chain, ...] = Field(min_length=1)
    seed: int = Field(default=0, ge=0)

    @property
    def n_repeats(self) -> int:
        """Repeats of each region."""
        return sum(chain.repeats for chain in self.chains)

    @property
    def in_words(self) -> str:
        """How many repeats have which steps.

        Examples
        --------
        >>> PRESETS["light"].in_words
        '5 × noise, rotate, shift, grow, contour'
        """
        return "; ".join(
            f"{chain.repeats} × {', '.join(step.kind for step in chain.steps)}" for chain in self.chains
        )

    def numbered(self) -> Iterator[tuple[int, Chain]]:
        """Yield each repeat's number, from 1, and its chain."""
        chains = (chain for chain in self.chains for _ in range(chain.repeats))
        yield from enumerate(chains, start=1)


_ANY_WAY = Between(low=-0.5, high=0.5)
LIGHT = (
    Noise(),
    Rotate(angle_deg=Between(low=-5.0, high=5.0)),
    Shift(voxels_xyz=(_ANY_WAY, _ANY_WAY, _ANY_WAY)),
    Grow(fraction=Between(low=-0.1, high=0.1)),
    Contour(),
)
NTVC = (
    Noise(),
    Shift(voxels_xyz=(_ANY_WAY, _ANY_WAY, _ANY_WAY)),
    Grow(fraction=Between(low=-0.2, high=0.2)),
    Contour(),
)
PRESETS: Mapping[str, Perturbations] = MappingProxyType(
    {
        "light": Perturbations(chains=(Chain(steps=LIGHT, repeats=5),)),
        "zwanenburg": Perturbations(chains=(Chain(steps=NTVC, repeats=30),)),
    }
)
PlanSource = str | int | Path | Mapping[str, Any] | Perturbations


def load_plan(source: PlanSource) -> Perturbations:
    """Read which repeats are wanted.

    Parameters
    ----------
    source : str, int, Path, mapping or Perturbations
        A number N (N repeats as ``light`` has them), a preset's name, a YAML file, or its content.

    Raises
    ------
    BadConfig, BadSetting, FileMissing
    """
    if isinstance(source, Perturbations):
        return source
    if isinstance(source, Mapping):
        return validate(Perturbations, dict(source), source="perturbations")
    text = str(source)
    if text in PRESETS:
        return PRESETS[text]
    if text.lstrip("+-").isdigit():
        return _light(int(text))
    path = Path(source) if isinstance(source, (str, Path)) else Path(text)
    if path.suffix == "" and not path.exists():
        raise BadSetting(
            f"No perturbations are called {text!r}. Use {', '.join(PRESETS)}, a number of repeats such as 10, or "
            "the path of a YAML file."
        )
    return validate(Perturbations, read_yaml(path), source=path.name)


def _light(n_repeats: int) -> Perturbations:
    if not 1 <= n_repeats <= MOST_REPEATS:
        raise BadSetting(
            f"{n_repeats} repeats of each region cannot be made. Use a number from 1 to {MOST_REPEATS}; 5 to 30 "
            "are usual."
        )
    return Perturbations(chains=(Chain(steps=LIGHT, repeats=n_repeats),))
