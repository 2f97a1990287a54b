"""How blocks of columns are brought together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from radiobone.core.settings import Settings


class EarlyFusion(Settings):
    """One model of the columns of all blocks."""

    kind: Literal["early"] = "early"


class LateFusion(Settings):
    """A model per block; their probabilities are combined.

    ``mean`` takes the mean; ``stack`` weighs their log odds by a logistic regression, which learns from inner
    held-out rows of the training rows.
    """

    kind: Literal["late"] = "late"
    combine: Literal["mean", "stack"] = "mean"


PoolRule = Literal["mean", "median", "max", "min"]
PoolLabels = Literal["same", "any", "pooled", "skip"]


class Pooling(Settings):
    """How the probabilities (or predicted numbers) of a patient's rows become one.

    ``labels`` says what a patient is whose rows differ in the target: ``same`` refuses it, ``any`` counts the patient as
    positive (of ordered classes: as of the highest), ``pooled`` pools measured numbers by the same rule, ``skip`` leaves
    the level of patients out, with a warning.
    """

    rule: PoolRule = "mean"
    labels: PoolLabels = "same"


Fusion = Annotated[EarlyFusion | LateFusion, Field(discriminator="kind")]
