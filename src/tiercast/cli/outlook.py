"""Commands that answer: `demo`, `score`, `report`, `explain`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    from tiercast.scoring.score import ScoreResult


def demo(
    sample: Annotated[
        str, typer.Argument(metavar="[SAMPLE]", help="complete_journey or cdnow.")
    ] = "complete_journey",
) -> None:
    """Do the whole job on a real sample: train, score, report."""
    from tiercast.verbs.demo import demo as run_demo

    with watch() as progress:
        result = run_demo(sample, progress=progress)
    show_lines(
        f"Config:  {result.config}",
        f"Scores:  {result.scores}/",
        f"Report:  {result.report}",
        f"Models:  {result.mlflow_command}",
    )


def score(
    config: ConfigFile,
    as_of: AsOf = None,
    model_version: Annotated[
        str | None,
        typer.Option(
            "--model-version",
            metavar="V",
            help="A number or alias. Default: the champion, if it knew nothing after the day.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="DIR",
            help="Write files there, and nothing to the database. Default: the config's output.",
        ),
    ] = None,
) -> None:
    """Score every customer: segment, churn risk, value, tier, reasons, what to do."""
    from tiercast.scoring.score import score as score_base

    with watch() as progress:
        result = score_base(
            config, as_of, model_version=model_version, output=output, progress=progress
        )
    _show_scores(result)


def report(config: ConfigFile, as_of: AsOf = None) -> None:
    """Write the report of a scored day (the newest by default) as one HTML file."""
    from tiercast.verbs.report import report as write_report

    with watch() as progress:
        path = write_report(config, as_of, progress=progress)
    show_lines(f"Report: {path}")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(epilog="Example: tiercast demo cdnow")(demo)
    app.command(epilog="Example: tiercast score pipelines/cdnow.yaml --as-of 1998-04-01")(score)
    app.command(epilog="Example: tiercast report pipelines/cdnow.yaml --as-of 1998-04-01")(report)


def _show_scores(result: "ScoreResult") -> None:
    total = max(result.rows, 1)
    rows = [(tier, f"{n:,}", f"{n / total:.1%}") for tier, n in result.tiers.items()]
    show_table(f"Scores of {result.as_of}", ("tier", "customers", "share"), rows)
    show_lines(
        f"{result.rows:,} customers by model version {result.model_version}; "
        f"expected {result.target}: {result.expected_total:,.0f} "
        f"(90 % interval {result.expected_interval[0]:,.0f} to "
        f"{result.expected_interval[1]:,.0f})",
        *(() if result.grid is None else (result.grid.describe(),)),
        *result.outlying,
        f"Scores: {result.folder}/",
        *(f"Also:   {place}" for place in result.copies),
    )
