"""Commands about scores: `demo`, `score`, `report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, in_language
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.scoring.score import ScoreResult


def demo(
    sample: Annotated[
        str, typer.Argument(metavar="[SAMPLE]", help="complete_journey or cdnow.")
    ] = "complete_journey",
) -> None:
    """Run the whole job on a real sample: train, score, report."""
    from tiercast.verbs.demo import demo as run_demo

    with watch() as progress:
        result = run_demo(sample, progress=progress)
    show(
        f"Config:  {result.config}",
        f"Scores:  {result.scores}/",
        f"Report:  {result.report}",
        f"Web app: tiercast app {result.config}",
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
            help="A number or alias. Default: the champion, if it was trained before the day.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="DIR",
            help="Write files here and nothing to the database. Default: the config's output.",
        ),
    ] = None,
) -> None:
    """Score every customer: segment, churn risk, value, tier, reasons, action."""
    from tiercast.scoring.score import score as score_base

    with watch() as progress:
        result = score_base(
            config, as_of, model_version=model_version, output=output, progress=progress
        )
    _show_scores(result)


def report(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Write the report of a scored day (default: the newest) as one HTML file."""
    from tiercast.verbs.report import report as write_report

    with watch() as progress:
        path = write_report(in_language(config, language), as_of, progress=progress)
    show(f"Report: {path}")


def _show_scores(result: "ScoreResult") -> None:
    total, (low, high) = max(result.rows, 1), result.expected_interval
    rows = tuple((tier, f"{n:,}", f"{n / total:.1%}") for tier, n in result.tiers.items())
    show(
        TextTable(f"Scores of {result.as_of}", ("Tier", "Customers", "Share"), rows),
        f"{result.rows:,} customers by model version {result.model_version}; "
        f"expected {result.target}: {result.expected_total:,.0f} "
        f"(90 % interval {low:,.0f} to {high:,.0f})",
        *(() if result.grid is None else (result.grid.describe(),)),
        *result.outlying,
        f"Scores: {result.folder}/",
        *(f"Also:   {place}" for place in result.copies),
    )
