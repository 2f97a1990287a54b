"""In what a download differs from its card, and what the duplicate gate says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from radiobone.cohort.data_card import DataCard, KnownFile
from radiobone.core.counting import counted
from radiobone.core.files import file_digest
from radiobone.io.downloads.found import Deviation, FoundImage
from radiobone.workflow.data_cards.gate import Gate

Conflicts = Literal["set-aside", "keep"]
LARGE_SHARE, LARGE_FROM = 0.1, 20
SHOWN_OF_A_KIND = 5


def file_deviations(path: Path, known: Sequence[KnownFile]) -> list[Deviation]:
    """Compare a downloaded file with those that the card knows by size or digest; none known, none differs."""
    if not known or not path.is_file():
        return []
    size, sha256 = path.stat().st_size, ""
    for one in known:
        if one.sha256:
            sha256 = sha256 or file_digest(path)
        if one.bytes in (None, size) and one.sha256 in ("", sha256):
            return []
    expected = "; ".join(f"{one.name}: {one.bytes or '?'} bytes {one.sha256}".strip() for one in known)
    message = (
        f"{path.name} has {size} bytes{f' and SHA-256 {sha256}' if sha256 else ''}, and the card says {expected}. It is another "
        "version, or not whole."
    )
    return [Deviation("DigestDiffers", path.name, message)]


def count_deviations(card: DataCard, images: Sequence[FoundImage]) -> list[Deviation]:
    """Compare the number of images, of each class and of patients with the card's."""
    deviations = []
    found = Counter(image.label for image in images)
    for one in card.classes:
        if not found[one.name]:
            message = f"No image of the class '{one.name}'."
            deviations.append(Deviation("ClassMissing", one.name, message))
        elif one.images is not None and found[one.name] != one.images:
            message = f"{found[one.name]} images of '{one.name}', and the card says {one.images}."
            deviations.append(Deviation("CountDiffers", one.name, message))
    deviations += _total(card.images, len(images), "images", card)
    known = _patients_known(card)
    return deviations + (
        _total(card.subjects, len({image.patient_id for image in images}), "subjects", card) if known else []
    )


def _patients_known(card: DataCard) -> bool:
    return card.patient_ids.startswith(("given", "each", "one row"))


def _total(stated: int | None, found: int, what: str, card: DataCard) -> list[Deviation]:
    if stated is None or stated == found:
        return []
    others = [
        f"{one.count} ({one.source})" for each in card.disagreements if each.of == what for one in each.stated
    ]
    also = f" Sources disagree: {'; '.join(others)}." if others else ""
    return [Deviation("CountDiffers", what, f"{found} {what}, and the card says {stated}.{also}")]


def gate_deviations(gate: Gate) -> list[Deviation]:
    """Name images that cannot be read or are even, copies, copies with two labels, and a group that is too large."""
    deviations = []
    for image, looked in zip(gate.images, gate.looked, strict=True):
        if looked.code:
            deviations.append(Deviation(looked.code, image.path.name, looked.message))
        elif looked.is_even:
            message = f"All pixels of {image.path.name} have one value, so it can be no image of a patient."
            deviations.append(Deviation("EvenImage", image.path.name, message))
    conflicts = set(gate.conflicts)
    for pair in gate.pairs:
        one, other = gate.images[pair.first], gate.images[pair.second]
        if pair in conflicts:
            message = (
                f"{one.path.name} ('{one.label}') and {other.path.name} ('{other.label}') are one image ({_how(pair.kind, pair.turn)}, "
                f"correlation {pair.correlation:.4f}), so one of the labels is wrong, and nobody can tell which."
            )
            deviations.append(Deviation("ConflictingLabel", one.path.name, message))
        else:
            message = f"{one.path.name} and {other.path.name}: {_how(pair.kind, pair.turn)}, correlation {pair.correlation:.4f}."
            deviations.append(Deviation("SameImageTwice", one.path.name, message))
    return deviations + _large_groups(gate)


def _how(kind: str, turn: str) -> str:
    return kind if turn == "as it is" else f"{kind}, {turn}" if kind != "turned" else turn


def _large_groups(gate: Gate) -> list[Deviation]:
    largest = max((len(one) for one in gate.copy_groups), default=0)
    if largest < max(LARGE_FROM, LARGE_SHARE * len(gate.images)):
        return []
    message = (
        f"One group of copies holds {largest} of {len(gate.images)} images. Either these are many copies of few, or the images "
        "are so much alike that reducing them makes them equal: look at its sheet. Folds cannot part it."
    )
    return [Deviation("LargeGroup", "", message)]


def aside_lines(n_aside: int) -> list[str]:
    """Say how many images were left out for having copies with another label; nothing of none."""
    if not n_aside:
        return []
    return [f"{n_aside} with two labels were left out of the manifest (--conflicts keep keeps them)."]


def deviation_lines(deviations: Sequence[Deviation]) -> list[str]:
    """Return deviations by name, a few of each."""
    if not deviations:
        return ["Nothing differs from the card."]
    by_code: dict[str, list[Deviation]] = {}
    for one in deviations:
        by_code.setdefault(one.code, []).append(one)
    lines = []
    for code, these in by_code.items():
        lines += [f"  {code}: {one.message}" for one in these[:SHOWN_OF_A_KIND]]
        if len(these) > SHOWN_OF_A_KIND:
            lines.append(f"  {code}: … and {len(these) - SHOWN_OF_A_KIND} more, in deviations.csv.")
    return [f"{counted(len(deviations), 'deviation')}:", *lines]
