"""Commands about scores: `demo`, `score`, `report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, in_language, speak, spoken
from tiercast.config.message import Message, filled, named
from tiercast.config.reason_choice import DEFAULT, ReasonChoice
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.scoring.score import ScoreResult


OF_FURTHER = "Expected {target}: {expected:money} (90 % interval {low:money} to {high:money})"


def demo(
    sample: Annotated[
        str, typer.Argument(metavar="[SAMPLE]", help="complete_journey or cdnow.")
    ] = "complete_journey",
    language: Language = None,
) -> None:
    """Run the whole job on a real sample: train, score, report."""
    from tiercast.verbs.demo import demo as run_demo
    from tiercast.verbs.demo import sample_config

    speak(language)
    spoken(str(sample_config(sample)), language)
    with watch() as progress:
        result = run_demo(sample, progress=progress)
    show(
        Message.of("Config:  {config}", config=result.config),
        Message.of("Scores:  {folder}/", folder=result.scores),
        Message.of("Report:  {file}", file=result.report),
        Message.of("Web app: tiercast app {config}", config=result.config),
        Message.of("Models:  {command}", command=result.mlflow_command),
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
    reasons: Annotated[
        ReasonChoice,
        typer.Option(
            "--reasons",
            help="Reasons of each customer: three, all, or none, which takes less time.",
        ),
    ] = DEFAULT,
    language: Language = None,
) -> None:
    """Score every customer: segment, churn risk, value, tier, reasons, action."""
    from tiercast.scoring.score import score as score_base

    settings = spoken(config, language)
    with watch() as progress:
        result = score_base(
            settings,
            as_of,
            model_version=model_version,
            output=output,
            reasons=reasons,
            progress=progress,
        )
    _show_scores(result)


def report(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Write the report of a scored day (default: the newest) as one HTML file."""
    from tiercast.verbs.report import report as write_report

    settings = in_language(config, language)
    with watch() as progress:
        path = write_report(settings, as_of, progress=progress)
    show(Message.of("Report: {file}", file=path))


def _show_scores(result: "ScoreResult") -> None:
    total, (low, high) = max(result.rows, 1), result.expected_interval
    tiers = result.tiers.items()
    rows = tuple((named("tier", tier), f"{n:,}", f"{n / total:.1%}") for tier, n in tiers)
    title = Message.of("Scores of {as_of}", as_of=result.as_of)
    about = (
        "{rows:,} customers by model version {model_version}; expected {target}: "
        "{expected_total:money} (90 % interval {low:money} to {high:money})"
        if not result.target.outcome
        else "{rows:,} customers by model version {model_version}; {target}"
    )
    show(
        TextTable(title, ("Tier", "Customers", "Share"), rows),
        filled(about, {**vars(result), "low": low, "high": high}),
        *(filled(OF_FURTHER, vars(one)) for one in result.further),
        *_groups(result),
        *(() if result.grid is None else (result.grid.describe(),)),
        *result.outlying,
        Message.of("Scores: {folder}/", folder=result.folder),
        *(Message.of("Also:   {place}", place=place) for place in result.copies),
    )


def _groups(result: "ScoreResult") -> tuple[TextTable, ...]:
    """Return the totals of each group of customers; nothing without groups."""
    if not result.groups:
        return ()
    tiers = [named("tier", tier) for tier in result.tiers]
    rows = tuple(
        (
            one.name,
            f"{one.customers:,}",
            Message.of("{expected:money}", expected=one.expected),
            Message.of("{low:money} to {high:money}", low=one.low, high=one.high),
            *(f"{one.tiers[tier]:,}" for tier in result.tiers),
        )
        for one in result.groups
    )
    return (
        TextTable("Groups", ("Group", "Customers", "Expected", "90 % interval", *tiers), rows),
    )
