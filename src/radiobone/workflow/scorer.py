"""A model with the settings of its features: it scores images, manifests and tables."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from radiobone.cohort.checks import texts
from radiobone.core.errors import FeatureMismatch, SettingError, UntrustedModel
from radiobone.core.folder_kinds import FEATURE_FILES
from radiobone.core.pseudonymising import with_pseudonyms
from radiobone.core.run_record import extraction_record
from radiobone.core.tables import read_table
from radiobone.core.warnings import collected, warn
from radiobone.evaluation.certainty import Zone, checked_zone
from radiobone.evaluation.final_model import Model
from radiobone.evaluation.final_model import load_model as load_fitted
from radiobone.features.definitions import AnySettings
from radiobone.features.presets import load_settings
from radiobone.io.images import open_image
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.extract import extract
from radiobone.workflow.feature_table import read_features
from radiobone.workflow.hospital.region import ScoredRegion
from radiobone.workflow.kind import as_trained
from radiobone.workflow.rows_to_score import check_whose, sites_of, warn_of_missing_codes, warn_of_regions
from radiobone.workflow.same_engine import check_folder, check_here
from radiobone.workflow.score_cases import check_clinical, check_label, check_row, score_cases
from radiobone.workflow.single import ImageLike, as_path, as_volume, extract_named
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
        self._one_at_a_time = Lock()

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
            As ``Model.predict`` gives it, and ``model_digest``.

        Raises, warns
            As ``score_region``.
        """
        with collected() as told:
            scored = self.score_region(image, mask, label=label, **clinical)
        for one in told:
            warn(one, stacklevel=2)
        return scored.table

    def score_region(
        self, /, image: ImageLike, mask: ImageLike, *, label: int | str | None = None, **clinical: Any
    ) -> ScoredRegion:
        """Score one region of one image, for reports; arguments as for ``score``.

        Returns
        -------
        ScoredRegion
            The row of ``score``, and what else a report says.

        Raises
        ------
        FeatureMismatch
            If the image cannot have a feature that the model needs, or a clinical variable is not given.
        BadSetting
            If the image's header names another modality than that of the training images, a clinical variable is given that
            the model does not use, or the label is neither one number nor one name.
        SettingsMismatch
            If the engine here measures other numbers than that of the training images.

        Warns
        -----
        ModalityDoubtful, OutsideTrainingRange
            If the image is not of the kind that the model was trained on.
        OtherRegion
            If the region is called by a name that no region of the training had.
        MissingCode
            If a clinical variable is a usual code for a missing value, and far from those of training.
        """
        check_label(label)
        check_clinical(self.model, clinical)
        self.check_engine()
        settings, name = self.settings, Path(image).name if isinstance(image, (str, Path)) else "The image"
        with collected() as told:
            opened = open_image(as_path(image)) if isinstance(image, (str, Path)) else as_volume(image)
            volume = as_trained(opened, name, self.model.about["extraction"]["modality"])
            features, region = extract_named(volume, mask, settings, label)
            row = pd.DataFrame([{**features, **clinical}])
            check_row(self.model, row, name, is_2d=volume.is_2d)
            warn_of_regions(self.model, [region or (label if isinstance(label, str) else None)])
            warn_of_missing_codes(self.model, pd.DataFrame([clinical]))
            with self._one_at_a_time:  # not every model may be asked by two threads
                scored = self._told(self.model.predict(row, grey_zone=self.grey_zone))
        for one in told:
            warn(one, stacklevel=2)
        table = scored.assign(warnings=WARNING_SEPARATOR.join(f"{one.code}: {one}" for one in told))
        needed = {name: features[name] for name in self.model.needed if name in features}
        files = [Path(one) if isinstance(one, (str, Path)) else None for one in (image, mask)]
        return ScoredRegion(table, needed, self.model, label, region, image=files[0], mask=files[1])

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
        OtherRegion
            If a row's region is called by a name that no region of the training had.
        MissingCode
            If columns hold a usual code for a missing value, far from the values of training.
        """
        self.check_settings(Path(path))
        columns = self.model.about["training"].get("columns") or {}
        table = with_pseudonyms(read_features(Path(path)), (columns.get("id"), columns.get("groups")))
        check_whose(self.model, table)
        warn_of_missing_codes(self.model, table)
        regions = self.model.regions_in(table)
        if len(regions) == 1:
            warn_of_regions(self.model, texts(table[regions[0]], empty=""))
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
        with self._one_at_a_time:
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
