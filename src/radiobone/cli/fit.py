"""``radiobone fit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli import options
from radiobone.cli.pseudonyms import pseudonymisable

EPILOG = """Examples:

[bold]radiobone fit features --target osteoporosis --positive yes -o model.rbm[/bold]

[bold]radiobone fit features --target osteoporosis --positive yes --evaluated result -o model.rbm[/bold]

Then: [bold]radiobone validate model.rbm OTHER_COHORT -o validation[/bold]"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(fit))


def fit(
    source: Annotated[
        Path, typer.Argument(help="A folder made by `extract`, or a table (CSV, Excel, Parquet).")
    ],
    target: options.Target,
    output: Annotated[Path, typer.Option("-o", "--output", help="The model file to write.")],
    positive: options.Positive = None,
    task: options.Task = None,
    order: options.Order = None,
    pipeline: options.Pipeline = "default",
    search: options.Search = None,
    id_column: options.IdColumn = None,
    groups: options.Groups = None,
    site: options.Site = None,
    clinical: options.Clinical = None,
    features: options.Features = None,
    unit: options.Unit = "patient",
    parent: options.Parent = None,
    duplicates: options.Duplicates = "group",
    evaluated: Annotated[
        Path | None,
        typer.Option(
            "--evaluated",
            help="Result of `evaluate` on the same table with the same options: the model carries its figures, and "
            "`validate` shows them beside its own.",
        ),
    ] = None,
    block: options.Block = None,
    fusion: options.Fusion = None,
    pool: options.Pool = None,
    seed: options.Seed = 0,
    jobs: options.Jobs = options.ALL_CORES,
    quiet: options.Quiet = False,
) -> None:
    """Fit the final model on all rows and save it. Its honest performance is what `evaluate` reports."""
    from radiobone.core.output_lock import hold_file
    from radiobone.core.outputs import prepare_file
    from radiobone.workflow.score import fit_table

    hold_file(prepare_file(output, example="model.rbm", suffix=".rbm", inputs=[source, pipeline]))
    model = fit_table(
        source,
        pipeline=pipeline,
        search=search,
        seed=seed,
        jobs=jobs,
        show_progress=not quiet,
        say=typer.echo,
        parent=parent,
        duplicates=duplicates,
        evaluated=evaluated,
        blocks=block,
        fusion=fusion,
        pool=pool,
        task=task,
        order=order,
        **options.roles(target, positive, id_column, groups, site, clinical, features, unit),
    )
    digest = model.save(output)
    if model.clinical_left_out:
        typer.echo(
            "Clinical variables that the selection left out, on which no score depends and which `score` does not take: "
            f"{', '.join(model.clinical_left_out)}"
        )
    typer.echo(
        f"Model: {output} ({model.about['model']}, {len(model.needed)} features, content digest {digest[:12]}…)"
    )
