"""Which columns each block has: by pattern, by list, from a file, or by what the cohort says of its columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.joined import join_file
from radiobone.cohort.vector_files import VECTOR_SUFFIXES
from radiobone.core.errors import BadSetting, MissingColumn
from radiobone.core.settings import validate
from radiobone.evaluation.blocks.joined_chain import BlockChain
from radiobone.evaluation.parts import Block
from radiobone.evaluation.spec import PipelineSpec

CLINICAL, IMAGE, OTHER = "clinical", "radiomics", "other"


def with_fusion(
    spec: PipelineSpec,
    blocks: Mapping[str, Any] | Sequence[str] | None = None,
    fusion: str | Mapping[str, Any] | None = None,
    pool: str | Mapping[str, Any] | None = None,
) -> PipelineSpec:
    """Return the pipeline with more blocks, another fusion or another pooling; None changes nothing.

    Parameters
    ----------
    spec : PipelineSpec
    blocks : mapping, or sequence of ``NAME=PATTERN``, optional
        Take the place of the pipeline's blocks of the same names.
    fusion : str or mapping, optional
        ``early``, ``late``, ``late-stack``, or as in a pipeline file.
    pool : str or mapping, optional
        ``mean``, ``median``, ``max``, ``min``, with ``-any`` or ``-pooled`` behind it, or ``none``; or as in a pipeline file.

    Raises
    ------
    BadConfig, BadSetting
    """
    if not blocks and fusion is None and pool is None:
        return spec
    content = spec.model_dump()
    named = dict(blocks) if isinstance(blocks, Mapping) else dict(map(_assignment, blocks or ()))
    content["blocks"] = {**content["blocks"], **named}
    if isinstance(fusion, str):
        kind, _, combine = fusion.partition("-")
        fusion = {"kind": kind, "combine": combine} if combine else {"kind": kind}
    content["fusion"] = fusion or content["fusion"]
    content["pool"] = content["pool"] if pool is None else pool
    return validate(PipelineSpec, content, source="blocks, fusion or pooling")


def _assignment(text: str) -> tuple[str, str]:
    name, equals, columns = text.partition("=")
    if not (name.strip() and equals and columns.strip()):
        raise BadSetting(
            f"'{text}' is not NAME=PATTERN, such as texture=*_glcm_*, clinical=age,sex or embeddings=embeddings.parquet."
        )
    return name.strip(), columns.strip()


def joins_files(spec: PipelineSpec) -> bool:
    """Tell whether blocks name files whose columns join those of the table."""
    return any(
        pattern.lower().endswith(VECTOR_SUFFIXES)
        for block in spec.blocks.values()
        for pattern in block.columns
    )


def settle_blocks(cohort: Cohort, spec: PipelineSpec) -> tuple[Cohort, PipelineSpec]:
    """Join the files of blocks, and write out the columns of every block where blocks matter.

    Raises
    ------
    MissingColumn
        If a name or pattern fits no column.
    BadSetting
        If a column is in two blocks, or late fusion has one block only.
    """
    if not spec.blocks and spec.fusion.kind == "early":
        return cohort, spec
    cohort, settled = named_blocks(cohort, spec)
    if settled.fusion.kind == "late" and len(settled.blocks) < 2:
        raise BadSetting(
            f"Late fusion combines a model per block, and there is one block only, '{next(iter(settled.blocks))}'. Name "
            "another (--block NAME=PATTERN), say which columns are --clinical, or use early fusion."
        )
    return cohort, settled


def named_blocks(cohort: Cohort, spec: PipelineSpec) -> tuple[Cohort, PipelineSpec]:
    """Join the files of blocks, and give every column to one block.

    Clinical columns that no block names are the block ``clinical``; all others ``radiomics``, or ``other`` if there
    is a block of that name.
    """
    found: dict[str, Block] = {}
    taken: dict[str, str] = {}
    for name, block in spec.blocks.items():
        cohort, patterns = _joined(cohort, name, block)
        columns = _matching(name, patterns, [str(column) for column in cohort.X.columns])
        _check_not_taken(name, columns, taken)
        taken |= dict.fromkeys(columns, name)
        found[name] = block.model_copy(update={"columns": columns})
    free = [str(column) for column in cohort.X.columns if column not in taken]
    for name, left in _left_over(free, set(cohort.clinical), found).items():
        found[name] = Block(columns=tuple(left))
    return cohort, spec.model_copy(update={"blocks": found})


def block_chains(spec: PipelineSpec, columns: Iterable[object]) -> tuple[BlockChain, ...]:
    """Return the chain of every block where one model sees blocks with steps of their own; else nothing."""
    if not spec.has_block_steps:
        return ()
    position = {str(name): number for number, name in enumerate(columns)}
    return tuple(
        BlockChain(name, tuple(position[column] for column in block.columns), block.steps or spec.steps)
        for name, block in spec.blocks.items()
    )


def columns_of(cohort: Cohort, columns: Sequence[str]) -> Cohort:
    """Return the cohort with some of its columns."""
    kept = set(columns)
    clinical = tuple(name for name in cohort.clinical if name in kept)
    return replace(cohort, X=cohort.X[list(columns)], clinical=clinical)


def _joined(cohort: Cohort, name: str, block: Block) -> tuple[Cohort, tuple[str, ...]]:
    patterns = block.columns
    files = [pattern for pattern in patterns if pattern.lower().endswith(VECTOR_SUFFIXES)]
    if not files or set(files) <= set(cohort.X.columns):
        return cohort, patterns
    columns: tuple[str, ...] = tuple(pattern for pattern in patterns if pattern not in files)
    for file in files:
        cohort, came = join_file(cohort, Path(file), name, block.pool)
        columns += came
    return cohort, columns


def _matching(block: str, patterns: Sequence[str], names: list[str]) -> tuple[str, ...]:
    there = set(names)
    wanted: set[str] = set()
    for pattern in patterns:
        hits = [pattern] if pattern in there else [name for name in names if _fits(name, pattern)]
        if not hits:
            raise MissingColumn(
                f"The block '{block}' names '{pattern}', which fits none of the {len(names)} features and clinical columns, "
                f"such as {', '.join(names[:5])}. Patterns are like original_* or *_glcm_*; case counts."
            )
        wanted.update(hits)
    return tuple(name for name in names if name in wanted)


def _fits(name: str, pattern: str) -> bool:
    """Whether a column fits; ``sex`` fits ``sex=M``, which was made of it."""
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern}=")


def _check_not_taken(name: str, columns: Sequence[str], taken: dict[str, str]) -> None:
    both = [column for column in columns if column in taken]
    if both:
        raise BadSetting(
            f"'{both[0]}' is in the blocks '{taken[both[0]]}' and '{name}'. A column belongs to one block, or it would count "
            "twice. Make the patterns narrower."
        )


def _left_over(free: Sequence[str], clinical: Collection[str], used: Collection[str]) -> dict[str, list[str]]:
    """Name the columns that no block has."""
    other = next(
        name for name in (OTHER, *(f"{OTHER}{n}" for n in range(2, len(used) + 3))) if name not in used
    )
    found: dict[str, list[str]] = {}
    for column in free:
        name = CLINICAL if column in clinical else IMAGE
        found.setdefault(other if name in used else name, []).append(column)
    return dict(sorted(found.items()))
