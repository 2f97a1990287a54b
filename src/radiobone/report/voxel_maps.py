"""Maps of the features that the models rely on: what a result folder holds of them, and the units of their values.

They are made on request, from the images (``workflow/voxel_maps.py``); the report shows what lies in the folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from radiobone.core.errors import FileUnreadable
from radiobone.core.files import read_json
from radiobone.core.outputs import writing

FOLDER, INDEX = "voxel_maps", "index.json"
OF_ENERGY = frozenset({"Energy", "TotalEnergy"})
OF_SQUARES = frozenset({"Variance"})
OF_SHAPE_OF_VALUES = frozenset({"Entropy", "Uniformity", "Skewness", "Kurtosis"})


def read_voxel_maps(folder: Path, provenance: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read what ``voxel_maps/index.json`` says; None if there are no maps, or they are of another evaluation.

    Pictures that lie elsewhere, or are links, are left out.

    Raises
    ------
    FileUnreadable
        If the file is damaged.
    """
    path = folder / FOLDER / INDEX
    if not path.is_file():
        return None
    index = read_json(path)
    if not isinstance(index, dict) or "features" not in index:
        raise FileUnreadable(f"{path} is no list of feature maps. Make them again: radiobone report --maps.")
    if index.get("evaluation") != evaluation_of(provenance):
        return None
    inside = {one.name for one in path.parent.glob("*.png") if one.is_file() and not one.is_symlink()}
    for feature in index["features"]:
        feature["maps"] = [one for one in feature["maps"] if one["file"] in inside]
    return index


def forget_voxel_maps(folder: Path) -> None:
    """Remove the maps that an index lists, and the index; other files are the user's."""
    index = folder / FOLDER / INDEX
    if not index.is_file():
        return
    with writing(index):
        for name in _listed(index):
            (index.parent / name).unlink(missing_ok=True)
        index.unlink()


def _listed(index: Path) -> Iterable[str]:
    try:
        return [Path(one["file"]).name for feature in read_json(index)["features"] for one in feature["maps"]]
    except (FileUnreadable, TypeError, KeyError):
        return []


def evaluation_of(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells an evaluation from another, so that maps of an earlier one are not shown."""
    cohort = provenance.get("cohort") or {}
    return {
        "created": provenance.get("created"),
        "cohort": cohort.get("digest"),
        "seed": provenance.get("seed"),
    }


def unit_of(family: str, image: str, feature: str, *, is_ct: bool) -> str:
    """Return the unit of a feature's values; nothing for those that have none, such as textures.

    Parameters
    ----------
    family, image, feature : str
        Parts of its name, such as ``firstorder``, ``original`` and ``Mean``.
    is_ct : bool
        Whether grey values are in HU.
    """
    if family != "firstorder" or feature in OF_SHAPE_OF_VALUES:
        return ""
    base = "HU" if is_ct else "grey value"
    own = base if image == "original" else f"{base} of the filtered image"
    if feature in OF_ENERGY:
        return f"square of {own}, summed"
    return f"square of {own}" if feature in OF_SQUARES else own
