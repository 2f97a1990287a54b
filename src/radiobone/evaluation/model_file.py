"""The file of a model: a zip of JSON and skops parts, checked before anything is built from it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from radiobone.core.archive_sizes import check_sizes
from radiobone.core.errors import BadSetting, FileMissing, RadioboneError, ResourceLimit, UntrustedModel
from radiobone.core.file_kinds import did_you_mean, is_file
from radiobone.core.files import MAX_JSON_BYTES, content_digest, write_bytes
from radiobone.core.pickles import check_is_no_pickle
from radiobone.evaluation.built.blobs import check_blobs
from radiobone.evaluation.built.objects import check_objects
from radiobone.evaluation.built.unsound import Unsound
from radiobone.evaluation.trusted import TRUSTED_TYPES

MANIFEST = "model.json"
PARTS = ("steps.skops", "classifier.skops")
FORMAT = 2
LOCAL_BYTES, CENTRAL_BYTES, END_BYTES = 30, 46, 22
"""Of a zip's header before each member, its entry in the list at the end, and the record that ends the file."""
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_model(path: Path, content: dict[str, Any], steps: object, classifier: object) -> str:
    """Write a model, whole or not at all, and return its digest.

    Parameters
    ----------
    path : Path
        Usually ends in ``.rbm``.
    content : dict
        Plain data.
    steps, classifier : fitted estimators
        Of types on the trusted list.

    Raises
    ------
    BadSetting
        If what was fitted would be refused when it is read.
    """
    parts = dict(zip(PARTS, (skops.io.dumps(steps), skops.io.dumps(classifier)), strict=True))
    for name, part in parts.items():
        _check_opens_again(part, name, path)
    manifest = {**content, "format": FORMAT, "parts": {name: _digest(part) for name, part in parts.items()}}
    manifest["digest"] = content_digest(manifest)
    text = json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, data in {MANIFEST: text.encode(), **parts}.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), data, compress_type=zipfile.ZIP_DEFLATED)
    write_bytes(Path(path), buffer.getvalue())
    return str(manifest["digest"])


def read_model(path: Path) -> tuple[dict[str, Any], Any, Any]:
    """Read a model file: its plain data, its fitted steps and its classifier.

    Digests are checked before a part is opened, and a part is built only from types on the trusted list.
    The digest finds damage and careless edits; who wrote the file it cannot tell.

    Raises
    ------
    FileMissing
        If there is no file.
    ResourceLimit
        If the archive grows beyond its cap.
    UntrustedModel
        If the file was changed, is no model, or holds other types.
    """
    path = Path(path)
    if not is_file(path):
        raise FileMissing(f"No model at {path}. Check the path.{did_you_mean(path)}")
    check_is_no_pickle(path)
    members = _members(path)
    manifest = _manifest(members[MANIFEST], path)
    for name in PARTS:
        if _digest(members[name]) != manifest["parts"].get(name):
            raise _changed(path, name)
    steps, classifier = (_build(members[name], name, path) for name in PARTS)
    return manifest, steps, classifier


def _members(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            check_sizes(entries, path, path.stat().st_size)
            names = [entry.filename for entry in entries]
            if sorted(names) != sorted((MANIFEST, *PARTS)):
                raise UntrustedModel(
                    f"{path} holds {names[:5]} where a model has {[MANIFEST, *PARTS]}. It is no model file of this program, or "
                    "somebody has changed it. Get it again from whoever made it."
                )
            _check_nothing_else(entries, path)
            return {entry.filename: archive.read(entry) for entry in entries}
    except RadioboneError:
        raise
    except Exception as error:  # whatever a malformed archive provokes in its reader
        raise UntrustedModel(f"{path} is no model file or is damaged ({error}). Get it again.") from error


def _check_nothing_else(entries: Sequence[zipfile.ZipInfo], path: Path) -> None:
    """Refuse bytes before, between or after the members, of which no digest knows."""
    held = sum(LOCAL_BYTES + CENTRAL_BYTES + 2 * len(one.filename) + one.compress_size for one in entries)
    found = path.stat().st_size
    if found != held + END_BYTES:
        raise UntrustedModel(
            f"{path} has {found} bytes, and its parts make {held + END_BYTES}: something was added to the file or changed in it after "
            "saving, so it cannot be trusted. Get it again from whoever made it."
        )


def _manifest(data: bytes, path: Path) -> dict[str, Any]:
    if len(data) > MAX_JSON_BYTES:
        raise UntrustedModel(
            f"{path}: {MANIFEST} has {len(data):,} bytes, far more than a model's. Get the file again."
        )
    try:
        manifest = json.loads(data)
        made_by, recorded = manifest.get("format"), manifest.pop("digest")
        is_whole = isinstance(manifest["parts"], dict) and content_digest(manifest) == recorded
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise UntrustedModel(
            f"{path}: {MANIFEST} cannot be understood ({error}). Get the file again."
        ) from error
    if made_by != FORMAT:
        raise UntrustedModel(
            f"{path} has format {made_by!r}, and this version reads format {FORMAT}. "
            "Use the version of radiobone that made it, or fit the model again."
        )
    if not is_whole:
        raise _changed(path, MANIFEST)
    return {**manifest, "digest": recorded}


def _build(data: bytes, name: str, path: Path) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            check_sizes(inner.infolist(), path, len(data))
            check_blobs(inner)
        built = skops.io.loads(data, trusted=list(TRUSTED_TYPES))
        check_objects(built)
    except UntrustedTypesFoundException as error:
        raise UntrustedModel(
            f"{path}: {name} holds types that a radiobone model never has ({error}). Building them could run code. "
            "Do not use the file."
        ) from error
    except ResourceLimit:
        raise
    except Unsound as error:
        raise UntrustedModel(
            f"{path}: {name} holds {error}. No fitted model does, and compiled code that follows it would read or write outside of "
            "its memory. Do not use the file; get the model again from whoever made it."
        ) from error
    except Exception as error:  # whatever a malformed part provokes in the loader
        raise UntrustedModel(
            f"{path}: {name} cannot be built ({type(error).__name__}: {error}). Get it again."
        ) from error
    return built


def _check_opens_again(data: bytes, name: str, path: Path) -> None:
    """Refuse parameters of a step or model that give something other than what is known to be safe to open."""
    try:
        _build(data, name, path)
    except UntrustedModel as error:
        raise BadSetting(
            f"The fitted model was not saved, since it would not be opened again: {error.__cause__ or error}. Leave out the parameters that make "
            "it so (such as CatBoost's grow_policy), or choose another model."
        ) from error


def _changed(path: Path, name: str) -> UntrustedModel:
    return UntrustedModel(
        f"{path}: {name} is not what the model was saved with (its digest differs). The file was damaged or changed "
        "after saving, and its numbers cannot be trusted. Get it again from whoever made it."
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
