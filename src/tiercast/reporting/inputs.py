"""What the report is made from: the stored tables of one scored date, and no model."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import FURTHER, GROUPS, PREVIOUS, Scored
from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.features.signals import BREAKDOWN
from tiercast.lists.base import with_list_columns
from tiercast.lists.holdout import is_held_out
from tiercast.measured.records import Measured, read_measured
from tiercast.modeling.target import Target
from tiercast.past.past import PAST, Past
from tiercast.reporting.left_out import LeftOut, previous_left_out
from tiercast.reporting.moves import Moves, read_moves
from tiercast.reporting.scored_days import COLUMNS, scored_days
from tiercast.reporting.stored_backtest import StoredBacktest, newest_backtest
from tiercast.reporting.stored_migration import StoredMigration, newest_migration
from tiercast.reporting.stored_monitoring import StoredMonitoring, newest_monitoring
from tiercast.reporting.sums import Sums

FEATURES = (
    "recency_days",
    "orders",
    "revenue",
    "revenue_365d",
    "average_order_value",
    "gap_mean_days",
    "tenure_days",
    "category_count",
    "discount_share",
    *(feature.name for feature in BREAKDOWN),
)
OF_CONTRACTS = (
    "contract_age_days",
    "contract_price",
    "contract_term_months",
    "contracts_running",
    "event_active_days_90d",
)
OF_BIG_ORDERS = ("big_order_due_days", "big_order_last_year")
SAME_WINDOW = "same window, unseen customers"  # what a training calls the kind of its evaluation
# Long texts that only a handful of listed customers need; they stay in the files.
LEFT_OUT = (
    "reasons",
    "alerts",
    "tier_set",
    "next_order_date",
    "next_order_low",
    "next_order_high",
    "run_id",
)


@dataclass(frozen=True)
class Inputs(Scored):
    """The tables of one scored date.

    Attributes
    ----------
    base
        One row per customer: the score columns but the long ones, those of `with_list_columns`,
        and the features shown; `held_out` says who is in the global holdout.
    profile_columns
        Columns of `base` with words about customers (age group, region, ...).
    scores
        The stored scores as they are.
    predictions
        Past forecasts beside actual outcomes, or None where the model has no evaluation.
    segments
        The evaluation's row per segment, or None.
    backtest
        The newest backtest up to the date, or None.
    monitoring
        The grades of past scores and the verdict on these, or None.
    migration
        The newest migration up to the date, or None.
    moves
        The changes of tier since the scored day before, or None. Where there is a migration to
        the report's day, since that migration's first day.
    scored_days
        Scored days up to the date, side by side, as `tiercast.reporting.scored_days` reads them.
    left_out
        Tables that are there, but speak of another horizon or value than the scores.
    same_window
        Whether the evaluation forecast a window by other customers of that very window.
    folds
        The metrics of each fold of a label table, by its number; none elsewhere.
    past
        The sums of the orders before the date; None for scores of a version without them.
    fairness
        The record of `tiercast.fairness.result.Fairness`; None without protected columns.
    group_figures
        How far off past forecasts of each group were, by its name; none without groups.
    measured
        All measured campaigns, those that were over after the day among them.
    """

    config: Config
    as_of: date
    manifest: Mapping[str, Any]
    base: ir.Table
    profile_columns: Sequence[str]
    scores: ir.Table
    predictions: ir.Table | None
    segments: pd.DataFrame | None
    backtest: StoredBacktest | None
    monitoring: StoredMonitoring | None = None
    migration: StoredMigration | None = None
    moves: Moves | None = None
    scored_days: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    left_out: Sequence[LeftOut] = ()
    same_window: bool = False
    folds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    past: Past | None = None
    fairness: Mapping[str, Any] | None = None
    group_figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    measured: Sequence[Measured] = ()

    @property
    def to_contact(self) -> ir.Table:
        """The rows of `base` that may be contacted: all but the global holdout."""
        return self.base.filter(~self.base.held_out)

    @property
    def by(self) -> str:
        """The column that groups customers; "" without groups."""
        return str(self.manifest.get(GROUPS, {}).get("by", ""))

    @property
    def target(self) -> Target:
        """What the scores forecast, whatever the config asks for by now."""
        return Target.of_record(self.manifest, f"The manifest of the scores of {self.as_of}")

    @property
    def horizons(self) -> int:
        """How many horizons the scores forecast."""
        return 1 + len(self.manifest.get(FURTHER, []))

    @property
    def rfm_bins(self) -> int:
        """How many scores the model cut each of recency, frequency and money into."""
        return int(self.manifest.get("rfm_bins", self.config.rfm.bins))

    @property
    def has_moves(self) -> bool:
        """Whether changes since the scores before are changes of one target."""
        return not any(one.kind == "moves" for one in self.left_out)

    @property
    def previous_day(self) -> date | None:
        """The scored day that changes of tier are counted from; None where there was none."""
        previous = self.manifest.get(PREVIOUS)
        return None if previous is None else date.fromisoformat(previous)

    @property
    def sums(self) -> Sums:
        """The intervals of the sums."""
        return Sums.of(self.manifest)

    @property
    def season_known(self) -> bool:
        """Whether the model could go by the same weeks a year before."""
        return bool(self.manifest.get("season", {}).get("is_known"))

    @property
    def grid(self) -> Mapping[str, Any] | None:
        """The calendar grid that all orders lie on, with its days in the horizon; None: none."""
        return self.manifest.get("grid")

    @property
    def outlying(self) -> Mapping[str, Any] | None:
        """Orders far beyond all others as the manifest has them; None: there are none."""
        return self.manifest.get("outlying_orders")


def read_inputs(connection: Backend, config: Config, as_of: date | None = None) -> Inputs:
    """Return the tables of a scored date, the latest one if none is asked for.

    Raises
    ------
    InputError
        Nothing was scored (on that date), the features of that date are missing, or the manifest
        of the scores does not say what they forecast.
    """
    output = OutputFolder.of(config)
    day = output.scored_day(as_of)
    folder = output.scores(day)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    target = Target.of_record(manifest, folder / "manifest.json")
    version = str(manifest["model"]["version"])
    scores = _parts(connection, folder, day)
    features = _parts(connection, output.features(day), day)
    words = _word_columns(features, scores)
    shown = {*words, *FEATURES}
    numbers = [n for n in config.protected if n in features.columns and n not in shown]
    evaluation = output.evaluation(version)
    backtest, other_backtests = newest_backtest(output, day, target)
    monitoring, other_grades = newest_monitoring(output, day, target, version)
    migration, other_migrations = newest_migration(output, day, target, version)
    others = [*other_backtests, *other_grades, *other_migrations]
    base = _base(scores, features, [*words, *numbers], manifest)
    base = base.mutate(held_out=is_held_out(base.customer_id, config))
    return Inputs(
        config=config,
        as_of=day,
        manifest=manifest,
        base=connection.create_table("report_base", base),
        profile_columns=words,
        scores=scores,
        predictions=_predictions(connection, evaluation / "predictions.parquet"),
        same_window=_same_window(evaluation / "summary.json"),
        folds=_summary(evaluation / "summary.json").get("by_fold", {}),
        segments=_segments(evaluation / "segments.parquet"),
        backtest=backtest,
        monitoring=monitoring,
        migration=migration,
        moves=_moves(connection, output, day, migration),
        scored_days=scored_days(output, day, target),
        left_out=[*others, *previous_left_out(output, day)],
        past=_past(folder, manifest),
        fairness=_summary(evaluation / "fairness.json") or None,
        group_figures=_group_figures(_summary(evaluation / "summary.json")),
        measured=read_measured(output),
    )


def _group_figures(summary: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    """Return the figures of the way that each group is forecast."""
    choices = {choice["name"]: choice for choice in summary.get("groups", [])}
    return {name: one["figures"].get(one["how"], {}) for name, one in choices.items()}


def _past(folder: Path, manifest: Mapping[str, Any]) -> Past | None:
    file = (manifest.get(PAST) or {}).get("file")
    if file is None:
        return None
    return Past.of(json.loads((folder / file).read_text(encoding="utf-8")))


def _parts(connection: Backend, folder: Path, day: date) -> ir.Table:
    files = parts_of(folder)
    if not files:
        raise InputError(
            f"A report needs the tables in {folder}, but there is no part-*.parquet. "
            f"Run `tiercast score CONFIG --as-of {day}` again."
        )
    return rows_of(connection, files)


def _predictions(connection: Backend, file: Path) -> ir.Table | None:
    return rows_of(connection, [file]) if file.is_file() else None


def _same_window(file: Path) -> bool:
    return bool(_summary(file).get("kind") == SAME_WINDOW)


def _summary(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (
        json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    )
    return found


def _segments(file: Path) -> pd.DataFrame | None:
    return pd.read_parquet(file) if file.is_file() else None


def _word_columns(features: ir.Table, scores: ir.Table) -> list[str]:
    schema = features.schema()
    return [name for name, kind in schema.items() if kind.is_string() and name not in scores]


def _moves(
    connection: Backend, output: OutputFolder, day: date, migration: StoredMigration | None
) -> Moves | None:
    """Return the moves from a migration's first day, or from the scores that `day` follows."""
    manifest = output.manifest(day)
    if migration is not None and migration.now == day:
        before = migration.before
    elif manifest.get(PREVIOUS):
        before = date.fromisoformat(manifest[PREVIOUS])
    else:
        return None
    names = tuple(manifest["tiers"])
    if not _comparable(output, before, day):
        return None
    return read_moves(
        connection, (output.scores(before), output.scores(day)), (before, day), names
    )


