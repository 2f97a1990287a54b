"""What the command says of its measurements and results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone.core.counting import counted
from radiobone.core.folder_kinds import BONE_FAILED
from radiobone.features.bone import density, genant, psoas, thresholds
from radiobone.features.bone.base import VoxelRange
from radiobone.features.bone.registry import MEASUREMENTS
from radiobone.workflow.bone.reasons import summary_lines

if TYPE_CHECKING:
    from radiobone.workflow.bone.tables import BoneTables

MOST_PATIENTS, MOST_NAMES = 10, 4
NOT_KNOWN = "not known"
GENANT = (
    "Largest loss of height: anterior or middle against posterior, or of the whole body against its higher neighbour. Grade 1 from 20 %, 2 from 25 %, 3 above "
    "40 %. Of T4 to L5 alone (Genant names T4 to L4): no grade, no heights and no flag of a fracture of other vertebrae, S1 or other bones."
)
SHOWN = (
    ("trabecular_hu_mean", "trabecular {:.0f} HU"),
    ("volume_cm3", "{:.1f} cm³"),
    ("height_anterior_mm", "heights {:.1f}"),
    ("height_middle_mm", "{:.1f}"),
    ("height_posterior_mm", "{:.1f} mm"),
)


def measurement_lines() -> Iterator[str]:
    """Describe every measurement, a line for each of its parts."""
    for one in MEASUREMENTS.values():
        yield one.name
        yield f"  gives      {', '.join(f'{name} [{unit}]' for name, unit in one.units.items())}"
        yield f"  definition {one.definition}"
        yield f"  source     {one.source}"
        yield f"  voxels     up to {one.voxels.warned_above_mm:g} mm; refused above {one.voxels.refused_above_mm:g} mm. {one.voxels.why}"


def measurement_table() -> str:
    """Every measurement as a table in Markdown, those of a patient behind those of a region."""
    rows = [
        (
            one.name,
            one.definition,
            ", ".join(f"`{name}` {unit}" for name, unit in one.units.items()),
            one.source,
            _sizes(one.voxels),
        )
        for one in MEASUREMENTS.values()
    ]
    any_size = "as trabecular"
    rows += [
        ("genant", GENANT, "`genant_grade` 1, `height_loss` 1, `crush_ratio` 1", genant.SOURCE, "as heights"),
        ("thresholds", thresholds.DEFINITION, "`l1_hu_group` HU", thresholds.SOURCE, any_size),
        (
            "psoas",
            psoas.DEFINITION,
            ", ".join(f"`{name}` {unit}" for name, unit in psoas.UNITS.items()),
            psoas.SOURCE,
            _sizes(psoas.VOXELS),
        ),
        ("density", density.DEFINITION, "`mean_trabecular_density_mg_cm3` mg/cm³", density.SOURCE, any_size),
    ]
    head = "| name | definition | gives, unit | source | valid voxel size (longest edge) |\n|---|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _sizes(voxels: VoxelRange) -> str:
    return f"to {voxels.warned_above_mm:g} mm; warned of to {voxels.refused_above_mm:g}, then refused. {voxels.why}"


def result_lines(tables: BoneTables, folder: Path) -> Iterator[str]:
    """Say what was measured, level by level of the first patients, and where the tables lie."""
    if tables.kept:
        yield (
            f"Nothing could be measured ({counted(len(tables.cases), 'scan')}: {folder / BONE_FAILED}). The tables in {folder} are those of "
            "the earlier run, and stay as they are."
        )
        return
    for patient in tables.patients.head(MOST_PATIENTS).to_dict("records"):
        own = tables.levels[tables.levels["patient_id"] == patient["patient_id"]]
        yield f"{patient['patient_id']}: {counted(len(own), 'bone')} measured, {patient['n_levels_used']} without a flag"
        for row in own.to_dict("records"):
            yield f"  {row['structure']:<16} {_numbers(row)}{_flags(row)}"
        if patient["levels_missing"]:
            yield f"  not in the mask: {patient['levels_missing']}"
        if patient.get("l1_hu_group") == patient.get("l1_hu_group") and patient.get("l1_hu_group"):
            yield _screening(patient["l1_hu_group"], patient["l1_hu_caution"] or "")
        if patient["no_bones"]:
            yield f"  left out, no bone by name: {_no_bones(patient['no_bones'].split('; '))}"
        if patient["metal_in"]:
            yield f"  metal (voxels): {patient['metal_in']}"
    rest = len(tables.patients) - MOST_PATIENTS
    if rest > 0:
        yield f"… and {counted(rest, 'more scan')}."
    yield from summary_lines(tables.levels)
    if tables.replaced:
        shown = ", ".join(tables.replaced[:MOST_NAMES]) + (", …" if len(tables.replaced) > MOST_NAMES else "")
        yield (
            f"REPLACED: the tables in {folder} were of other inputs ({counted(len(tables.replaced), 'patient')}: {shown}), which are no longer "
            "in them. Give each run a folder of its own (-o) to keep both."
        )
    yield f"{counted(len(tables.levels), 'row')} in {folder / 'levels.csv'}, {len(tables.patients)} in {folder / 'patients.csv'}."


def _screening(group: str, caution: str) -> str:
    """L1's group; what is known to shift HU stands before it, what is not known of the scan behind."""
    parts = [part for part in caution.split("; ") if part]
    known = "; ".join(part for part in parts if not part.endswith(NOT_KNOWN))
    unknown = "; ".join(part for part in parts if part.endswith(NOT_KNOWN))
    before = f"CAUTION: {known}. With that, " if known else ""
    behind = f" ({unknown})" if unknown else ""
    return f"  {before}L1 {group} HU (Pickhardt 2013; a hint, no diagnosis){behind}"


def _no_bones(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"{counted(len(names), 'structure')} ({shown})"


def _numbers(row: dict[str, Any]) -> str:
    known = ((row.get(name), text) for name, text in SHOWN)
    return ", ".join(text.format(value) for value, text in known if value is not None and value == value)


def _flags(row: dict[str, Any]) -> str:
    grade = row.get("genant_grade")
    told = f" (Genant grade {grade:.0f}, {row['genant_kind']})" if grade and grade == grade else ""
    return f"  FLAGGED: {row['flags']}{told}" if row["flags"] else ""
