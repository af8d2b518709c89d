"""Commands about models: `train`, `compare`, `promote`, `rollback`."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile
from tiercast.config.message import cell
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    import pandas as pd

    from tiercast.training.compare import Comparison
    from tiercast.training.train import TrainResult

SIDE_BY_SIDE = 6  # versions that fit a screen
RUN_ID_LENGTH = 12  # characters that identify a run


def train(
    config: ConfigFile,
    as_of: AsOf = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials",
            metavar="N",
            min=0,
            help="Hyperparameter settings to try, earlier ones included. Default: the config's.",
        ),
    ] = None,
    timeout: Annotated[
        int | None,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            min=1,
            help="Start no trial after this time; the result then depends on the machine.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Train even if the data are not ready, where possible.")
    ] = False,
) -> None:
    """Train a model, evaluate it on past days, register it, and promote it if it is better."""
    from tiercast.training.train import train as run_training

    with watch() as progress:
        result = run_training(
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
        show("No version is registered yet. Next: tiercast train CONFIG")
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
    show(f"Version {chosen.version} is the champion now.")


def rollback(config: ConfigFile, why: Why = "Rolled back.", by: By = None) -> None:
    """Make the version that the champion replaced the champion again."""
    from tiercast.training.promote import rollback as go_back

    with watch() as progress:
        chosen = go_back(config, why=why, by=by, progress=progress)
    show(f"Version {chosen.version} is the champion again.")


def _show_versions(frame: "pd.DataFrame") -> None:
    """Show a table per horizon and value: metrics of different targets are not comparable."""
    shown = frame.assign(run_id=frame["run_id"].str[:RUN_ID_LENGTH]).tail(SIDE_BY_SIDE)
    targets = list(shown.groupby(["horizon_days", "value"], dropna=False, sort=False))
    for (horizon, value), alike in targets:
        about = f" that forecast {cell(value)} within {cell(horizon)} days"
        columns = alike.set_index("version")
        rows = tuple((str(name), *map(cell, columns[name])) for name in columns.columns)
        title = f"Registered versions{about if len(targets) > 1 else ''}"
        show(TextTable(title, ("Version", *map(str, columns.index)), rows))
    if len(targets) > 1:
        show("Metrics of different horizons or values are not comparable.")
    if len(frame) > len(shown):
        show(f"{len(frame) - len(shown)} older ones: tiercast.compare(CONFIG) in Python.")


def _show_pair(found: "Comparison") -> None:
    ours, theirs = f"Version {found.version}", f"Version {found.against}"
    limits = ("Difference", "95 % low", "95 % high", "Verdict")
    tiers = (f"Tier by {theirs.lower()}", *(f"{name} by {ours.lower()}" for name in found.tiers))
    for title, frame, headings in (
        ("Past days that both forecast", found.metrics, ("Metric", ours, theirs, *limits)),
        ("Features", found.features, ("Feature", f"In {ours.lower()}")),
        ("Parameters that differ", found.parameters, ("Parameter", ours, theirs)),
        ("Customers by tier", found.tiers.reset_index(), tiers),
    ):
        if len(frame):
            rows = tuple(tuple(map(cell, row)) for row in frame.itertuples(index=False))
            show(TextTable(title, headings, rows))
    show(*found.notes)


def _show_training(result: "TrainResult") -> None:
    days = sorted(result.by_cutoff)
    columns = [*(result.by_cutoff[day] for day in days), result.metrics]
    names = dict.fromkeys(name for day in days for name in result.by_cutoff[day])
    rows = tuple((name, *(cell(column.get(name)) for column in columns)) for name in names)
    show(
        TextTable(
            "Metrics on past days, forecast with what was known then",
            ("Metric", *map(str, days), "Mean"),
            rows,
        ),
        f"Version {result.version} of {result.name}, as of {result.trained_as_of}, trained on:",
        f"  {result.sample}",
        f"Champion: {result.decision.outcome}; {result.decision.reason}.",
        f"Evaluation: {result.evaluation_folder}/",
    )
