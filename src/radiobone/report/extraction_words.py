"""Settings of the extraction as plain words; of pyradiomics' definitions and of IBSI's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radiobone.report.data import Record
from radiobone.report.feature_words import FAMILIES, FILTERS

MODALITIES = {"ct": "CT", "mr": "MR", "xr": "radiographs", "dxa": "DXA"}
INTERPOLATORS = {
    "sitkNearestNeighbor": "nearest neighbour", "sitkLinear": "linear interpolation",
    "sitkBSpline": "cubic B-spline interpolation", "sitkGaussian": "Gaussian interpolation",
}  # fmt: skip
KINDS = {
    "Original": "original", "Wavelet": "wavelet", "SeparableWavelet": "separablewavelet", "LoG": "log",
    "LaplacianOfGaussian": "laplacian", "LBP2D": "lbp", "LBP3D": "lbp",
}  # fmt: skip
SEGMENTATIONS = {
    "otsu": "Otsu segmentation", "kmeans": "K-means segmentation", "fcm": "fuzzy C-means segmentation",
}  # fmt: skip


def modality_words(extraction: Record) -> str:
    """Name the modality that an extraction recorded."""
    found = str(extraction.get("modality") or "")
    return MODALITIES.get(found, found) or "modality not recorded"


def settings_words(extraction: Record) -> list[str]:
    """Say in a line each what an extraction was set to do."""
    settings = extraction.get("settings") or {}
    lines = {
        "images": ", ".join(image_words(settings)),
        "resampled to": resampling_words(settings) or "not resampled",
        "intensities": ", ".join(intensity_words(settings)),
        "grey levels of textures": discretisation_words(settings),
        "features": ", ".join(
            f"{title} {n}" for title, n in class_counts(extraction.get("n_per_family") or {})
        ),
    }
    return [f"{name}: {text}" for name, text in lines.items() if text]


def is_ibsi(settings: Record) -> bool:
    """Tell whether the definitions are IBSI's."""
    return settings.get("definitions") == "ibsi"


def resampling_words(settings: Record) -> str | None:
    """Say to which voxel size images were brought; None if they were left as they are."""
    found = settings.get("interpolation" if is_ibsi(settings) else "resampling")
    if not found:
        return None
    sizes = " × ".join(f"{float(edge):g}" for edge in found["spacing_xyz_mm"])
    how = found.get("interpolator") or found.get("image") or found.get("method")
    return f"{sizes} mm" + (f" by {INTERPOLATORS.get(str(how), how)}" if how else "")


def discretisation_words(settings: Record) -> str | None:
    """Say how intensities became grey levels; None where nothing is recorded."""
    found = settings.get("discretisation") or {}
    if "width" in found:
        return f"bins of a fixed width of {float(found['width']):g}"
    if "n_bins" in found:
        return f"a fixed number of {found['n_bins']} bins"
    return "the whole-numbered intensities as they are" if found.get("kind") == "none" else None


def intensity_words(settings: Record) -> list[str]:
    """List what else was done to the intensities, in order."""
    said = []
    if settings.get("bias_correction") is not None:
        said.append("N4 bias field correction")
    if settings.get("denoising") is not None:
        said.append("denoising by non-local means")
    if settings.get("contrast") is not None:
        said.append("contrast-limited adaptive histogram equalisation")
    scores = settings.get("normalisation")
    if scores is not None:
        said.append(f"normalisation to a mean of 0 and a standard deviation of {float(scores['scale']):g}")
    cut = settings.get("resegmentation")
    if cut and any(value is not None for value in cut.values()):
        told = ", ".join(f"{name} {value}" for name, value in cut.items() if value is not None)
        said.append(f"resegmentation of the region ({told})".replace("_", " "))
    part = settings.get("segmentation")
    if part is not None:
        said.append(f"{SEGMENTATIONS[part['kind']]} (the {part['part']} part of the region was measured)")
    return said


def image_words(settings: Record) -> list[str]:
    """List the kinds of images that were measured, with what sets them."""
    return [_image(one) for one in settings.get("images") or ()]


def _image(one: Any) -> str:
    kind = str(one.get("kind"))
    key = KINDS.get(kind, kind.lower())
    title = FILTERS[key][0] if key in FILTERS else kind
    plain = title if title.isupper() or title.startswith(("Laplacian", "Gabor", "Laws")) else title.lower()
    told = []
    if one.get("wavelet"):
        told.append(str(one["wavelet"]))
    if one.get("sigma_mm"):
        sigmas = one["sigma_mm"] if isinstance(one["sigma_mm"], list) else [one["sigma_mm"]]
        told.append(f"sigma {', '.join(f'{float(sigma):g}' for sigma in sigmas)} mm")
    return f"{plain} ({', '.join(told)})" if told else plain


def class_counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Name the families with the number of features of each, in their usual order; unknown ones come last."""
    known = [(FAMILIES[key][0], int(counts[key])) for key in FAMILIES if key in counts]
    return known + [(key, int(n)) for key, n in sorted(counts.items()) if key not in FAMILIES]
