"""`monitor`: past scores against actual outcomes, drift, and whether to train again."""

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, spoken


def monitor(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Grade past scores and check for drift. The exit code is 3 if a new training is needed.

    Give today's date with --as-of: with the default, the day after the last order, data never
    look stale. Writes <output>/ledger/, <output>/monitor/ and a run in MLflow.
    """
    from tiercast.monitoring.monitor import monitor as run_monitor
    from tiercast.monitoring.monitor_text import summary

    settings = spoken(config, language)
    with watch() as progress:
        found = run_monitor(settings, as_of, progress=progress)
    show(*summary(found))
    if found.exit_code:
        raise typer.Exit(found.exit_code)
