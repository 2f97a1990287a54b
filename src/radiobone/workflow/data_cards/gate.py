"""The duplicate gate: every image is read once and reduced, and copies are grouped so that no fold parts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RadioboneError, WorkerDied
from radiobone.core.progress import Progress, progress
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.imaging.copies import CopyPair, groups_of, near_copies, same_pixels
from radiobone.imaging.cropped import cropped_copies, steps
from radiobone.imaging.reduced import PICTURE_TURNS, VOLUME_TURNS, FloatArray, pixel_digest, reduced
from radiobone.io.images import read_image
from radiobone.workflow.process_pool import DIED_TWICE, in_order
from radiobone.workflow.ticks import relayed

READ_AT_ONCE = 8


@dataclass(frozen=True)
class GateImage:
    """One image to look at.

    Attributes
    ----------
    patient_id : str
    path : Path
    label : str
        Empty if it has none.
    """

    patient_id: str
    path: Path
    label: str = ""


@dataclass(frozen=True, eq=False)
class Looked:
    """What reading an image told.

    Attributes
    ----------
    small : ndarray or None
        The reduced image; None if it could not be read.
    digest : str
    shape : tuple of int
        (z, y, x).
    spacing_mm : tuple of float or None
        None where the file does not tell it.
    modality : str
        DICOM's code; empty where the file does not tell it.
    is_even : bool
        Whether all its values are the same.
    code, message : str
        Why it could not be read.
    warnings : tuple of str
    """

    small: FloatArray | None = None
    digest: str = ""
    shape: tuple[int, ...] = ()
    spacing_mm: tuple[float, ...] | None = None
    modality: str = ""
    is_2d: bool = False
    is_even: bool = False
    code: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Gate:
    """What the gate found.

    Attributes
    ----------
    images : tuple of GateImage
    looked : tuple of Looked
        One per image.
    pairs : tuple of CopyPair
        Positions in ``images``.
    groups : ndarray of int, shape (n_images,)
        Lowest position of each image's group: copies, and images of one patient, have one.
    """

    images: tuple[GateImage, ...]
    looked: tuple[Looked, ...]
    pairs: tuple[CopyPair, ...]
    groups: npt.NDArray[np.int64]

    @property
    def conflicts(self) -> tuple[CopyPair, ...]:
        """Pairs of copies with two labels."""
        labels = [one.label for one in self.images]
        return tuple(
            pair
            for pair in self.pairs
            if labels[pair.first] and labels[pair.second] and labels[pair.first] != labels[pair.second]
        )

    @property
    def in_conflict(self) -> set[int]:
        """Positions of the images that have copies with another label."""
        return {place for pair in self.conflicts for place in (pair.first, pair.second)}

    @property
    def copy_groups(self) -> list[list[int]]:
        """Positions of the images of each group that holds copies, the first group first."""
        linked = groups_of(len(self.images), ((pair.first, pair.second) for pair in self.pairs))
        members: dict[int, list[int]] = {}
        for position, group in enumerate(linked.tolist()):
            members.setdefault(group, []).append(position)
        return [one for one in members.values() if len(one) > 1]


def run_gate(images: Sequence[GateImage], *, jobs: int = 1, show_progress: bool = True) -> Gate:
    """Read all images, and find the copies among them.

    Pictures are compared with pictures and volumes with volumes; cropped copies are looked for among pictures. An image
    that cannot be read is in no pair.

    Parameters
    ----------
    images : sequence of GateImage
    jobs : int
        Worker processes that read; what is found does not depend on it.
    show_progress : bool
    """
    looked = _read_all(images, jobs, show_progress)
    kinds = [
        [place for place, one in enumerate(looked) if one.small is not None and one.is_2d is flat]
        for flat in (True, False)
    ]
    with progress("Looking for copies", _steps(kinds), show=show_progress) as tell:
        pairs = [pair for places in kinds for pair in _of_kind(looked, places, tell)]
    links = [(pair.first, pair.second) for pair in pairs] + _same_patient(images)
    return Gate(tuple(images), tuple(looked), tuple(sorted(pairs)), groups_of(len(images), links))


def _read_all(images: Sequence[GateImage], jobs: int, show: bool) -> list[Looked]:
    """Read and reduce every image, in one process or several."""
    portions = [images[start : start + READ_AT_ONCE] for start in range(0, len(images), READ_AT_ONCE)]
    with progress("Reading images", len(images), show=show) as tell, relayed(tell) as ticks:
        found = in_order(partial(_read_some, tell=ticks), portions, jobs, _died)
    return [one for portion in found for one in portion]


def _read_some(images: Sequence[GateImage], *, tell: Progress) -> list[Looked]:
    found = []
    for image in images:
        found.append(look(image.path.absolute()))
        tell(image.patient_id)
    return found


def _died(images: Sequence[GateImage]) -> list[Looked]:
    return [Looked(code=WorkerDied.code, message=DIED_TWICE) for _ in images]


def _steps(kinds: Sequence[Sequence[int]]) -> int:
    """How often the search among pictures and among volumes tells where it is, but for what it finds to fit."""
    pictures, volumes = (len(places) for places in kinds)
    n_turns = (2 * len(PICTURE_TURNS) if pictures > 1 else 0) + (2 * len(VOLUME_TURNS) if volumes > 1 else 0)
    return n_turns + (steps(pictures) if pictures > 1 else 0)


def look(path: Path) -> Looked:
    """Read one image and reduce it; what goes wrong is kept, and the others go on."""
    with collected() as told:
        try:
            volume = read_image(path)
        except RadioboneError as error:
            return Looked(code=error.code, message=_by_name(path, error))
    return _looked(volume, tuple(f"{one.code}: {_by_name(path, one)}" for one in told))


def _by_name(path: Path, told: Exception) -> str:
    """Return a message that calls an image by its name, and not by where it lies on this machine."""
    return str(told).replace(str(path), path.name)


def _looked(volume: Volume, told: tuple[str, ...]) -> Looked:
    values = volume.array[0] if len(volume.array) == 1 else volume.array
    return Looked(
        small=reduced(values),
        digest=pixel_digest(values),
        shape=volume.shape,
        spacing_mm=None if volume.spacing_assumed else volume.spacing_mm,
        modality=volume.modality or "",
        is_2d=values.ndim == 2,
        is_even=bool((values == values.flat[0]).all()),
        warnings=told,
    )


def _of_kind(looked: Sequence[Looked], places: Sequence[int], tell: Progress) -> list[CopyPair]:
    """Find the copies among images of one number of dimensions; of the same pixels the first stands for all."""
    exact = same_pixels([looked[place].digest for place in places])
    copied = {pair.second for pair in exact}
    single = [number for number in range(len(places)) if number not in copied]
    found = [_placed(pair, places) for pair in exact]
    if len(single) > 1:
        small = np.stack(
            [one.small for one in (looked[places[number]] for number in single) if one.small is not None]
        )
        near = near_copies(small, tell=tell)
        known = {(pair.first, pair.second) for pair in near}
        cropped = cropped_copies(small, known, tell=tell) if small.ndim == 3 else []
        found += [_placed(pair, [places[number] for number in single]) for pair in (*near, *cropped)]
    return found


def _placed(pair: CopyPair, places: Sequence[int]) -> CopyPair:
    return replace(pair, first=places[pair.first], second=places[pair.second])


def _same_patient(images: Sequence[GateImage]) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    return [
        (first[image.patient_id], place)
        for place, image in enumerate(images)
        if first.setdefault(image.patient_id, place) != place
    ]
