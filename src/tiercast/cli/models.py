"""Commands about models: `train`, `compare`, `promote`."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import cell, show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    from tiercast.training.train import TrainResult

SIDE_BY_SIDE = 6  # versions that fit a screen
LONG = 12  # characters of a run's id that tell it from others


def train(
    config: ConfigFile,
    as_of: AsOf = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials",
            metavar="N",
            min=0,
            help="Settings to try, those tried before included. Default: the config's.",
        ),
    ] = None,
    timeout: Annotated[
        int | None,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            min=1,
            help="Begin no trial after so long; what is found then depends on the machine.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Train what is not ready, as far as it is possible.")
    ] = False,
) -> None:
    """Learn a model, measure it on past days, register it; promoted if it beats the champion."""
    from tiercast.training.train import train as learn

    with watch() as progress:
        result = learn(
            config,
            as_of,
            trials=trials,
            timeout_seconds=timeout,
            force=force,
            progress=progress,
        )
    _show_training(result)


def compare(config: ConfigFile) -> None:
    """Show the registered versions side by side."""
    from tiercast.training.compare import compare as versions

    frame = versions(config)
    if frame.empty:
        show_lines("No version is registered yet. Next: tiercast train CONFIG")
        return
    frame = frame.assign(run_id=frame["run_id"].str[:LONG])
    shown = frame.tail(SIDE_BY_SIDE).set_index("version")
    rows = [(str(name), *map(cell, shown[name])) for name in shown.columns]
    show_table("Registered versions", ("version", *map(str, shown.index)), rows)
    if len(frame) > len(shown):
        show_lines(f"{len(frame) - len(shown)} older ones: tiercast.compare(CONFIG) in Python.")


def promote(
    config: ConfigFile,
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="A number, or an alias such as challenger.")
    ],
) -> None:
    """Make a version the champion, the one that scores."""
    from tiercast.training.promote import promote as make_champion

    chosen = make_champion(config, version)
    show_lines(f"Version {chosen.version} is the champion now.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(epilog="Example: tiercast train pipelines/cdnow.yaml --as-of 1998-04-01")(train)
    app.command(epilog="Example: tiercast compare pipelines/cdnow.yaml")(compare)
    app.command(epilog="Example: tiercast promote pipelines/cdnow.yaml 2")(promote)


def _show_training(result: "TrainResult") -> None:
    days = sorted(result.by_cutoff)
    names = list(dict.fromkeys(name for day in days for name in result.by_cutoff[day]))
    rows = [
        (
            name,
            *(cell(result.by_cutoff[day].get(name)) for day in days),
            cell(result.metrics.get(name)),
        )
        for name in names
    ]
    headings = ("measure", *map(str, days), "mean")
    show_table("Past days, forecast with what was known then", headings, rows)
    show_lines(
        f"Version {result.version} of {result.name}, as of {result.trained_as_of}, learnt from:",
        f"  {result.sample}",
        f"Champion: {result.decision.outcome}; {result.decision.reason}.",
        f"Evaluation: {result.evaluation_folder}/",
    )
