"""Images become vectors of a network in an ONNX file, as a table that joins features as a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from radiobone.core.entries import Entries
from radiobone.core.errors import BadSetting, RadioboneError
from radiobone.core.file_kinds import is_file
from radiobone.core.files import content_digest, file_digest
from radiobone.core.folder_kinds import EMBEDDING, VECTOR_CACHE
from radiobone.core.folders import prepare_folder_of
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.output_lock import holds_outputs
from radiobone.core.progress import progress
from radiobone.core.provenance import code_digest, package_version
from radiobone.core.run_record import begin, finish
from radiobone.core.settings import parse_yaml, read_yaml, validate
from radiobone.features.onnx_encoder import NORMALISATIONS, EncoderInput, OnnxEncoder
from radiobone.io.case import Case, check_case_files
from radiobone.io.images import files_read
from radiobone.io.manifest import read_manifest
from radiobone.io.manifest_paths import check_paths
from radiobone.workflow.embedding.encoding import Embedded, EmbedTask, died, encode_images
from radiobone.workflow.embedding.tables import TOLD_APART_BY, Vectors, vector_table, write_vectors
from radiobone.workflow.process_pool import in_order
from radiobone.workflow.ticks import relayed

CODE = (
    "core", "io", "imaging/flat_image.py", "imaging/crop.py", "features/onnx_encoder.py", "workflow/embedding",
)  # fmt: skip
PIECES_PER_WORKER = 4


def read_encoder_input(source: str | Mapping[str, Any] | None) -> EncoderInput:
    """Read how images are brought to a network: a name of `NORMALISATIONS`, YAML written out, a file, or plain data.

    Raises
    ------
    BadSetting
        If nothing is said: a network does not tell how its images were normalised.
    FileMissing, BadConfig
    """
    known = ", ".join(NORMALISATIONS)
    if source is None:
        raise BadSetting(
            f"How images were normalised when the network was trained is not written in its file, and a wrong guess gives vectors that "
            f"mean nothing. Say --normalisation: {known}, or written out: '{{mean: 0.5, sd: 0.25, n_rows: 224, n_columns: 224}}'."
        )
    if isinstance(source, Mapping):
        content = dict(source)
    elif not isinstance(source, str):
        raise BadSetting(
            f"The normalisation is {source!r}, and a name, a file or 'key: value' lines are needed: {known}."
        )
    elif source in NORMALISATIONS:
        content = dict(NORMALISATIONS[source])
    elif source.lstrip().startswith("{"):
        content = parse_yaml(source, source="--normalisation")
    elif is_file(Path(source)):
        content = read_yaml(Path(source))
    else:
        raise BadSetting(f"'{source}' is no normalisation and no file. There are {known}; or write it out.")
    return validate(EncoderInput, content, source="normalisation")


@holds_outputs
def embed(
    manifest: str | Path,
    encoder: str | Path,
    output: str | Path,
    *,
    normalisation: str | Mapping[str, Any] | None = None,
    crop: bool = False,
    name: str | None = None,
    root: str | Path | None = None,
    jobs: int = 1,
    show_progress: bool = True,
) -> Vectors:
    """Encode every image of a manifest by a network that stays as it is.

    Parameters
    ----------
    manifest : path
        ``patient_id, image`` and, where a patient has several, ``roi``, ``view`` or ``bone``; ``mask`` for ``crop``.
    encoder : path
        ONNX file.
    output : path
        Folder for ``vectors.parquet``, ``cases.csv`` and ``provenance.json``; a second run computes what is missing.
    normalisation : str or mapping
        As ``read_encoder_input`` takes it.
    crop : bool
        Encode the box round each mask in place of the whole image.
    name : str, optional
        What the columns are called, with a number behind: default, the file's name.
    root : path, optional
    jobs : int
        Worker processes; the numbers do not depend on it.

    Raises
    ------
    MissingExtra, UnsafeNetwork, BadSetting
    TableError, PathError
    """
    network = Path(encoder).absolute()
    settings = OnnxEncoder(network, read_encoder_input(normalisation)).settings
    listed = read_manifest(
        Path(manifest),
        root=None if root is None else Path(root),
        mask_needed=crop,
        told_apart_by=TOLD_APART_BY,
    )
    check_paths(listed)
    folder = prepare_folder_of(EMBEDDING, output, inputs=[manifest, encoder])
    task = EmbedTask(network, settings, crop, folder.absolute() / VECTOR_CACHE)
    cases = sorted(listed.cases, key=lambda one: (one.patient_id, one.roi, str(sorted(one.row.items()))))
    about = {
        "file": network.name,
        "sha256": file_digest(network),
        "input": settings.model_dump(mode="json"),
        "crop": crop,
    }
    keys = [_key(case, task, about) for case in cases]
    begin(folder, EMBEDDING)
    entries = Entries(task.store)
    with saying_what_is_kept(lambda: f"{entries.count([key for key in keys if key])} of {len(cases)} images"):
        found = _computed(cases, keys, task, jobs, show_progress)
    vectors = vector_table(found, name or _plain_name(network), about)
    write_vectors(vectors, folder, listed.path, found, keys)
    entries.prune([key for key in keys if key])
    finish(folder, EMBEDDING)
    return vectors


def _plain_name(network: Path) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in network.stem) or "vector"


def _key(case: Case, task: EmbedTask, about: Mapping[str, Any]) -> str | None:
    """Digest of what decides an image's vector; None if a file cannot be read (the case will fail by name)."""
    try:
        check_case_files(case, ("image", "mask") if task.crop else ("image",))
        files = [*files_read(case.image), *(files_read(case.mask) if task.crop else ())]
        digests = [file_digest(file) for file in files]
    except (OSError, ValueError, RadioboneError):
        return None
    region: list[Any] = [case.roi, case.label] if task.crop else []
    if case.concealed is not None:  # messages are kept too
        region.append(case.patient_id)
    runtime = {name: package_version(name) for name in ("onnxruntime", "numpy", "scipy", "SimpleITK")}
    return str(content_digest([digests, region, dict(about), runtime, code_digest(CODE)]))


def _computed(
    cases: Sequence[Case], keys: Sequence[str | None], task: EmbedTask, jobs: int, show: bool
) -> list[Embedded]:
    entries, done = Entries(task.store), {}
    for place, key in enumerate(keys):
        kept = None if key is None else entries.read(key)
        if isinstance(kept, dict) and {"vector", "warnings"} <= set(kept):
            done[place] = Embedded(cases[place], tuple(kept["vector"]), warnings=tuple(kept["warnings"]))
    missing = [place for place in range(len(cases)) if place not in done]
    n_pieces = max(1, min(len(missing), jobs * PIECES_PER_WORKER))
    pieces = [missing[start::n_pieces] for start in range(n_pieces)]
    with progress("Encoding images", len(missing), show=show) as tell, relayed(tell) as ticks:
        asked = [[(cases[place], keys[place]) for place in piece] for piece in pieces]
        found = in_order(partial(encode_images, task=task, tell=ticks), asked, jobs, died)
    for piece, outcomes in zip(pieces, found, strict=True):
        done.update(zip(piece, outcomes, strict=True))
    return [done[place] for place in range(len(cases))]
