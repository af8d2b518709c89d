"""`backtest`: forecasts from past days, tiercast beside other models."""

from typing import Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, spoken


def backtest(
    config: ConfigFile,
    as_of: AsOf = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds", metavar="N", min=1, help="Forecast from N days spread over the history."
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option(
            "--last", metavar="N", min=1, help="Forecast from the N newest days. Default: 6."
        ),
    ] = None,
    trials: Annotated[
        int,
        typer.Option(
            "--trials", metavar="N", min=0, help="Hyperparameter settings to try for each day."
        ),
    ] = 0,
    language: Language = None,
) -> None:
    """Forecast from past days with what was known then, beside simple rules and other models.

    The days are one horizon apart, back from the last day with a known outcome. Each needs a
    training. Registers no model; writes to <output>/backtest/ and MLflow.
    """
    from tiercast.backtesting.backtest import backtest as run_backtest
    from tiercast.backtesting.backtest_text import summary
    from tiercast.backtesting.label_backtest import LabelBacktest
    from tiercast.backtesting.label_backtest_text import label_summary

    settings = spoken(config, language)
    with watch() as progress:
        found = run_backtest(
            settings, as_of, folds=folds, last=last, trials=trials, progress=progress
        )
    show(*(label_summary(found) if isinstance(found, LabelBacktest) else summary(found)))
