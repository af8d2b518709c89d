"""Commands about models: `train`, `compare`, `promote`, `rollback`."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import cell, show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    import pandas as pd

    from tiercast.training.compare import Comparison
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


def compare(
    config: ConfigFile,
    version: Annotated[
        str | None,
        typer.Argument(metavar="[VERSION]", help="A number or alias. Default: the challenger."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Argument(metavar="[AGAINST]", help="A number or alias. Default: the champion."),
    ] = None,
) -> None:
    """Show the registered versions side by side, and what one changes against another."""
    from tiercast.training.compare import compare as compare_versions

    found = compare_versions(config, version, against)
    if found.versions.empty:
        show_lines("No version is registered yet. Next: tiercast train CONFIG")
        return
    _show_versions(found.versions)
    if found.version is not None:
        _show_pair(found)


Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Recorded with the promotion.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who did it. Default: your login.")
]


def promote(
    config: ConfigFile,
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="A number, or an alias such as challenger.")
    ],
    why: Why = "By hand.",
    by: By = None,
) -> None:
    """Make a version the champion, the one that scores."""
    from tiercast.training.promote import promote as make_champion

    with watch() as progress:
        chosen = make_champion(config, version, why=why, by=by, progress=progress)
    show_lines(f"Version {chosen.version} is the champion now.")


def rollback(config: ConfigFile, why: Why = "Rolled back.", by: By = None) -> None:
    """Make the version that the champion replaced the champion again."""
    from tiercast.training.promote import rollback as go_back

    with watch() as progress:
        chosen = go_back(config, why=why, by=by, progress=progress)
    show_lines(f"Version {chosen.version} is the champion again.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(epilog="Example: tiercast train pipelines/cdnow.yaml --as-of 1998-04-01")(train)
    app.command(epilog="Example: tiercast compare pipelines/cdnow.yaml 3 champion")(compare)
    app.command(epilog='Example: tiercast promote pipelines/cdnow.yaml 2 --why "it sees returns"')(
        promote
    )
    app.command(epilog='Example: tiercast rollback pipelines/cdnow.yaml --why "odd totals"')(
        rollback
    )


def _show_versions(frame: "pd.DataFrame") -> None:
    """Show a table per horizon and value: no metric stands beside one of another target."""
    shown = frame.assign(run_id=frame["run_id"].str[:LONG]).tail(SIDE_BY_SIDE)
    targets = list(shown.groupby(["horizon_days", "value"], dropna=False, sort=False))
    for (horizon, value), alike in targets:
        about = f" that forecast {cell(value)} within {cell(horizon)} days"
        columns = alike.set_index("version")
        rows = [(str(name), *map(cell, columns[name])) for name in columns.columns]
        title = f"Registered versions{about if len(targets) > 1 else ''}"
        show_table(title, ("version", *map(str, columns.index)), rows)
    if len(targets) > 1:
        show_lines("Metrics of different horizons or values are not comparable.")
    if len(frame) > len(shown):
        show_lines(f"{len(frame) - len(shown)} older ones: tiercast.compare(CONFIG) in Python.")


def _show_pair(found: "Comparison") -> None:
    ours, theirs = f"version {found.version}", f"version {found.against}"
    limits = ("difference", "95 % low", "95 % high", "verdict")
    shown: tuple[tuple[str, pd.DataFrame, tuple[str, ...]], ...] = (
        ("On past days that both forecast", found.metrics, ("metric", ours, theirs, *limits)),
        ("Features", found.features, ("feature", f"in {ours}")),
        ("Parameters that differ", found.parameters, ("parameter", ours, theirs)),
        (
            "Customers by tier",
            found.tiers.reset_index(),
            (f"by {theirs}", *(f"{name} by {ours}" for name in found.tiers.columns)),
        ),
    )
    for title, frame, headings in shown:
        if len(frame):
            _show_frame(title, frame, headings)
    show_lines(*found.notes)


def _show_frame(title: str, frame: "pd.DataFrame", headings: tuple[str, ...]) -> None:
    show_table(title, headings, [tuple(map(cell, row)) for row in frame.itertuples(index=False)])


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
