"""Names of features and filters in words that a clinician reads.

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


def _filter_of(prefix: str) -> str:
    lowered = prefix.lower()
    return "lbp" if lowered.startswith("lbp") else lowered.rstrip("0123456789")


def _detail(text: str) -> str:
    sigma = re.fullmatch(r"-sigma-(\d+)-(\d+)-mm(-3D|-2D)?", text)
    if sigma is None:
        return text.lstrip("-")
    size = f"{sigma[1]}.{sigma[2]}".rstrip("0").rstrip(".")
    return f"sigma {size} mm"
