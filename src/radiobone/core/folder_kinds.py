"""Kinds of output folder, told apart by what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FEATURE_FILES = ("features.parquet", "features.csv")
REPEAT_FILES = ("repeats.parquet", "repeats.csv")
REPEAT_COLUMNS = ("repeat", "perturbation")
ICC_FILE, REPEAT_PICTURES = "icc.csv", "repeat_pictures"
RESULT_FILES = ("metrics.json", "predictions.parquet", "selected.parquet", "folds.json")
PROVENANCE_FILE = "provenance.json"
CASE_CACHE, FOLD_CACHE, SCAN_CACHE = "cache", "fold_cache", "scan_cache"
ENTRIES = "??/*.json"
MAP_TABLE = "maps.csv"
SHARED = ("cases.csv", "pictures", PROVENANCE_FILE)


@dataclass(frozen=True)
class Kind:
    """One kind of output folder.

    Attributes
    ----------
    name : str
    own : tuple of str
        Files that only this kind has.
    written : tuple of str
        Everything that is replaced by the next run.
    cache : str or None
        Folder of finished pieces of work, if there is one.
    harm : str
        What its files would spoil in a folder of another kind.
    example : str
        Name for a folder of its own below that one.
    """

    name: str
    own: tuple[str, ...]
    written: tuple[str, ...]
    cache: str | None
    harm: str = ""
    example: str = ""

    def sign(self, folder: Path) -> str | None:
        """Return what shows that the folder is of this kind, or None."""
        if self.cache is not None and any((folder / self.cache).glob(ENTRIES)):
            return f"{self.cache}/"
        return next((name for name in self.own if (folder / name).exists()), None)


EXTRACTION = Kind(
    "extraction",
    FEATURE_FILES,
    (*FEATURE_FILES, *REPEAT_FILES, ICC_FILE, REPEAT_PICTURES, *SHARED),
    CASE_CACHE,
    harm="features written there would spoil its provenance, cases and pictures",
    example="features",
)
EVALUATION = Kind(
    "evaluation",
    RESULT_FILES,
    (
        *RESULT_FILES,
        "audit.json",
        "splits.json",
        "shap.parquet",
        "shap.json",
        "coefficients.parquet",
        "interactions.parquet",
        "ablation.csv",
        "ablation.json",
        "contrast.json",
        "univariate.parquet",
        "chosen_correlation.parquet",
        *SHARED,
    ),
    FOLD_CACHE,
    harm="a result written there would spoil its provenance: nobody could tell its features from other columns any more",
    example="result",
)
VALIDATION = Kind(
    "validation",
    (),
    ("metrics.json", "predictions.parquet", PROVENANCE_FILE),
    None,
    harm="a validation written there would spoil its provenance",
    example="validation",
)
BONE_LEVELS, BONE_PATIENTS, BONE_FAILED = "levels.csv", "patients.csv", "failed.csv"
BONE = Kind(
    "bone",
    (BONE_LEVELS, BONE_PATIENTS),
    (BONE_LEVELS, BONE_PATIENTS, BONE_FAILED, *SHARED),
    SCAN_CACHE,
    harm="measurements of bone written there would spoil its provenance",
    example="bone",
)
DXA = Kind(
    "DXA measurement",
    FEATURE_FILES,
    (*FEATURE_FILES, BONE_PATIENTS, "agreement.csv", "masks", "contours", "outlines", *SHARED),
    CASE_CACHE,
    harm="densities written there would spoil its provenance",
    example="dxa",
)
VECTORS_FILE, VECTOR_CACHE = "vectors.parquet", "vector_cache"
EMBEDDING = Kind(
    "embedding",
    (VECTORS_FILE,),
    (VECTORS_FILE, "cases.csv", PROVENANCE_FILE),
    VECTOR_CACHE,
    harm="vectors written there would spoil its provenance",
    example="vectors",
)
DATA_CHECK = Kind(
    "check of a data set",
    (),
    (
        "manifest.csv",
        "images.csv",
        "copies.csv",
        "deviations.csv",
        "checked.json",
        "copies",
        "masks",
        "unpacked",
    ),
    None,
    harm="a manifest written there would be mistaken for its own",
    example="data",
)
MAPS = Kind(
    "maps",
    (MAP_TABLE,),
    (MAP_TABLE, PROVENANCE_FILE),
    None,
    harm="maps written there would spoil its provenance",
    example="maps",
)
MONITOR_FILE, DRIFT_FILE, WINDOWS_FILE, MONITOR_PAGE = (
    "monitor.json",
    "drift.csv",
    "windows.csv",
    "monitor.html",
)
MONITORING = Kind(
    "monitoring",
    (MONITOR_FILE,),
    (MONITOR_FILE, DRIFT_FILE, WINDOWS_FILE, MONITOR_PAGE),
    None,
    harm="what is monitored would be mixed with it",
    example="monitoring",
)
