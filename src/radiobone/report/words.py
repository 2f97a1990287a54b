"""Names of features, filters, steps and models in words that a clinician reads.

The names themselves are those of pyradiomics, ``<image type>_<family>_<feature>``, or IBSI's after the image type:
``<image type>_<family>_<feature>_<aggregation>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from radiobone.core.feature_meanings import Meaning, families_of, meaning_of, meaning_of_tag
from radiobone.core.ibsi_names import FAMILIES as IBSI_FAMILIES
from radiobone.core.ibsi_names import ibsi_name

FAMILIES = {
    "firstorder": ("First order", "how bright the voxels are and how their values spread, wherever they lie"),
    "shape": ("Shape", "size and form of the region; no grey value enters"),
    "shape2D": ("Shape (2D)", "size and form of the outline in the plane; no grey value enters"),
    "glcm": (
        "Co-occurrence (GLCM)",
        "which grey levels lie next to each other: fine-grained contrast and order",
    ),
    "glrlm": ("Run length (GLRLM)", "how long the same grey level runs on in a line: coarse or fine texture"),
    "glszm": ("Size zone (GLSZM)", "how large the connected patches of one grey level are"),
    "gldm": ("Dependence (GLDM)", "how many neighbours of a voxel are like it"),
    "gldzm": ("Distance zone (GLDZM)", "how far patches of one grey level lie from the region's edge"),
    "ngtdm": ("Neighbourhood difference (NGTDM)", "how far a voxel differs from the mean of its neighbours"),
    "morph": ("Morphology (IBSI)", "size and form of the region, and how its grey values lie in it"),
    "loc": ("Local intensity (IBSI)", "how bright the brightest ball of 1 cm³ is"),
    "stat": ("Statistics (IBSI)", "how bright the voxels are and how their values spread, wherever they lie"),
    "ih": ("Histogram (IBSI)", "the same for grey levels, and how steeply their histogram rises and falls"),
    "ivh": ("Intensity-volume histogram (IBSI)", "which part of the volume is at least how bright"),
    "cm": (
        "Co-occurrence (IBSI)",
        "which grey levels lie next to each other: fine-grained contrast and order",
    ),
    "rlm": ("Run length (IBSI)", "how long the same grey level runs on in a line: coarse or fine texture"),
    "szm": ("Size zone (IBSI)", "how large the connected patches of one grey level are"),
    "dzm": ("Distance zone (IBSI)", "how far patches of one grey level lie from the region's edge"),
    "ngt": ("Tone difference (IBSI)", "how far a voxel differs from the mean of its neighbours"),
    "ngl": ("Dependence (IBSI)", "how many neighbours of a voxel are like it"),
    "lbp": ("Local binary patterns", "how often which pattern of brighter neighbours surrounds a pixel"),
    "gabor": ("Gabor energy", "how strong stripes of one period (in pixels) and direction are"),
    "laws": ("Laws energy", "how strongly small kernels of edges, spots, waves and ripples respond"),
    "variogram": (
        "Variogram",
        "how unlike pixels become with their distance: roughness, and how far structure reaches",
    ),
    "waveletenergy": ("Wavelet energy", "how much of the contrast lies at which scale and direction"),
    "kmeans": ("Clusters (K-means)", "share, brightness and compactness of dark (1) and bright (2) pixels"),
    "fcm": ("Clusters (fuzzy C-means)", "the same by a method in which pixels may belong to both"),
    "cortex": (
        "Cortical bone",
        "thickness of the cortex and width of the bone; the metacarpal index is their ratio",
    ),
    "bone": ("Bone", "measures of bone, made for this purpose"),
    "clinical": ("Clinical", "a variable from the table, not measured on the image"),
    "other": ("Other", "a column of the table whose name does not tell a family"),
}
FILTERS = {
    "original": ("Original image", "the image as it is, after resampling and discretisation"),
    "wavelet": ("Wavelet", "one sub-band of the image; per axis, L keeps smooth and H keeps rapid changes"),
    "log": (
        "Laplacian of Gaussian",
        "edges and blobs of one size, set by sigma: small is fine, large is coarse",
    ),
    "square": ("Square", "squared intensities: bright parts weigh more"),
    "squareroot": ("Square root", "square root of the intensities: bright parts weigh less"),
    "logarithm": ("Logarithm", "logarithm of the intensities: bright parts weigh much less"),
    "exponential": ("Exponential", "exponential of the intensities: bright parts weigh much more"),
    "gradient": ("Gradient", "how steeply the intensity changes at each voxel"),
    "mean": ("Mean filter", "the image smoothed by the mean of each voxel's surroundings"),
    "laplacian": (
        "Laplacian of Gaussian (IBSI)",
        "edges and blobs of one size, set by sigma: small is fine, large is coarse",
    ),
    "laws": ("Laws kernels", "along x, y, z: L keeps smooth, E edges, S spots, W waves, R ripples"),
    "gabor": ("Gabor", "stripes of one width (lambda) and direction (theta)"),
    "separablewavelet": (
        "Wavelet (IBSI)",
        "one sub-band of the image; per axis, L keeps smooth and H keeps rapid changes",
    ),
    "simoncelli": ("Simoncelli wavelet", "structures of one size, in whatever direction"),
    "lbp": ("Local binary pattern", "the pattern of brighter and darker neighbours of each voxel"),
}
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
SHORT_NAMES = {
    "Imc1": "Informational measure of correlation 1",
    "Imc2": "Informational measure of correlation 2",
    "MCC": "Maximal correlation coefficient",
    "Id": "Inverse difference",
    "Idn": "Inverse difference, normalised",
    "Idm": "Inverse difference moment",
    "Idmn": "Inverse difference moment, normalised",
    "10Percentile": "10th percentile",
    "90Percentile": "90th percentile",
    "Maximum2DDiameterColumn": "Maximum 2D diameter (column)",
    "Maximum2DDiameterRow": "Maximum 2D diameter (row)",
    "Maximum2DDiameterSlice": "Maximum 2D diameter (slice)",
    "Maximum3DDiameter": "Maximum 3D diameter",
}
BRITISH = {"gray": "grey", "normalized": "normalised"}
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
_NAME = re.compile(
    r"^(?:(?P<prefix>[A-Za-z0-9]+)_)?(?P<filter>[A-Za-z0-9]+)(?P<detail>-.+)?_(?P<family>[A-Za-z0-9]+)_(?P<feature>[A-Za-z0-9]+)$"
)
_IBSI_NAME = re.compile(
    r"^(?:(?P<prefix>[A-Za-z0-9]+)_)?(?P<filter>[A-Za-z0-9]+)(?P<detail>-.+)?_"
    rf"(?P<tag>(?:{'|'.join(IBSI_FAMILIES)})_.+)$"
)
_CHANGED_NAME = re.compile(
    r"^(?P<image>(?:wavelet[._][LH]{2,3}\d?|log[._]sigma[._]\d+[._]\d+[._]mm(?:[._][23]D)?|lbp[._][23]D(?:[._](?:k|m\d+))?))"
    r"_(?P<rest>[A-Za-z0-9]+_[A-Za-z0-9]+)$"
)
"""Names whose hyphens became dots or underscores on the way, as R and some data bases do it."""

_BARE_NAME = re.compile(r"^(?P<feature>[A-Za-z0-9]+)(?:\.(?P<copy>\d+))?$")
"""Names without image and family; of several columns of one name, all but the first are numbered from 1 (pandas) on."""

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class FeatureWords:
    """A feature's name taken apart.

    Attributes
    ----------
    name : str
        As in the table.
    feature : str
        What is measured, as words.
    family, filter : str
        Keys of ``FAMILIES`` and ``FILTERS``; the filter is empty for a clinical or foreign column.
    detail : str
        The filter's sub-band or size, such as ``LLH`` or ``sigma 2 mm``.
    prefix : str
        What stands before pyradiomics' name, such as the modality ``MR``.
    known : Meaning or None
        What it measures, and IBSI's code of it.
    """

    name: str
    feature: str
    family: str
    filter: str = ""
    detail: str = ""
    prefix: str = ""
    known: Meaning | None = None

    @property
    def code(self) -> str:
        """IBSI's code; empty where IBSI does not define the feature."""
        return "" if self.known is None else self.known.code

    @property
    def meaning(self) -> str:
        """What it measures in plain words; that of its family where nothing more is known."""
        own = "" if self.known is None else self.known.words
        return own or FAMILIES[self.family][1]

    @property
    def family_title(self) -> str:
        """The family's title."""
        return FAMILIES[self.family][0]

    @property
    def filter_title(self) -> str:
        """The filter's title with its detail."""
        if not self.filter:
            return ""
        title = f"{FILTERS[self.filter][0]} {self.detail}".strip()
        return f"{title} ({self.prefix})" if self.prefix else title


