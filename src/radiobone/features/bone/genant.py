"""Genant's grade of a vertebral fracture, from heights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MILD, MODERATE, SEVERE = 0.20, 0.25, 0.40
"""Loss of height from which a deformity is mild (grade 1) and moderate (2), and beyond which it is severe (3)."""

SOURCE = (
    "Genant et al. 1993, doi 10.1002/jbmr.5650080915; loss against the neighbours after Eastell et al. 1991"
)


@dataclass(frozen=True)
class Deformity:
    """How much height a vertebra has lost, and where.

    Attributes
    ----------
    grade : int
        0 none, 1 mild (20 to 25 %), 2 moderate (25 to 40 %), 3 severe (more).
    kind : str
        ``wedge``, ``biconcave`` or ``crush``, whichever loss is the largest; empty for grade 0.
    loss : float
        The largest loss of height as a share.
    crush_ratio : float or None
        Posterior height over that of the higher neighbour; None if neither neighbour was measured.
    """

    grade: int
    kind: str
    loss: float
    crush_ratio: float | None


def grade_of(loss: float) -> int:
    """Genant's grade of a loss of height, given as a share."""
    return int(loss >= MILD) + int(loss >= MODERATE) + int(loss > SEVERE)


def deformity(heights: Mapping[str, float], neighbours: Sequence[Mapping[str, float]] = ()) -> Deformity:
    """Grade a vertebra.

    Wedge: the anterior against the posterior height; biconcave: the middle against the posterior; crush: the
    posterior, and the anterior, against those of a neighbour. A vertebra that is lower behind than in front, as L5
    normally is, has no deformity for that.

    Parameters
    ----------
    heights : mapping
        What the measurement ``heights`` gives.
    neighbours : sequence of mapping
        Likewise of the vertebrae directly above and below, as far as they were measured.
    """
    anterior, middle, posterior = (
        heights[f"height_{name}_mm"] for name in ("anterior", "middle", "posterior")
    )
    losses = {"wedge": 1 - anterior / posterior, "biconcave": 1 - middle / posterior}
    crush_ratio = None
    if neighbours:
        crush_ratio = posterior / max(one["height_posterior_mm"] for one in neighbours)
        in_front = anterior / max(one["height_anterior_mm"] for one in neighbours)
        losses["crush"] = 1 - max(crush_ratio, in_front)  # a crush lowers the whole body
    kind = max(losses, key=lambda name: losses[name])
    loss = max(losses[kind], 0.0)
    grade = grade_of(loss)
    return Deformity(grade, kind if grade else "", loss, crush_ratio)
