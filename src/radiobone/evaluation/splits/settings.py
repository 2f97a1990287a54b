"""How rows are divided into training and test rows, as frozen settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from radiobone.core.settings import Settings

Cut = datetime | date | int | float | str


class Folds(Settings):
    """Repeated stratified folds that keep patients whole."""

    folds: int = Field(default=5, ge=2, le=100)
    repeats: int = Field(default=1, ge=1, le=1000)


class KFold(Folds):
    """The same, as outer folds."""

    kind: Literal["kfold"] = "kfold"


class SiteFolds(Settings):
    """Each hospital or scanner is held out once."""

    kind: Literal["site"] = "site"


class TemporalFolds(Settings):
    """Learn from the earlier rows and test on the later, which ``cuts`` divides into as many parts."""

    kind: Literal["temporal"] = "temporal"
    cuts: int = Field(default=1, ge=1, le=100)
    test_share: float = Field(default=0.3, gt=0, lt=1)


class DatedFolds(Settings):
    """The same, with cuts at given dates or values: what lies on a cut is later."""

    kind: Literal["dated"] = "dated"
    cuts: tuple[Cut, ...] = Field(min_length=1)


class ExternalCohort(Settings):
    """Rows marked as the external cohort are the test rows of the only fold."""

    kind: Literal["external"] = "external"


def _short_forms(content: Any) -> Any:
    """Accept ``site`` for ``{kind: site}``, and ``{folds: 5, repeats: 2}`` without a kind."""
    if isinstance(content, str):
        return {"kind": content}
    if isinstance(content, Mapping) and "kind" not in content:
        return {"kind": "kfold", **content}
    return content


Outer = Annotated[
    Annotated[KFold | SiteFolds | TemporalFolds | DatedFolds | ExternalCohort, Field(discriminator="kind")],
    BeforeValidator(_short_forms),
]
