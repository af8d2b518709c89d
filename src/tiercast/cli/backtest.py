"""`backtest`: forecasts from past days on the screen, tiercast beside others."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    from tiercast.backtesting.result import Backtest


def backtest(
    config: ConfigFile,
    as_of: AsOf = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds", metavar="N", min=1, help="Forecast from N days, spread over the history."
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option(
            "--last", metavar="N", min=1, help="Forecast from the N newest days. Default: 6."
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", metavar="N", min=0, help="Settings to try at each day.")
    ] = 0,
) -> None:
    """Forecast past days with what was known then, beside simple rules and other models.

    Days are a horizon apart, back from the last whose horizon has passed; each takes a training.
    Registers nothing; writes to <output>/backtest/ and MLflow.
    """
    from tiercast.backtesting.backtest import backtest as run_backtest

    with watch() as progress:
        found = run_backtest(
            config, as_of, folds=folds, last=last, trials=trials, progress=progress
        )
    _show(found)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: tiercast backtest pipelines/cdnow.yaml --last 2")(backtest)


def _show(found: "Backtest") -> None:
    from tiercast.backtesting import backtest_text

    title = f"Backtest of {found.name} as of {found.as_of}"
    show_table(title, backtest_text.BOARD_HEADINGS, backtest_text.board_cells(found))
    show_lines("", *backtest_text.how_judged(found), "")
    heading = "tiercast against the best other"
    show_table(heading, backtest_text.VERDICT_HEADINGS, backtest_text.verdict_cells(found))
    show_lines("")
    show_table("Totals by origin", backtest_text.TOTAL_HEADINGS, backtest_text.total_cells(found))
    show_lines("")
    show_table(
        "What tiercast said of its doubt",
        backtest_text.COVERAGE_HEADINGS,
        backtest_text.coverage_cells(found),
    )
    show_lines("", *backtest_text.grade_lines(found), f"Tables: {found.folder}/")
