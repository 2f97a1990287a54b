"""``radiobone evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli import options
from radiobone.cli.optional_value import OptionalNumbers
from radiobone.cli.pseudonyms import pseudonymisable
from radiobone.cli.shown import show_ablation, show_metrics
from radiobone.cli.unused_options import refuse_training, refuse_without

EPILOG = """Examples:

[bold]radiobone evaluate features --target osteoporosis --positive yes -o result[/bold]

[bold]radiobone evaluate table.xlsx --target Target --id ID --pipeline mrmr_svm -o result[/bold]

[bold]radiobone evaluate table.csv --target dead --site hospital --outer site -o by_site[/bold]

[bold]radiobone evaluate features --target dead --clinical age,sex --block embeddings=deep.csv --fusion late -o fused[/bold]

[bold]radiobone evaluate table.csv --target dead --null-control --optimism-meter -o checked[/bold]

[bold]radiobone evaluate table.csv --target dead --subgroups sex,age:65 --bootstrap-optimism 200 -o result[/bold]

[bold]radiobone evaluate features --target dead --clinical age,sex --ablation --pool max -o blocks[/bold]

[bold]radiobone evaluate table.csv --target diagnosis --task ordinal --order who -o result[/bold]

[bold]radiobone evaluate table.csv --target t_score --task number -o result[/bold]

[bold]radiobone evaluate predictions.csv --target osteoporosis --probability cnn --subgroups sex -o judged[/bold]

[bold]radiobone evaluate table.csv --target dead -o result --scheduler tcp://host:8786[/bold]  (on a dask cluster)

[bold]radiobone evaluate features --target dead --block labs=labs.xlsx --pseudonymise ~/keys/study.key -o result[/bold]  (joins tables by their pseudonyms)

Then: [bold]radiobone report result[/bold]

Interrupted? Run the same command again: finished folds are kept."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=OptionalNumbers, epilog=EPILOG)(pseudonymisable(evaluate))


def evaluate(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(help="A folder made by `extract`, or a table (CSV, Excel, Parquet).")
    ],
    target: options.Target,
    output: options.Output,
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
    outer: options.Outer = None,
    splits: options.Splits = None,
    time: options.Time = None,
    external: options.External = None,
    parent: options.Parent = None,
    duplicates: options.Duplicates = "group",
    block: options.Block = None,
    fusion: options.Fusion = None,
    null_control: options.NullControl = None,
    optimism_meter: options.OptimismMeter = False,
    pool: options.Pool = None,
    compare_with: Annotated[
        Path | None,
        typer.Option(
            "--compare-with",
            help="An earlier result of the same rows: its folds are used, and the difference is shown as `contrast` does.",
        ),
    ] = None,
    subgroups: options.Subgroups = None,
    min_patients: options.MinPatients = 20,
    min_events: options.MinEvents = 5,
    bootstrap_optimism: Annotated[
        int | None,
        typer.Option(
            "--bootstrap-optimism",
            min=10,
            help="Resamples of Harrell's optimism beside nested cross-validation, each fitting the whole pipeline: 200 are "
            "usual, and take as long as 200 outer folds.",
        ),
    ] = None,
    probability: Annotated[
        str | None,
        typer.Option(
            "--probability",
            help="Train nothing: judge this column, the probabilities that another program gave, as a frozen model. Options of "
            "training are refused beside it.",
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", help="Of --probability: from which on a row counts as positive.")
    ] = 0.5,
    no_shap: options.NoShap = False,
    ablation: options.Ablation = False,
    baseline: options.Baseline = None,
    seed: options.Seed = 0,
    jobs: options.Jobs = options.ALL_CORES,
    scheduler: options.Scheduler = None,
    quiet: options.Quiet = False,
) -> None:
    """Judge a pipeline by nested cross-validation, with SHAP values on held-out rows."""
    if probability is not None:
        refuse_training(context)
        from radiobone.workflow.ready_predictions import judge_probabilities
        from radiobone.workflow.validation_words import validation_lines

        judged = judge_probabilities(
            source, output, probability=probability, target=target, threshold=threshold, positive=positive, say=typer.echo,
            subgroups=options.subgroup_request(subgroups, min_patients, min_events), seed=seed,
            command=options.command_line(), id=id_column, groups=groups, site=site, unit=unit, duplicates=duplicates,
        )  # fmt: skip
        for line in validation_lines(judged.summary):
            typer.echo(line)
        typer.echo(f"Results: {output}. Next: radiobone report {output}")
        return
    refuse_without(context, ("threshold",), "--probability")
    from radiobone.workflow.contrasting import contrast_lines, contrast_with_earlier, folds_of
    from radiobone.workflow.evaluate_table import evaluate_table
    from radiobone.workflow.pipelines import resolve_pipeline

    if compare_with is not None:
        kind = resolve_pipeline(pipeline, task, order).task.kind
        splits = folds_of(compare_with, splits, output, kind)
    with options.working_on(scheduler, output, quiet=quiet):
        evaluation = evaluate_table(
            source,
            output,
            pipeline=pipeline,
            search=search,
            seed=seed,
            jobs=jobs,
            show_progress=not quiet,
            say=typer.echo,
            command=options.command_line(),
            outer=outer,
            splits=splits,
            time=time,
            external=external,
            parent=parent,
            duplicates=duplicates,
            blocks=block,
            fusion=fusion,
            null_control=null_control,
            optimism_meter=optimism_meter,
            pool=pool,
            subgroups=options.subgroup_request(subgroups, min_patients, min_events),
            bootstrap_optimism=bootstrap_optimism,
            explain=not no_shap,
            ablation=ablation,
            baseline=baseline,
            task=task,
            order=order,
            **options.roles(target, positive, id_column, groups, site, clinical, features, unit),
        )
    show_metrics(evaluation)
    if ablation:
        show_ablation(output)
    if compare_with is not None:
        for line in contrast_lines(contrast_with_earlier(output, compare_with)):
            typer.echo(line)
    typer.echo(f"Results: {output}. Next: radiobone report {output}")