def describe(name: str, clinical: frozenset[str] = frozenset()) -> FeatureWords:
    """Take a feature's name apart.

    Parameters
    ----------
    name : str
        A column of the feature table.
    clinical : frozenset of str
        Columns that are clinical variables.
    """
    if name in clinical:
        return FeatureWords(name, spaced(name), "clinical")
    changed = _CHANGED_NAME.match(name)
    if changed is not None:
        usual = f"{re.sub('[._]', '-', changed['image'])}_{changed['rest']}"
        return replace(describe(usual), name=name)
    found = _NAME.match(name)
    by_ibsi = _described_by_ibsi(name)
    if by_ibsi is not None:
        return by_ibsi
    parts = {} if found is None else found.groupdict()
    kind = _filter_of(parts.get("filter") or "")
    if kind not in FILTERS or parts["family"] not in FAMILIES:
        return _described_bare(name) or FeatureWords(name, name.replace("_", " "), "other")
    return FeatureWords(
        name,
        spaced(parts["feature"]),
        parts["family"],
        kind,
        _detail(parts["detail"] or ""),
        parts["prefix"] or "",
        meaning_of(parts["family"], parts["feature"]),
    )


def _described_bare(name: str) -> FeatureWords | None:
    """Describe a name such as ``Entropy.8`` as far as it tells: never the image, and the family if only one has this feature."""
    found = _BARE_NAME.match(name)
    families = () if found is None else families_of(found["feature"])
    if found is None or not families:
        return None
    copy = "" if found["copy"] is None else f" (column {int(found['copy']) + 1} of this name)"
    feature = spaced(found["feature"]) + copy
    if set(families) - {"shape", "shape2D"} and len(families) > 1:
        return FeatureWords(name, feature, "other")
    return FeatureWords(name, feature, families[0], known=meaning_of(families[0], found["feature"]))


