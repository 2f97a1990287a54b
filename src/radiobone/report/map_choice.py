"""Which features and cases maps are made of, from what a result folder holds."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.drawings.chosen import selection_rates
from radiobone.report.feature_words import FeatureWords, describe
from radiobone.report.regions import who
from radiobone.report.shap_cases import telling_rows
from radiobone.report.shap_features import ranked_features

OF_THE_WHOLE = "it is of the whole region: no voxel has a value of it"
WHY_NONE = {
    "clinical": "a variable of the table, not measured on the image",
    "shape": OF_THE_WHOLE,
    "shape2D": OF_THE_WHOLE,
    "morph": OF_THE_WHOLE,
    "bone": "a measurement of the bone as a whole, not of neighbourhoods",
    "other": "a column of the table that the extraction did not measure",
}
NO_SUCH_MAP = "the settings of the extraction have no map of it"


def ranked_names(data: ResultData) -> tuple[list[str], str]:
    """Return the features that models used, most important first, and by what: SHAP values, or how often chosen."""
    by_shap = [one.name for one in ranked_features(data)]
    if by_shap:
        return by_shap, "mean absolute SHAP value"
    return [name for name, _ in selection_rates(data)], "share of folds that chose it"


def words_of(data: ResultData, name: str) -> FeatureWords:
    """Take a feature's name apart; clinical columns are told from features."""
    return describe(name, frozenset(data.cohort.get("clinical") or ()))


def why_no_map(data: ResultData, name: str) -> str:
    """Say why a feature has no map."""
    return WHY_NONE.get(words_of(data, name).family, NO_SUCH_MAP)


def telling_regions(data: ResultData) -> list[tuple[str, str, tuple[str, str]]]:
    """Choose the cases that the waterfalls show, of those with a measured region.

    Returns
    -------
    list of (str, str, (str, str))
        What is told of the case, its row, and its patient and region.
    """
    if data.cases is None:
        return []
    measured = {who(row) for row in data.cases.to_dict("records") if row["status"] == "done"}
    rows = {str(row["row_id"]): who(row) for row in data.per_row.to_dict("records")}
    chosen = telling_rows(data, {row for row, found in rows.items() if found in measured})
    return [(words, row, rows[row]) for words, row in chosen]
