"""Maps of the features that the models of a result rely on, for a few telling cases, as small files in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.counting import counted
from radiobone.core.errors import BadSetting, FileUnreadable, RadioboneError
from radiobone.core.files import write_json
from radiobone.core.volume import Volume
from radiobone.features.definitions import by_pyradiomics
from radiobone.features.engine import prepare
from radiobone.features.maps.result import FeatureMaps
from radiobone.features.maps.wanted import chosen_maps
from radiobone.features.presets import load_settings
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.map_pictures import colour_range
from radiobone.imaging.mask_grid import onto_image
from radiobone.imaging.pictures import picture_facts
from radiobone.io.case import NO_PATH, Case, check_case_files
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask
from radiobone.report.data import ResultData, read_result
from radiobone.report.map_choice import ranked_names, telling_regions, why_no_map
from radiobone.report.regions import who
from radiobone.report.voxel_maps import FOLDER, INDEX, evaluation_of, forget_voxel_maps, unit_of
from radiobone.workflow.feature_maps import maps_of
from radiobone.workflow.modality import DICOM_MODALITY_OF
from radiobone.workflow.png_files import write_png

HEIGHT_PX = 200
MOST_MAPS = 20


@dataclass(frozen=True)
class _Source:
    """What all maps of a result share."""

    data: ResultData
    settings: ExtractionSettings
    modality: str | None
    root: Path

    @property
    def is_ct(self) -> bool:
        in_hu = self.settings.normalisation is None and self.settings.contrast is None
        return self.modality == "ct" and in_hu


@dataclass(frozen=True, eq=False)
class _Mapped:
    """Maps of one case."""

    words: str
    row_id: str
    who: tuple[str, str]
    maps: FeatureMaps


def make_voxel_maps(
    folder: str | Path, n_features: int, *, root: str | Path = ".", jobs: int = 1, show_progress: bool = True
) -> list[str]:
    """Map the features that the models rely on most, in the cases that the report's waterfalls show.

    The files go into ``voxel_maps`` inside the result folder, where the report finds them; those of an earlier run go.

    Parameters
    ----------
    folder : path
        A result folder made from images.
    n_features : int
        How many features; those without a map are passed over and named with the reason.
    root : path
        Folder that the paths in the result's ``cases.csv`` begin at: the manifest's own, unless the extraction was
        told another.
    jobs : int
        Threads; the values do not depend on it.
    show_progress : bool
        Whether to tell the time left.

    Returns
    -------
    list of str
        What was done, line by line, and which cases failed.

    Raises
    ------
    BadSetting
        If the result came from a table, or its settings have no maps.
    FileMissing, FileUnreadable
        If no case's image is there any more, or it is not the one that was measured.
    """
    data = read_result(Path(folder))
    source = _source(data, Path(root))
    mapped, failed = list[_Mapped](), list[dict[str, str]]()
    features, left_out = list[str](), list[tuple[str, str]]()
    first: RadioboneError | None = None
    for words, row_id, name in telling_regions(data):
        try:
            image, region = _read(source, name)
            prepared = prepare(image, region, source.settings)
            if not mapped:
                features, left_out = _with_maps(data, source.settings, prepared.plane, n_features)
            maps = maps_of(prepared, source.settings, features, jobs=jobs, show=show_progress)
        except RadioboneError as error:
            first = first or error
            failed.append({"row_id": row_id, "code": error.code, "message": str(error)})
            continue
        mapped.append(_Mapped(words, row_id, name, maps))
    if not mapped:
        raise first or BadSetting(
            f"No region of {folder} was measured on an image that its cases.csv names, so nothing can be mapped."
        )
    _write(source, mapped, features, left_out, failed)
    done = f"{counted(len(features), 'feature')} mapped in {counted(len(mapped), 'case')}: {data.folder / FOLDER}"
    return [done, *(f"  not mapped: {one['row_id']}: {one['code']}: {one['message']}" for one in failed)]


def _source(data: ResultData, root: Path) -> _Source:
    recorded = data.extraction
    if recorded is None or data.cases is None or "settings" not in recorded:
        raise BadSetting(
            f"{data.folder} was made from a table of features, so there are no images to map them in. Maps need a result of "
            "`radiobone run` with a manifest, or of `radiobone evaluate` on a folder made by `radiobone extract`."
        )
    settings = by_pyradiomics(load_settings(recorded["settings"]), "feature maps")
    own = settings.model_copy(
        update={"engine": "radiobone"}
    )  # the values are the same, and it alone makes maps
    return _Source(data, own, recorded.get("modality"), root.resolve())


def _read(source: _Source, name: tuple[str, str]) -> tuple[Volume, Volume]:
    """Read image and region of a case, if they are what was measured."""
    case = _case(source, name)
    check_case_files(case)
    image = read_image(case.image)
    if image.modality is None and source.modality is not None:
        image = replace(image, modality=DICOM_MODALITY_OF[source.modality])
    mask = open_mask(case.mask, image, source.settings.mask)
    region = mask.region(roi=case.roi or None, label=case.label)
    _check_unchanged(source, name, image, region)
    return image, region


def _case(source: _Source, name: tuple[str, str]) -> Case:
    assert source.data.cases is not None
    row = next(one for one in source.data.cases.to_dict("records") if who(one) == name)
    image, mask = (source.root / row[kind] if row[kind] else NO_PATH for kind in ("image", "mask"))
    label = int(float(row["label"])) if row["label"] else None
    return Case(*name, image, mask, label, root=source.root, relative=True)


def _check_unchanged(source: _Source, name: tuple[str, str], image: Volume, region: Volume) -> None:
    """Refuse an image or region that is not the measured one, by the facts that were noted with its picture."""
    noted = next((one for one in source.data.pictures if who(one) == name), None)
    if noted is None:
        return
    facts = picture_facts(image, onto_image(image, region, source.settings.mask))
    before, now = (
        (one["n_voxels"], None if one["mean"] is None else float(f"{one['mean']:.9g}"))
        for one in (noted, facts)
    )
    if before != now:
        raise FileUnreadable(
            f"The region of {'/'.join(filter(None, name))} is not the one that was measured: it had {before[0]} voxels of mean "
            f"{before[1]}, and has {now[0]} of mean {now[1]}. A map would show something else than the models saw. Extract and "
            "evaluate again first, or give the root of the data that was measured."
        )


def _with_maps(
    data: ResultData, settings: ExtractionSettings, plane: int | None, n_features: int
) -> tuple[list[str], list[tuple[str, str]]]:
    """Take the leading features that have a map, and those passed over with the reason."""
    names, left_out = list[str](), list[tuple[str, str]]()
    for name in ranked_names(data)[0]:
        if len(names) == n_features:
            break
        try:
            chosen_maps(settings, plane, [name])
        except BadSetting:
            left_out.append((name, why_no_map(data, name)))
        else:
            names.append(name)
    if not names:
        raise BadSetting(
            "None of the features that the models used has a map: "
            + "; ".join(f"{name}: {why}" for name, why in left_out[:3])
            + ". Nothing was drawn."
        )
    return names, left_out


def _write(
    source: _Source,
    mapped: Sequence[_Mapped],
    features: Sequence[str],
    left_out: Sequence[tuple[str, str]],
    failed: Sequence[Mapping[str, str]],
) -> None:
    """Write a picture per feature and case, in colours that all cases of a feature share, and the index."""
    folder = source.data.folder / FOLDER
    forget_voxel_maps(source.data.folder)
    entries = []
    for place, feature in enumerate(features):
        pooled = np.concatenate([one.maps.inside_values[feature] for one in mapped])
        limits, finite = colour_range(pooled), pooled[np.isfinite(pooled)]
        for number, one in enumerate(mapped):
            write_png(
                folder / f"{place:02d}_{number}.png", one.maps.coloured(feature, limits, height_px=HEIGHT_PX)
            )
        image, family, short = feature.split("_")
        entries.append(
            {
                "name": feature,
                "unit": unit_of(family, image, short, is_ct=source.is_ct),
                "low": limits[0],
                "high": limits[1],
                "goes_below": bool(finite.size and finite.min() < limits[0]),
                "goes_beyond": bool(finite.size and finite.max() > limits[1]),
                "maps": [
                    _entry(one, feature, f"{place:02d}_{number}.png") for number, one in enumerate(mapped)
                ],
            }
        )
    first = mapped[0].maps
    write_json(
        folder / INDEX,
        {
            "evaluation": evaluation_of(source.data.provenance),
            "ranked_by": ranked_names(source.data)[1],
            "radius": source.settings.maps.radius,
            "masked": source.settings.maps.masked,
            "spacing_mm": list(first.image.spacing_mm),
            "is_2d": first.image.is_2d,
            "spacing_assumed": first.image.spacing_assumed,
            "features": entries,
            "left_out": [{"name": name, "reason": reason} for name, reason in left_out],
            "failed": list(failed),
        },
    )


def _entry(one: _Mapped, feature: str, file: str) -> dict[str, Any]:
    values = one.maps.inside_values[feature]
    return {
        "file": file,
        "row_id": one.row_id,
        "patient_id": one.who[0],
        "roi": one.who[1],
        "words": one.words,
        "n_voxels": int(values.size),
        "n_undefined": int((~np.isfinite(values)).sum()),
    }
