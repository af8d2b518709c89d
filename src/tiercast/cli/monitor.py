"""`monitor`: past scores beside what came, drift, and whether to train again."""

from typing import TYPE_CHECKING

import typer

from tiercast.cli.console import show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    from tiercast.monitoring.result import Monitoring


def monitor(config: ConfigFile, as_of: AsOf = None) -> None:
    """Grade past scores, hold the newest against training; ends with 3 where to train again.

    Name the day it is with --as-of: from the day after the last order, the default, data are
    never stale. Writes <output>/ledger/, <output>/monitor/ and a run in MLflow.
    """
    from tiercast.monitoring.monitor import monitor as look

    with watch() as progress:
        found = look(config, as_of, progress=progress)
    _show(found)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        epilog="Example: tiercast monitor pipelines/cdnow.yaml --as-of $(date +%F); "
        "[ $? = 3 ] && tiercast train pipelines/cdnow.yaml"
    )(monitor)


def _show(found: "Monitoring") -> None:
    from tiercast.monitoring import monitor_text

    rows = monitor_text.ledger_cells(found)
    show_table("Past scores: told and came", monitor_text.LEDGER_HEADINGS, rows)
    show_lines("", *monitor_text.about(found), "")
    if found.reasons:
        show_table("To look at", monitor_text.FINDING_HEADINGS, monitor_text.finding_cells(found))
    show_lines("", monitor_text.verdict(found), f"Written to {found.folder}/")