def _described_by_ibsi(name: str) -> FeatureWords | None:
    found = _IBSI_NAME.match(name)
    known = None if found is None else ibsi_name(found["tag"])
    if found is None or known is None or _filter_of(found["filter"]) not in FILTERS:
        return None
    title = f"{known.title} ({known.aggregation})" if known.aggregation else known.title
    detail = _detail(found["detail"] or "")
    return FeatureWords(
        name, title, known.family, _filter_of(found["filter"]), detail, found["prefix"] or "", meaning_of_tag(found["tag"])
    )  # fmt: skip


def spaced(name: str) -> str:
    """Separate the words of a CamelCase or snake_case name; only the first keeps its capital."""
    if name in SHORT_NAMES:
        return SHORT_NAMES[name]
    words = [word for part in name.split("_") for word in _WORD_ENDS.split(part) if word]
    lowered = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    lowered = [BRITISH.get(word, word) for word in lowered]
    joined = " ".join(lowered)
    return joined[:1].upper() + joined[1:]


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


def _filter_of(prefix: str) -> str:
    lowered = prefix.lower()
    return "lbp" if lowered.startswith("lbp") else lowered.rstrip("0123456789")


def _detail(text: str) -> str:
    sigma = re.fullmatch(r"-sigma-(\d+)-(\d+)-mm(-3D|-2D)?", text)
    if sigma is None:
        return text.lstrip("-")
    size = f"{sigma[1]}.{sigma[2]}".rstrip("0").rstrip(".")
    return f"sigma {size} mm"
