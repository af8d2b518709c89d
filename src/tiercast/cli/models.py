"""Commands about models: `train`, `compare`, `promote`, `rollback`."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, spoken
from tiercast.config.message import Message, cell, filled, named
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    import pandas as pd

    from tiercast.training.compare import ModelComparison
    from tiercast.training.train import TrainResult

SIDE_BY_SIDE = 6  # versions that fit a screen
LEAST_AUC = 0.55  # below it risks hardly rank customers
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
    language: Language = None,
) -> None:
    """Train a model, evaluate it on past days, register it, and promote it if it is better."""
    from tiercast.training.train import train as run_training

    settings = spoken(config, language)
    with watch() as progress:
        result = run_training(
            settings, as_of, trials=trials, timeout_seconds=timeout, force=force, progress=progress
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
    language: Language = None,
) -> None:
    """Show the registered versions side by side, and what one changes against another."""
    from tiercast.training.compare import compare as compare_versions

    found = compare_versions(spoken(config, language), version, against)
    if found.versions.empty:
        show(Message.of("No version is registered yet. Next: tiercast train CONFIG"))
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
    language: Language = None,
) -> None:
    """Make a version the champion, the one that scores."""
    from tiercast.training.promote import promote as make_champion

    settings = spoken(config, language)
    with watch() as progress:
        chosen = make_champion(settings, version, why=why, by=by, progress=progress)
    show(Message.of("Version {version} is the champion now.", version=chosen.version))


def rollback(
    config: ConfigFile, why: Why = "Rolled back.", by: By = None, language: Language = None
) -> None:
    """Make the version that the champion replaced the champion again."""
    from tiercast.training.promote import rollback as go_back

    settings = spoken(config, language)
    with watch() as progress:
        chosen = go_back(settings, why=why, by=by, progress=progress)
    show(Message.of("Version {version} is the champion again.", version=chosen.version))


def _show_versions(frame: "pd.DataFrame") -> None:
    """Show a table per horizon and value: metrics of different targets are not comparable."""
    shown = frame.assign(run_id=frame["run_id"].str[:RUN_ID_LENGTH]).tail(SIDE_BY_SIDE)
    targets = list(shown.groupby(["horizon_days", "value"], dropna=False, sort=False))
    for (horizon, value), alike in targets:
        columns = alike.set_index("version")
        rows = tuple(
            (Message.of(name), *(_cell(one, Message.of) for one in columns[name]))
            for name in map(str, columns.columns)
        )
        title = Message.of(
            "Registered versions that forecast {value!t} within {days} days"
            if len(targets) > 1
            else "Registered versions",
            value=value,
            days=horizon,
        )
        show(TextTable(title, ("Version", *map(str, columns.index)), rows))
    if len(targets) > 1:
        show(Message.of("Metrics of different horizons or values are not comparable."))
    if len(frame) > len(shown):
        more = len(frame) - len(shown)
        show(Message.of("{count} older ones: tiercast.compare(CONFIG) in Python.", count=more))


def _show_pair(found: "ModelComparison") -> None:
    ours, theirs = (
        Message.of("Version {version}", version=v) for v in (found.version, found.against)
    )
    limits = ("Difference", "95 % low", "95 % high", "Verdict")
    tiers = (
        Message.of("Tier by version {version}", version=found.against),
        *(
            Message.of(
                "{tier} by version {version}", tier=named("tier", name), version=found.version
            )
            for name in found.tiers
        ),
    )
    change = Message.of("In version {version}", version=found.version)
    for title, frame, headings, words in (
        (
            "Past days that both forecast",
            found.metrics,
            ("Metric", ours, theirs, *limits),
            Message.of,
        ),
        ("Features", found.features, ("Feature", change), Message.of),
        ("Parameters that differ", found.parameters, ("Parameter", ours, theirs), str),
        ("Customers by tier", found.tiers.reset_index(), tiers, partial(named, "tier")),
    ):
        if len(frame):
            rows = (
                tuple(_cell(one, words) for one in row) for row in frame.itertuples(index=False)
            )
            show(TextTable(title, headings, tuple(rows)))
    show(*found.notes)


def _cell(value: object, words: Callable[[str], str]) -> str:
    return words(value) if isinstance(value, str) else cell(value)


def _groups(result: "TrainResult") -> tuple[TextTable, ...]:
    """Return how each group of customers is forecast; nothing without groups."""
    if not result.groups:
        return ()
    from tiercast.training.group_choice import WAYS

    rows = tuple(
        (one.name, f"{one.customers:,}", Message.of(WAYS[one.how]), one.why)
        for one in result.groups
    )
    return (TextTable("Groups", ("Group", "Customers", "Forecast by", "Why"), rows),)


def hardly_ranks(metrics: Mapping[str, float]) -> tuple[str, ...]:
    """Return a warning where churn risks ranked customers of past days hardly better than chance.

    Examples
    --------
    >>> hardly_ranks({"auc": 0.79})
    ()
    """
    auc = metrics.get("auc")
    if auc is None or not auc < LEAST_AUC:
        return ()
    warning = (
        "On past days churn risks hardly ranked customers: AUC {auc:.3f}, where chance is 0.5. "
        "Rely on sums over many customers, not on who comes first."
    )
    return (Message.of(warning, auc=auc),)


def _show_training(result: "TrainResult") -> None:
    days = sorted(result.by_cutoff)
    columns = [*(result.by_cutoff[day] for day in days), result.metrics]
    names = dict.fromkeys(name for day in days for name in result.by_cutoff[day])
    rows = tuple((name, *(cell(column.get(name)) for column in columns)) for name in names)
    show(
        TextTable(
            Message.of(
                "Metrics by fold: customers whom the models did not see"
                if all(isinstance(day, int) for day in days)
                else "Metrics on past days, forecast with what was known then"
            ),
            ("Metric", *map(str, days), "Mean"),
            rows,
        ),
        filled("Version {version} of {name}, as of {trained_as_of}, trained on:", vars(result)),
        Message.of("  {sample}", sample=result.sample),
        *_groups(result),
        *hardly_ranks(result.metrics),
        Message.of(
            "Champion: {outcome!t}; {reason}.",
            outcome=result.decision.outcome,
            reason=result.decision.reason,
        ),
        Message.of("Evaluation: {folder}/", folder=result.evaluation_folder),
    )