def _comparable(output: OutputFolder, before: date, day: date) -> bool:
    """Return whether the scores of a day are there, of the same target and tiers as another's."""
    if before not in output.scored_dates():
        return False
    then, now = output.manifest(before), output.manifest(day)
    known = Target.is_in(then) and tuple(then["tiers"]) == tuple(now["tiers"])
    return known and output.target(before) == output.target(day)


def _base(
    scores: ir.Table, features: ir.Table, words: Sequence[str], manifest: Mapping[str, Any]
) -> ir.Table:
    more = [name for name in (*OF_CONTRACTS, *OF_BIG_ORDERS) if name in features.columns]
    shown = features.select(
        "customer_id",
        **{name: _number(features, name) for name in (*FEATURES, *more)},
        **{name: features[name] for name in words},
    )
    base = scores.left_join(shown, "customer_id").drop("customer_id_right")
    listed = with_list_columns(base, tuple(manifest["tiers"]))
    return listed.drop(*(name for name in LEFT_OUT if name in scores.columns))


def _number(features: ir.Table, name: str) -> ir.Value:
    """Return a feature with every missing value as null; one not stored is missing throughout."""
    if name not in features.columns:
        return ibis.null("float64")
    value = features[name].cast("float64")
    return value.isnan().ifelse(ibis.null("float64"), value)
