"""Names of models, steps and their settings in words that a clinician reads."""

from __future__ import annotations

MODELS = {
    "lr": "logistic regression",
    "lr_l1": "logistic regression with an L1 penalty",
    "lr_elasticnet": "logistic regression with an elastic net",
    "svm": "support vector machine",
    "rf": "random forest",
    "gb": "gradient boosting",
    "xgboost": "gradient boosting (XGBoost)",
    "catboost": "gradient boosting (CatBoost)",
    "et": "extremely randomised trees",
    "lda": "linear discriminant analysis",
    "nb": "naive Bayes",
    "knn": "nearest neighbours",
    "mlp": "neural network",
    "tree": "decision tree",
    "vote": "vote of several models",
    "stack": "weighted vote of several models (stacking)",
    "late_mean": "late fusion (mean probability of the blocks' models)",
    "late_stack": "late fusion (weighted probabilities of the blocks' models)",
    "proportional_odds": "ordinal logistic regression",
    "ridge": "ridge regression",
    "lasso": "lasso regression",
    "elasticnet": "elastic net regression",
}
STEPS = {
    "impute": "fill in missing values",
    "constant": "drop columns that do not vary",
    "scale": "bring all columns to one scale",
    "normal_scores": "replace values by the normal quantiles of their ranks, so that no outlier decides",
    "weigh": "stretch columns by how clearly they tell the target, so that clear ones lead",
    "pca": "replace columns by their principal components (PCA)",
    "correlation": "of columns that say nearly the same, keep one",
    "mannwhitney": "keep columns whose values differ between the two classes (Mann–Whitney test)",
    "mrmr": "keep columns that say much about the target and do not repeat each other (mRMR)",
    "lasso": "keep columns that a penalised regression needs (LASSO)",
    "elastic_net": "keep columns that a penalised regression needs (elastic net)",
    "kruskal": "keep columns whose values differ between the classes (Kruskal–Wallis test)",
    "ttest": "keep columns whose means differ between the two classes (t test)",
    "chi2": "keep columns that hang together with the class (chi-squared test)",
    "pvalue": "keep columns that hang together with the target, each by the test that suits its kind",
    "relieff": "keep columns that differ between near neighbours of different classes (ReliefF)",
    "rfe": "leave out the column that a model needs least, again and again (recursive elimination)",
    "importance": "keep the columns that trees learn most from",
    "boruta": "keep columns that a forest needs more than shuffled copies (Boruta)",
    "stability": "keep columns that are chosen again in most parts of the training rows (stability selection)",
    "unstable": "drop columns that change when a region is measured again",
    "combat": "take out what each site adds to the columns (ComBat)",
    "smote": "balance the classes of the training rows with synthetic rows (SMOTE)",
    "adasyn": "balance the classes of the training rows with synthetic rows (ADASYN)",
    "borderline_smote": "balance the classes with synthetic rows near the border (borderline SMOTE)",
    "tomek_links": "leave out training rows of the larger class that lie next to the other class",
    "smoteenn": "balance the training rows with synthetic ones, then clean them (SMOTE, edited neighbours)",
    "smotetomek": "balance the training rows with synthetic ones, then clean them (SMOTE, Tomek links)",
    "random_over": "balance the classes of the training rows by repeating rows",
    "random_under": "balance the classes of the training rows by leaving rows out",
}
STEP_TITLES = {
    "impute": "missing values",
    "constant": "constant columns",
    "scale": "scaling",
    "normal_scores": "normal scores",
    "weigh": "weights",
    "pca": "principal components",
    "correlation": "correlation",
    "mannwhitney": "Mann–Whitney",
    "mrmr": "mRMR",
    "lasso": "LASSO",
    "elastic_net": "elastic net",
    "kruskal": "Kruskal–Wallis",
    "ttest": "t test",
    "chi2": "chi-squared",
    "pvalue": "tests by kind of column",
    "relieff": "ReliefF",
    "rfe": "recursive elimination",
    "importance": "importance in trees",
    "boruta": "Boruta",
    "stability": "stability selection",
    "unstable": "unstable columns",
    "combat": "ComBat",
    "smote": "SMOTE",
    "adasyn": "ADASYN",
    "borderline_smote": "borderline SMOTE",
    "tomek_links": "Tomek links",
    "smoteenn": "SMOTE + edited neighbours",
    "smotetomek": "SMOTE + Tomek links",
    "random_over": "repeated rows",
    "random_under": "rows left out",
}


def model_title(name: str) -> str:
    """Return a model family's name in words."""
    return MODELS.get(name, name)


def setting_words(name: str, value: object, model: str) -> str:
    """Write one chosen setting with the step it belongs to.

    Parameters
    ----------
    name : str
        ``step__setting``, or the setting of the model alone; after ``block.`` where a block has its own.
    value : object
        What was chosen.
    model : str
        The model family's name.
    """
    block, _, own = name.rpartition(".")
    step, _, setting = own.rpartition("__")
    whose = STEP_TITLES.get(step, step) if step else "" if block else model_title(model)
    told = member_words(str(value)) if setting == "members" else f"{setting} = {value}"
    return ": ".join(part for part in (block, whose, told) if part)


def member_words(members: str) -> str:
    """Name the models that an ensemble consists of.

    Examples
    --------
    >>> member_words("lda+svm(C=3.0)")
    'linear discriminant analysis and support vector machine (C = 3.0)'
    """
    *first, last = (_member(part.strip()) for part in members.split("+"))
    return f"{', '.join(first)} and {last}" if first else last


def _member(text: str) -> str:
    name, _, params = text.rstrip(")").partition("(")
    given = ", ".join(" = ".join(map(str.strip, pair.split("="))) for pair in params.split(",") if pair)
    return f"{model_title(name.strip())} ({given})" if given else model_title(name.strip())
