"""A saved model on new images, a manifest or a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import BadSetting, FeatureMismatch, SettingError, UntrustedModel
from radiobone.core.folder_kinds import FEATURE_FILES
from radiobone.core.pseudonymising import with_pseudonyms
from radiobone.core.run_record import extraction_record
from radiobone.core.tables import read_table
from radiobone.core.warnings import collected, warn
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.tell import warn_of_table
from radiobone.evaluation.blocks.resolve import joins_files, settle_blocks, with_fusion
from radiobone.evaluation.certainty import Zone, checked_zone
from radiobone.evaluation.final_model import Model, fit_model
from radiobone.evaluation.final_model import load_model as load_fitted
from radiobone.evaluation.result import Result
from radiobone.features.definitions import AnySettings
from radiobone.features.presets import load_settings
from radiobone.io.not_a_table import check_is_scorable
from radiobone.workflow.announce import described
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.clinical_values import clinical_values
from radiobone.workflow.extract import extract
from radiobone.workflow.feature_table import read_features
from radiobone.workflow.kind import as_trained
from radiobone.workflow.pipelines import PipelineSource, SearchSource, TaskSource, resolve_pipeline
from radiobone.workflow.repeats_beside import with_repeats_beside
from radiobone.workflow.rows_to_score import check_whose, sites_of
from radiobone.workflow.same_engine import check_folder, check_here
from radiobone.workflow.score_cases import check_row, score_cases
from radiobone.workflow.score_words import Scored
from radiobone.workflow.single import ImageLike, as_volume, extract_features
from radiobone.workflow.wide import wide_of, widened


class Scorer:
    """A model with the settings that its features were extracted with.

    Parameters
    ----------
    model : Model
        As ``load_model`` or ``fit`` give it.
    grey_zone : (low, high), optional
        Of two classes: probabilities between which no answer is wanted.

    Raises
    ------
    BadSetting
        If the grey zone is none.
    """

    def __init__(self, model: Model, grey_zone: Zone | None = None) -> None:
        self.model, self.grey_zone = model, checked_zone(model, grey_zone)
        self._engine_is_known = False

    def __repr__(self) -> str:
        return f"Scorer({self.model.in_brief()})"

    @property
    def settings(self) -> AnySettings:
        """Extraction settings of the training features.

        Raises
        ------
        FeatureMismatch
            If the model was fitted on a table from elsewhere, so that nobody knows them.
        """
        extraction = self.model.about["extraction"]
        if not extraction:
            raise FeatureMismatch(
                "This model was fitted on a table whose extraction settings are not known, so features of an "
                "image could differ from those it learned. Score a table made in the same way instead."
            )
        if "settings" not in extraction:
            raise FeatureMismatch(
                "This model learned from densities that `radiobone dxa` measured, with forests that are not part of it, so it cannot "
                "measure an image. Run `radiobone dxa` on the new images, with masks of some patients, and score that folder."
            )
        return load_settings(extraction["settings"])

    def score(
        self, image: ImageLike, mask: ImageLike, *, label: int | str | None = None, **clinical: Any
    ) -> pd.DataFrame:
        """Score one region of one image; ``clinical`` gives the clinical variables by name.

        Returns
        -------
        DataFrame of one row
            As ``Model.predict`` gives it.

        Raises
        ------
        FeatureMismatch
            If the image cannot have a feature that the model needs, or a clinical variable is not given.
        BadSetting
            If the image's header names another modality than that of the training images.

        Warns
        -----
        ModalityDoubtful, OutsideTrainingRange
            If the image is not of the kind that the model was trained on.
        """
        self.check_engine()
        settings, name = self.settings, Path(image).name if isinstance(image, (str, Path)) else "The image"
        with collected() as told:
            volume = as_trained(as_volume(image), name, self.model.about["extraction"]["modality"])
            features = extract_features(volume, mask, settings, label)
            row = pd.DataFrame([{**features, **clinical}])
            check_row(self.model, row, name, is_2d=volume.is_2d)
            scored = self._told(self.model.predict(row, grey_zone=self.grey_zone))
        for one in told:
            warn(one, stacklevel=2)
        return scored.assign(warnings=WARNING_SEPARATOR.join(f"{one.code}: {one}" for one in told))

    def score_table(self, path: str | Path, *, site: str | None = None) -> pd.DataFrame:
        """Score an extract folder, or a table with the model's feature columns.

        Parameters
        ----------
        path : path
        site : str, optional
            Column of hospital or scanner, for a model that corrects by it; the column of that name in training if not
            given.

        Raises
        ------
        SettingsMismatch
            If the folder's features were extracted with other settings than the model's.
        FeatureMismatch, MissingColumn
            If columns are missing.
        MissingId
            If a row does not say whose it is.

        Warns
        -----
        RepeatedId
            If a patient and region are in several rows.
        """
        self.check_settings(Path(path))
        columns = self.model.about["training"].get("columns") or {}
        table = with_pseudonyms(read_features(Path(path)), (columns.get("id"), columns.get("groups")))
        check_whose(self.model, table)
        scored = self._told(self.model.predict(table, sites_of(table, site), grey_zone=self.grey_zone))
        if not self.model.patients_in(table) and "row" not in scored:
            scored.insert(0, "row", range(1, len(scored) + 1))
        return scored

    def score_manifest(
        self,
        path: str | Path,
        *,
        jobs: int = 1,
        root: Path | None = None,
        show_progress: bool = True,
        site: str | None = None,
    ) -> pd.DataFrame:
        """Extract and score every case of a manifest; failed cases keep their row, code and message.

        ``site`` names the manifest's column of hospital or scanner, as for ``score_table``.
        """
        self.check_engine()
        settings = self.settings
        modality = self.model.about["extraction"]["modality"]
        sites_of(read_table(Path(path)), site)  # a wrong name is told before the work begins
        table = extract(
            path,
            settings=settings,
            modality=modality,
            root=root,
            target=self.model.about["target"],
            jobs=jobs,
            show_progress=show_progress,
        )
        wide = wide_of(self.model.about["extraction"])
        whole = table if wide is None else widened(table, wide)
        return self._told(score_cases(self.model, whole, site, self.grey_zone))

    def check_settings(self, path: Path) -> None:
        """Refuse an extract folder, or its table, whose features were measured otherwise than the model's.

        Raises
        ------
        SettingsMismatch
        """
        record = extraction_record(path.parent if path.name in FEATURE_FILES else path)
        check_folder(self.model.about["extraction"], self.model.needed, record, path)

    def check_engine(self) -> None:
        """Refuse to measure images if this installation gives other numbers than the one that measured the training images.

        The first call measures a small made region, later ones do nothing.

        Raises
        ------
        FeatureMismatch, SettingsMismatch
        """
        if not self._engine_is_known:
            check_here(self.model.about["extraction"], self.model.needed, self.settings)
            self._engine_is_known = True

    def _told(self, scored: pd.DataFrame) -> pd.DataFrame:
        """Say which model scored."""
        return scored.assign(model_digest=self.model.digest)


def load_model(path: str | Path, *, grey_zone: Zone | None = None) -> Scorer:
    """Load a model file; ``grey_zone`` as for ``Scorer``.

    Raises
    ------
    FileMissing, ResourceLimit, BadSetting
    UntrustedModel
        If it was changed, or this version does not know its settings of extraction or gives other numbers.
    """
    scorer = Scorer(load_fitted(Path(path)), grey_zone)
    if "settings" in (scorer.model.about["extraction"] or {}):
        try:
            _ = scorer.settings
        except SettingError as error:
            raise UntrustedModel(
                f"{path} carries settings of extraction that this version does not understand ({error}). Use the version of "
                "radiobone that made it, or fit the model again."
            ) from error
    return scorer


def fit_table(
    source: Path,
    *,
    pipeline: PipelineSource,
    seed: int,
    jobs: int,
    show_progress: bool = False,
    say: Callable[[str], None] = lambda _line: None,
    evaluated: Path | None = None,
    blocks: Sequence[str] | None = None,
    fusion: str | None = None,
    pool: str | None = None,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    search: SearchSource = None,
    **roles: Any,
) -> Model:
    """Fit the final model on an extract folder or a table; ``roles`` as for ``read_cohort``, all else as for ``evaluate``.

    ``evaluated`` is the folder of an evaluation of the same table and pipeline, whose figures the model then carries.

    Warns
    -----
    SuspectedLeak, SiteConfounded, DuplicateRows, NoPatientIds
    """
    result = None if evaluated is None else Result.load(evaluated)
    spec = with_fusion(resolve_pipeline(pipeline, task, order, search), blocks, fusion, pool)
    spec = with_repeats_beside(spec, Path(source), say)
    cohort = read_cohort(source, **roles, task=spec.task, more_follow=joins_files(spec))
    for line in described(cohort):
        say(line)
    warn_of_table(audit_cohort(settle_blocks(cohort, spec)[0]))
    return fit_model(cohort, spec, seed=seed, jobs=jobs, show_progress=show_progress, evaluated=result)


def score_source(
    model: Path,
    source: Path,
    mask: Path | None,
    *,
    label: str | None,
    clinical: Sequence[str],
    root: Path | None,
    jobs: int,
    site: str | None = None,
    show_progress: bool = False,
    grey_zone: Zone | None = None,
) -> Scored:
    """Score whatever ``source`` is: an image (with ``mask``), a manifest, a table or an extract folder."""
    if mask is None:
        check_is_scorable(model, source)
    elif site is not None:
        raise BadSetting(
            f"--site {site} names a column of a table or manifest, and an image has none. Give the site of the image by the "
            "column's name in training: --clinical NAME=VALUE."
        )
    scorer = load_model(model, grey_zone=grey_zone)
    if mask is not None:
        chosen = int(label) if label is not None and label.lstrip("-").isdigit() else label
        table = scorer.score(source, mask, label=chosen, **clinical_values(clinical))
    elif source.is_dir() or not is_manifest(source):
        table = scorer.score_table(source, site=site)
    else:
        table = scorer.score_manifest(source, jobs=jobs, root=root, show_progress=show_progress, site=site)
    return Scored(table, scorer.model)


def is_manifest(path: Path) -> bool:
    """Tell a manifest (image and mask columns) from a table of features."""
    columns = {name.lower() for name in read_table(path).columns}
    return {"image", "mask"} <= columns and not any("firstorder" in name for name in columns)
