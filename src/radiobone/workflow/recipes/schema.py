"""What a recipe is: a published study's analysis as settings, each marked as reported or as a stand-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from radiobone.core.settings import Settings, validate
from radiobone.evaluation.search_space import spaces
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.threshold import FixedThreshold
from radiobone.features.presets import PRESETS
from radiobone.imaging.perturb.plan import load_plan
from radiobone.workflow.dxa.settings import DxaSettings
from radiobone.workflow.wide import Wide

Leak = Literal["steps", "patients", "winner", "threshold"]
LISTS = ("steps", "models")  # of a pipeline: parts with a name and parameters
DOI = r"^10\.\d{4,9}/\S+$"


class Mark(Settings):
    """Where a setting is from: the study, or, where nothing of it is known, our own choice."""

    kind: Literal["reported", "stand-in"]
    note: str = Field(min_length=3)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, content: Any) -> Any:
        """Accept ``{reported: abstract}`` and ``{stand-in: why}``."""
        if isinstance(content, Mapping) and len(content) == 1:
            ((kind, note),) = content.items()
            return {"kind": kind, "note": note}
        return content


class Reported(Settings):
    """One figure that the study reported."""

    what: str
    measure: str
    value: str | float
    arm: str | None = None


class Arm(Settings):
    """One analysis of a study.

    Attributes
    ----------
    about : str
        What it is, in a sentence.
    target : str
        Column of the label in the synthetic cohort.
    positive : str or None
        Its positive class; None for a number.
    columns : tuple of str
        Patterns of the feature columns.
    clinical : tuple of str
        Clinical columns that join them.
    where : mapping of str to str
        Rows that it looks at: those with this value in this column.
    unit : {"patient", "roi"}
        Whether the target belongs to the patient or to each region.
    leaky : tuple of {"steps", "patients", "winner", "threshold"}
        What the leaky twins do: fit every step on all rows before the folds, divide rows of one patient between training and
        test, choose model and settings on the test rows, or the threshold.
    explain : bool
        Whether a run computes SHAP values.
    pipeline : mapping
        Content of a pipeline file.
    """

    about: str
    target: str
    positive: str | None = "yes"
    columns: tuple[str, ...] = ()
    clinical: tuple[str, ...] = ()
    where: dict[str, str] = Field(default_factory=dict)
    unit: Literal["patient", "roi"] = "patient"
    leaky: tuple[Leak, ...] = ("steps",)
    explain: bool = False
    pipeline: dict[str, Any]

    @model_validator(mode="after")
    def _is_a_pipeline_that_can_leak_so(self) -> Arm:
        spec = validate(PipelineSpec, self.pipeline, source="pipeline")
        if "winner" in self.leaky and sum(space.size for space in spaces(spec)) < 2:
            raise ValueError("the leak 'winner' needs several models or settings to choose from")
        if "threshold" in self.leaky and isinstance(spec.threshold, FixedThreshold | None):
            raise ValueError(
                "the leak 'threshold' needs a task of two classes and a threshold that is chosen"
            )
        return self


class StudyKeys(Settings):
    """Keys of a study file that images need besides settings of extraction; see ``workflow.study_file.Study``.

    Attributes
    ----------
    wide : Wide or None
        Regions that become columns of one row.
    perturb : mapping or None
        Repeats of every region, for the step ``unstable``.
    features : tuple of str
        Patterns of the columns that are kept of those measured; empty keeps those of each arm.
    """

    wide: Wide | None = None
    perturb: dict[str, Any] | None = None
    features: tuple[str, ...] = ()

    @field_validator("perturb")
    @classmethod
    def _is_a_plan(cls, content: dict[str, Any] | None) -> dict[str, Any] | None:
        if content is not None:
            load_plan(content)
        return content


class Recipe(Settings):
    """A published study as settings. It is made after the study and reproduces none of its results.

    Attributes
    ----------
    title, citation : str
    doi : str or None
        Without the resolver; None where it is not known.
    no_doi : str
        Why there is none, and where the study is found; only where there is none.
    read : str
        What of the study itself was read; what else is reported is told by others.
    year : int
    n : int or None
        Patients; None where that is not told.
    population, modality, region, target, measured : str
        Of the study, in words.
    source : {"images", "table"}
        What the study began with.
    reported : tuple of Reported
    leaked : str
        Where the study leaked or was biased, or probably did.
    distinctive : str
        The step that makes it what it is.
    extraction : str, mapping or None
        Preset of extraction, or settings written out, where the study used images.
    dxa : mapping or None
        Settings of `radiobone dxa`, where the study labelled the pixels of DXA images.
    study_file : StudyKeys
        What else a study file says of the images.
    cohort : str
        What the synthetic cohort is.
    arms : mapping of str to Arm
        The first is the main one.
    marks : mapping of str to Mark
        By path of a setting, ``*`` standing for any part but the last: ``arms.*.steps.mrmr.n_features``.
    """

    title: str
    citation: str
    doi: str | None = Field(pattern=DOI)
    no_doi: str = ""
    read: str = Field(min_length=10)
    year: int
    population: str
    modality: str
    region: str
    target: str
    n: int | None
    measured: str
    source: Literal["images", "table"]
    reported: tuple[Reported, ...]
    leaked: str
    distinctive: str
    extraction: str | dict[str, Any] | None = None
    dxa: dict[str, Any] | None = None
    study_file: StudyKeys = StudyKeys()
    cohort: str
    arms: dict[str, Arm] = Field(min_length=1)
    marks: dict[str, Mark]

    @model_validator(mode="after")
    def _every_setting_has_its_mark(self) -> Recipe:
        paths = tuple(self.settings())
        bare = [path for path in paths if self.mark_of(path) is None]
        if bare:
            raise ValueError(f"no mark says where '{bare[0]}' is from; {len(bare)} settings have none")
        idle = [pattern for pattern in self.marks if not any(_fits(path, pattern) for path in paths)]
        if idle:
            raise ValueError(f"the mark '{idle[0]}' fits no setting")
        return self

    @model_validator(mode="after")
    def _has_a_doi_or_says_why_not(self) -> Recipe:
        if (self.doi is None) == (not self.no_doi):
            raise ValueError(
                "'no_doi' says why there is no DOI: it is needed where 'doi' is null, and only there"
            )
        return self

    @model_validator(mode="after")
    def _arms_are_known(self) -> Recipe:
        lost = [one.arm for one in self.reported if one.arm is not None and one.arm not in self.arms]
        if lost:
            raise ValueError(f"'{lost[0]}' is no arm; there are {', '.join(self.arms)}")
        return self

    @model_validator(mode="after")
    def _images_are_measured_somehow(self) -> Recipe:
        ways = (self.extraction is not None) + (self.dxa is not None)
        if ways != (self.source == "images"):
            raise ValueError("'extraction' (or 'dxa') is needed where the source is images, and only there")
        if isinstance(self.extraction, str) and self.extraction not in PRESETS:
            raise ValueError(f"'{self.extraction}' is no preset of extraction")
        return self

    @field_validator("dxa")
    @classmethod
    def _is_understood(cls, content: dict[str, Any] | None) -> dict[str, Any] | None:
        if content is not None:
            validate(DxaSettings, content, source="dxa")
        return content

    @property
    def main(self) -> str:
        """Name of the first arm."""
        return next(iter(self.arms))

    def settings(self) -> Iterator[str]:
        """Yield the path of every setting of the extraction and of every arm."""
        if self.extraction is not None:
            yield from _leaves("extraction", self.extraction)
        if self.dxa is not None:
            yield from _leaves("dxa", self.dxa)
        yield from _leaves("study_file", self.study_file.model_dump(exclude_defaults=True))
        for name, arm in self.arms.items():
            for part in ("target", "columns", "clinical", "where"):
                if getattr(arm, part):
                    yield f"arms.{name}.{part}"
            yield from _of_pipeline(f"arms.{name}.pipeline", arm.pipeline)

    def mark_of(self, path: str) -> Mark | None:
        """Return where a setting is from, by the longest pattern that fits its path."""
        fitting = [pattern for pattern in self.marks if _fits(path, pattern)]
        return self.marks[max(fitting, key=len)] if fitting else None


def _fits(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) and path.rpartition(".")[2] == pattern.rpartition(".")[2]


def _leaves(path: str, content: Any) -> Iterator[str]:
    if not isinstance(content, Mapping):
        yield path
        return
    for name, value in content.items():
        yield from _leaves(f"{path}.{name}", value)


def _of_pipeline(path: str, content: Mapping[str, Any]) -> Iterator[str]:
    for name, value in content.items():
        if name in LISTS:
            yield from _of_parts(f"{path}.{name}", value)
        elif name == "blocks":
            for block, inner in value.items():
                yield from _of_pipeline(f"{path}.blocks.{block}", inner)
        else:
            yield from _leaves(f"{path}.{name}", value)


def _of_parts(path: str, parts: Any) -> Iterator[str]:
    """Yield every step or model, whose being there is a setting too, and its parameters."""
    for part in parts:
        ((name, params),) = part.items() if isinstance(part, Mapping) else ((part, None),)
        yield f"{path}.{name}"
        for parameter in params or ():
            yield f"{path}.{name}.{parameter}"
