"""Commands about the data: `init`, `check`, `features`, `churn-definition`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, Wanted, speak, spoken
from tiercast.config.message import Message, filled
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.contract.report import DataReport
    from tiercast.verbs.init import InitResult

GUESSES = {
    "Role": "{role}",
    "Column": "{look.name}",
    "Confidence": "{score:.0%}",
    "Reason": "{reason}",
}
NOTHING_TO_DO = "nothing to do"


def init(  # Typer reads the options from here
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Orders as csv, xlsx, json, ..., or a quoted glob."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="The config file to write. Default: pipelines/<name of FILE>.yaml.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing config.")] = False,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="Text encoding, such as gb18030."),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="Sheet of a workbook, or a pattern."),
    ] = None,
    language: Annotated[
        Wanted,
        typer.Option("--language", help="Language of what is shown, also by later commands."),
    ] = None,
) -> None:
    """Look at a data file and write a config with its guesses marked."""
    from tiercast.verbs.init import init as write_config

    speak(language)
    made = write_config(
        file, output, force=force, encoding=encoding, sheet=sheet, language=language
    )
    _show_guesses(made)


def check(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Check data and playbook: quarantine bad rows, and judge if the rest is ready to train.

    Writes data_report.json, data_report.md, readiness.json and the quarantined rows to
    <output>/check/. The exit code is 2 if a training would be refused. Contacts alone are
    checked for what experiments need: arms, outcomes, and what was known before.
    """
    from tiercast.artifacts.output_folder import OutputFolder
    from tiercast.readiness.finding_text import readiness_table, refuse_unless_ready, remedies
    from tiercast.verbs.check import check as run_check
    from tiercast.verbs.playbook_text import playbook_problems, playbook_table

    settings = spoken(config, language)
    with watch() as progress:
        found = run_check(settings, as_of, progress=progress)
    _show_report(found.data)
    show("", readiness_table(found.readiness), "", *remedies(found.readiness))
    if settings.playbook is not None:
        show("", playbook_table(found.playbook), "", *playbook_problems(found.playbook))
    show(Message.of("Written to {folder}/", folder=OutputFolder.of(settings).check))
    refuse_unless_ready(found.readiness)


def features(
    config: ConfigFile,
    as_of: AsOf = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="F.parquet",
            help="The parquet file to write. Default: <output>/features_<as_of>.parquet.",
        ),
    ] = None,
    language: Language = None,
) -> None:
    """Write one row per customer with every feature, computed from rows before a day."""
    from tiercast.verbs.features import features_file

    settings = spoken(config, language)
    with watch() as progress:
        path = features_file(settings, as_of, output, progress=progress)
    show(Message.of("Features: {path}", path=path))


def churn_definition(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Compare definitions of churn on past data: after how many days without an order?"""
    from tiercast.definitions.churn_definition import churn_definition as compare_definitions
    from tiercast.definitions.churn_definition_text import summary

    settings = spoken(config, language)
    with watch() as progress:
        found = compare_definitions(settings, as_of, progress=progress)
    show(*summary(found))


def _show_guesses(result: "InitResult") -> None:
    if result.layout:
        show(Message.of("Recognised as: {title!t}.", title=result.layout))
    show(TextTable.of("Guessed columns", GUESSES, result.guess.guesses))
    if result.guess.runners_up:
        show(TextTable.of("Next best", GUESSES, result.guess.runners_up))
    show(*(Message.of("Note: {sentence}", sentence=sentence) for sentence in result.notes))
    if result.horizon:
        show(filled("Horizon: {days} days; {reason}.", vars(result.horizon)))
    show(*(Message.of("To fix: {sentence}", sentence=sentence) for sentence in result.to_mend))
    show(Message.of("Written to {path}. Next: tiercast check {path}", path=result.path))


def _show_report(report: "DataReport") -> None:
    """Show the report without what does not fit a line: sources, and rules that all rows pass."""
    from tiercast.verbs.data_report_text import (
        findings_table,
        tables_table,
        time_zone,
        zero_orders,
    )

    found = [finding for finding in report.findings if finding.rows]
    show(
        tables_table(report, "Source"),
        "",
        *([zero_orders(report)] if report.has("transactions") else []),
        time_zone(report),
        Message.of(
            "Rules that every row passes: {count}", count=len(report.findings) - len(found)
        ),
        "",
    )
    if found:
        show(findings_table(report, "Remedy"))
    remedies = [f for f in found if f.remedy != NOTHING_TO_DO]
    show(*(filled("{table}.{rule}: {remedy!t}", vars(f)) for f in remedies))
