"""A comparison of two tables as lines for the terminal."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from radiobone.core.counting import counted
from radiobone.workflow.comparing.comparison import Comparison
from radiobone.workflow.comparing.differences import CLASSES
from radiobone.workflow.comparing.sides import Side, parts_of

GROUPS_SHOWN = 24
FEATURES_SHOWN = 8
NAMES_SHOWN = 6
FACTS_SHOWN = 20
WIDTH = 110


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Yield what a person reads: the tables, how well they agree, why they may differ, what the records say."""
    yield _side("A", found.a)
    yield _side("B", found.b)
    yield from _shared(found)
    yield ""
    yield from _groups(found)
    yield from _worst(found)
    yield from _reasons(found)
    yield from _recorded(found)
    yield ""
    yield _verdict(found)


def _side(letter: str, side: Side) -> str:
    return f"{letter}: {side.path} ({counted(len(side.features), 'row')} × {len(side.features.columns)} features)"


def _shared(found: Comparison) -> Iterator[str]:
    pairs, values = found.differences.pairs, found.differences
    yield f"{counted(len(pairs.names), 'row')} paired by {pairs.by}, {len(values.features)} features in both."
    for letter, what, names in (
        ("A", "row", pairs.only_a),
        ("B", "row", pairs.only_b),
        ("A", "feature", values.only_a),
        ("B", "feature", values.only_b),
    ):
        if names:
            yield f"Only in {letter}: {counted(len(names), what)} ({_some(names)})."


def _some(names: Sequence[str]) -> str:
    """Name a few; of many features, how many there are of each image."""
    parts = [parts_of(name) for name in names]
    if len(names) > NAMES_SHOWN and all(parts):
        kinds = Counter(part[0].split("-")[0] for part in parts if part is not None)
        return ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    return ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")


def _groups(found: Comparison) -> Iterator[str]:
    groups = found.differences.by_group()
    if len(groups) > GROUPS_SHOWN:  # one line per kind of image
        groups["image"] = groups["image"].str.split("-").str[0]
        groups = groups.sort_values("greatest difference", ascending=False, kind="stable")
        sums = dict.fromkeys(("values", *CLASSES), "sum")
        firsts = {"greatest difference": "first", "feature": "first"}
        groups = groups.groupby(["image", "family"], sort=False).agg({**sums, **firsts}).reset_index()
    widths = [max(len(name), 8) for name in CLASSES]
    head = "".join(f"  {name:>{width}}" for name, width in zip(CLASSES, widths, strict=True))
    yield f"{'image':<14}{'family':<12}{'values':>8}{head}  greatest difference"
    for row in groups.head(GROUPS_SHOWN).to_dict("records"):
        counts = "".join(
            f"  {row[name] or '·':>{width}}" for name, width in zip(CLASSES, widths, strict=True)
        )
        yield (
            f"{row['image'][:13]:<14}{row['family']:<12}{row['values']:>8}{counts}  "
            f"{_size(row['greatest difference'])}"
        )
    if len(groups) > GROUPS_SHOWN:
        yield f"… and {len(groups) - GROUPS_SHOWN} more"


def _size(relative: float) -> str:
    if math.isinf(relative):
        return "one has no number"
    if relative == 0:
        return "none"
    if relative < 1e-4:
        return f"{relative:.1e}"
    return f"{100 * relative:.0f} %" if relative >= 0.1 else f"{100 * relative:.2g} %"


def _worst(found: Comparison) -> Iterator[str]:
    table = found.differences.by_feature()
    table = table[table["rows"] > 0]
    if len(table):
        yield ""
        yield f"{len(table)} of {len(found.differences.features)} features differ; the farthest apart:"
    for row in table.head(FEATURES_SHOWN).itertuples():
        yield f"  {row.feature:<48} {_size(float(row[2])):>18} in {counted(int(row[3]), 'row')}"


def _reasons(found: Comparison) -> Iterator[str]:
    if found.reasons:
        yield ""
        yield "Why they may differ (by the pattern):"
    for reason in found.reasons:
        yield textwrap.fill(reason, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _recorded(found: Comparison) -> Iterator[str]:
    if found.recorded:
        yield ""
        yield "What the records say (A, then B):"
    for fact in found.recorded[:FACTS_SHOWN]:
        yield f"  - {fact.name}: {fact.a} → {fact.b}"
    if len(found.recorded) > FACTS_SHOWN:
        yield f"  … and {len(found.recorded) - FACTS_SHOWN} more"
    if not any(side.provenance or len(side.diagnostics.columns) for side in (found.a, found.b)):
        yield ""
        yield "Neither table has a record of settings and versions beside it."


def _verdict(found: Comparison) -> str:
    values = found.differences
    n_differ = int(values.differs.sum())
    if values.agree:
        return f"All {values.a.size} values agree within {values.tolerance:g}."
    if n_differ == 0:
        return f"All {values.a.size} shared values agree within {values.tolerance:g}; rows or features are missing."
    return f"{n_differ} of {values.a.size} values differ by more than {values.tolerance:g} (relative)."
