"""The scans of a manifest, or the one that is named, with what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiobone.core.errors import BadSetting, NotNumeric
from radiobone.io.acquisition import acquisition_record
from radiobone.io.case import Case, check_case_files
from radiobone.io.manifest import read_manifest
from radiobone.workflow.bone.patient import ScanFacts

BODIES_COLUMN = "bodies"


@dataclass(frozen=True)
class Scan:
    """One image with its masks.

    Attributes
    ----------
    case : Case
        Patient, image and mask.
    bodies : Path or None
        Mask of the vertebral bodies.
    levels : tuple of str
        Regions that a manifest names; empty if it names none.
    facts : ScanFacts
        What is said of the scan; tube voltage and contrast of DICOM come from its header where nothing is said.
    """

    case: Case
    bodies: Path | None = None
    levels: tuple[str, ...] = ()
    facts: ScanFacts = field(default_factory=ScanFacts)

    def check_files(self) -> None:
        """Check that all files are there and may be read; errors as for ``check_case_files``."""
        check_case_files(self.case)
        if self.bodies is not None:
            check_case_files(replace(self.case, mask=self.bodies))

    def with_header(self) -> Scan:
        """Fill tube voltage and contrast in from a DICOM header; one without an agent does not say that there was none."""
        told = acquisition_record([self.case]).get("parameters", {})
        kvp = next((float(one) for one in told.get("KVP", {}) if one.replace(".", "", 1).isdecimal()), None)
        agent = next(iter(told.get("ContrastBolusAgent", {})), None)
        facts = replace(self.facts, kvp=self.facts.kvp or kvp, contrast=self.facts.contrast or agent)
        return replace(self, facts=facts)


def scans_of(
    image: Path, mask: Path | None, bodies: Path | None, root: Path | None, facts: ScanFacts
) -> list[Scan]:
    """List what is to be measured.

    Parameters
    ----------
    image : Path
        An image, or without ``mask`` a manifest.
    mask, bodies : Path or None
        Of the one image.
    root : Path or None
        Folder that the manifest's paths are relative to.
    facts : ScanFacts
        Of the one scan, or of all that the manifest says nothing of.

    Raises
    ------
    BadSetting
        If bodies are given with a manifest, or a body height is not one in metres.
    NotNumeric
        If a tube voltage or height is no number.
    TableError, PathError
        If the manifest cannot be read.
    """
    if mask is not None:
        name = image.name.split(".")[0] or image.name
        return [Scan(Case(name, "", Path(image), Path(mask)), bodies, (), facts)]
    if bodies is not None:
        raise BadSetting(
            "--bodies goes with one image and its mask. In a manifest, name them in a column 'bodies'."
        )
    manifest = read_manifest(image, root=root)
    grouped: dict[tuple[str, Path, Path], list[Case]] = defaultdict(list)
    for case in manifest.cases:
        grouped[(case.patient_id, case.image, case.mask)].append(case)
    return [_of_rows(cases, facts) for cases in grouped.values()]


def _of_rows(cases: Sequence[Case], facts: ScanFacts) -> Scan:
    cells = {key.casefold(): cell for key, cell in cases[0].row.items() if cell}
    given, root = cells.get(BODIES_COLUMN), cases[0].root
    bodies = None if not given else Path(given) if root is None else root / given
    try:
        own = ScanFacts(
            _number(cells, "kvp", cases[0]) or facts.kvp,
            cells.get("contrast") or facts.contrast,
            _number(cells, "height_m", cases[0]) or facts.height_m,
        )
    except BadSetting as error:
        raise BadSetting(f"Patient {cases[0].patient_id}: {error}") from error
    return Scan(cases[0], bodies, tuple(case.roi for case in cases if case.roi), own)


def _number(cells: Mapping[str, str], column: str, case: Case) -> float | None:
    text = cells.get(column)
    try:
        return None if text is None else float(text.replace(",", "."))
    except ValueError as error:
        raise NotNumeric(
            f"Patient {case.patient_id}: '{column}' is '{text}', not a number. Correct the cell, or empty it."
        ) from error
