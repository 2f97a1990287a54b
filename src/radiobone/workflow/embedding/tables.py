"""Vectors of images as a table, and the files that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.cohort.view_pooling import BONE_NAMES, VIEW_NAMES
from radiobone.core.errors import BadSetting
from radiobone.core.files import write_csv, write_json, write_parquet
from radiobone.core.folder_kinds import PROVENANCE_FILE, VECTORS_FILE
from radiobone.core.outputs import writing
from radiobone.core.provenance import made_now, package_version, versions
from radiobone.core.pseudonymising import pseudonym_record, table_digest
from radiobone.io.case import Case
from radiobone.workflow.embedding.encoding import Embedded

TOLD_APART_BY = VIEW_NAMES | BONE_NAMES


@dataclass(frozen=True, eq=False)
class Vectors:
    """What was written.

    Attributes
    ----------
    table : DataFrame
        ``patient_id``, ``roi`` and the manifest's columns of views and bones where it has them, then the vector.
    cases : DataFrame
        Every image with its code and message.
    encoder : dict
        Digest of the network, its input and how images are brought to it.
    """

    table: pd.DataFrame
    cases: pd.DataFrame
    encoder: dict[str, Any]

    @property
    def n_failed(self) -> int:
        """Number of images without a vector."""
        return int((self.cases["status"] == "failed").sum())


def vector_table(found: Sequence[Embedded], name: str, about: dict[str, Any]) -> Vectors:
    """Gather the vectors of all images, whose columns are called ``name_1`` and so on.

    Raises
    ------
    BadSetting
        If they differ in length.
    """
    lengths = {len(one.vector) for one in found if not one.code}
    if len(lengths) > 1:
        raise BadSetting(
            f"The network gives vectors of different lengths ({', '.join(map(str, sorted(lengths)))}), which make no table. Export it for "
            "a fixed size."
        )
    length = max(lengths, default=0)
    columns = [f"{name}_{number}" for number in range(1, length + 1)]
    whose = [_whose(one.case) for one in found]
    kept = [place for place, one in enumerate(found) if not one.code]
    numbers = pd.DataFrame([found[place].vector for place in kept], columns=columns, dtype=float)
    who = pd.DataFrame([whose[place] for place in kept], columns=list(whose[0]) if whose else ["patient_id"])
    empty = [column for column in who if column != "patient_id" and (who[column] == "").all()]
    cases = pd.DataFrame(
        [
            {
                **own,
                "image": "" if one.case.concealed else one.case.image.name,
                "status": "failed" if one.code else "done",
                "code": one.code,
                "message": one.message,
                "warnings": " | ".join(one.warnings),
            }
            for own, one in zip(whose, found, strict=True)
        ]
    )
    return Vectors(
        pd.concat([who.drop(columns=empty), numbers], axis=1), cases, {**about, "n_columns": length}
    )


def _whose(case: Case) -> dict[str, str]:
    """Patient, region, and what tells views and bones apart."""
    views = {name: cell or "" for name, cell in case.row.items() if name.strip().casefold() in TOLD_APART_BY}
    return {"patient_id": case.patient_id, "roi": case.roi, **views}


def write_vectors(
    vectors: Vectors, folder: Path, manifest: Path, found: Sequence[Embedded], keys: Sequence[str | None]
) -> None:
    """Write the table, what became of every image, and, last, the provenance.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    with writing(folder / PROVENANCE_FILE):  # a table is never seen beside the record of another
        (folder / PROVENANCE_FILE).unlink(missing_ok=True)
    write_parquet(folder / VECTORS_FILE, vectors.table)
    write_csv(folder / "cases.csv", vectors.cases)
    write_json(
        folder / PROVENANCE_FILE,
        {
            **made_now(),
            "versions": {**versions(), "onnxruntime": package_version("onnxruntime")},
            **pseudonym_record(),
            "encoder": vectors.encoder,
            "manifest": {"name": manifest.name, "sha256": table_digest(manifest), "n_cases": len(found)},
            "inputs": {
                " ".join(_whose(one.case).values()): key for one, key in zip(found, keys, strict=True)
            },
        },
    )
