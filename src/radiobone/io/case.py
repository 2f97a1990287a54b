"""One case of a manifest, and whether its files may be read."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from radiobone.core.concealed import Concealed
from radiobone.core.errors import (
    FileMissing,
    NotALocalPath,
    NotARegularFile,
    NotNumeric,
    PathOutsideRoot,
    RadioboneError,
)
from radiobone.core.file_kinds import is_file, is_folder
from radiobone.io.roots import common_folder, is_drive, is_there

NO_PATH = Path()
URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:/")


@dataclass(frozen=True)
class Case:
    """One region of one patient.

    Attributes
    ----------
    roi : str
        Name of the region, or a pattern such as ``vertebrae_*``; empty if the manifest names none.
    image, mask : Path
        Absolute, or below the manifest's root; not looked at until ``check_case_files``.
    label : int or None
        Value in the mask.
    label_fault : str
        What is wrong with the manifest's value in the mask; empty if nothing is.
    row : mapping
        The manifest's other columns, as text.
    root : Path or None
        Folder that the files must lie in; None where the case does not come from a manifest.
    relative : bool
        Whether the manifest gives image or mask as a relative path.
    begin : Path or None
        Where relative paths begin, at or below the root.
    concealed : Concealed or None
        What messages must not tell, where ids are replaced by pseudonyms; ``shown_path`` is then empty.
    """

    patient_id: str
    roi: str
    image: Path
    mask: Path
    label: int | None = None
    label_fault: str = ""
    row: Mapping[str, str | None] = field(default_factory=dict)
    root: Path | None = None
    relative: bool = False
    begin: Path | None = None
    concealed: Concealed | None = field(default=None, repr=False)

    @property
    def case_id(self) -> str:
        """Patient, and region where it is named."""
        return f"{self.patient_id}/{self.roi}" if self.roi else self.patient_id

    def shown_path(self, path: Path) -> str:
        """Return a path as results show it: from the root on, or its name; nothing where ids are pseudonyms."""
        if self.concealed is not None or path == NO_PATH:
            return ""
        if self.root is None:
            return path.name
        if is_drive(self.root):
            return str(path)  # without its first slash it would look relative
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def shown_text(self, message: str) -> str:
        """Return a message as results show it: paths begin at the root, as in the manifest; nothing is told that is concealed."""
        if self.concealed is not None:
            return self.concealed.text(message)
        if self.root is not None and not is_drive(self.root):
            message = message.replace(f"{self.root}{os.sep}", "").replace(
                str(self.root), f"…{os.sep}{self.root.name}"
            )
        return message.replace(str(Path.home()), "~")


def check_case_files(case: Case, kinds: Collection[str] = ("image", "mask")) -> None:
    """Check, just before a case is processed, that its files are there and may be read.

    Parameters
    ----------
    case : Case
    kinds : collection of str
        Which of image and mask are needed.

    Raises
    ------
    FileMissing
        If image or mask is not named or not there.
    NotARegularFile
        If it is a pipe or device.
    NotALocalPath
        If it is a URL.
    PathOutsideRoot
        If it leads out of the manifest's root, also by way of a link.
    NotNumeric
        If the manifest names the value in the mask by a word.
    """
    if case.label_fault and "mask" in kinds:
        raise NotNumeric(case.label_fault)
    for kind, path in (("image", case.image), ("mask", case.mask)):
        if kind not in kinds:
            continue
        if path == NO_PATH:
            raise FileMissing(f"The manifest names no {kind}. Fill in the cell.")
        _check_local(case, kind, path)
        if not is_there(path):
            begin = f" (relative paths begin at {case.begin or case.root}; another folder can be named with --root)"
            raise FileMissing(
                f"No {kind} at {path}. Check the path in the manifest{begin if case.relative else ''}, and that the "
                "drive is there."
            )
        if not (is_file(path) or is_folder(path)):  # opening a pipe would wait for ever
            raise NotARegularFile(
                f"The {kind} {path} is a pipe or device, not a file. Save the data to a file first."
            )
        _check_links(case, kind, path)


def _check_links(case: Case, kind: str, path: Path) -> None:
    """Refuse slices of a folder, and voxels beside a header, that are links out of the root."""
    from radiobone.io.images import files_read  # the readers, which a manifest alone does not need

    files: tuple[Path, ...] = ()
    if case.root is not None:
        with suppress(RadioboneError):  # what cannot be read says so when it is read
            files = files_read(path)
    for file in files:
        if file.is_symlink():
            _check_local(case, kind, file)


def _check_local(case: Case, kind: str, path: Path) -> None:
    if URL.match(str(path)):
        raise NotALocalPath(f"The {kind} {path} is a URL. Nothing is downloaded; save it here first.")
    if case.root is None:
        return
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a NUL in it is a ValueError
        raise FileMissing(f"The {kind} {path} leads nowhere ({error}). Check the link.") from error
    if not resolved.is_relative_to(case.root.resolve()):
        common = common_folder([resolved.parent, case.root.resolve()])
        other = (
            f", or write all paths as absolute ones and give --root {common} (the folder of both)"
            if common
            else ""
        )
        raise PathOutsideRoot(
            f"The {kind} {path} leads to {resolved}, outside {case.root}. Manifests may only name files "
            f"below their own folder. Move the files there{other}."
        )
