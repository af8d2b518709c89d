"""What a day is scored from: the customers, the model, the scores before, and notes on them."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pyarrow as pa

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.alerts import AlertRule
from tiercast.config.errors import InputError
from tiercast.config.progress import Progress
from tiercast.config.reason_choice import DEFAULT, ReasonChoice
from tiercast.config.schema import Config
from tiercast.config.usage import DISCOVERED
from tiercast.feature_store.history import History
from tiercast.features.feature import Setting
from tiercast.features.label_table import LabelColumns
from tiercast.features.preferences import PreferenceGroups, groups_to_keep
from tiercast.features.usage import USAGE_COLUMNS
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.tiered_model import TieredModel
from tiercast.scoring.batches import Batches, count_customers
from tiercast.scoring.columns import label_schema, score_schema
from tiercast.scoring.grid_check import grid_ahead, without_other_days
from tiercast.scoring.notes import scoring_notes
from tiercast.scoring.previous import PreviousScores, last_scores_before
from tiercast.scoring.reach import idle_plays
from tiercast.scoring.requirements import check_requirements
from tiercast.scoring.version import ChosenModel
from tiercast.scoring.watch import watch
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.grid import GridAhead
from tiercast.snapshots.outlying import OutlyingOrders, held, outlying_orders
from tiercast.sources.canonical import CustomerBase
from tiercast.tracking.registry import ModelVersion

if TYPE_CHECKING:
    from pyspark import Broadcast


@dataclass(frozen=True)
class ScoringInputs:
    """What every step of a scoring reads.

    In `activity`, orders beyond the model's limit (`outlying`) count as large ordinary ones.
    Changes are counted against the `previous` scores. `rule_features` are the features that rules
    of alerts and plays name; `alert_rules` are those that the base has the tables for. `grid`
    holds the days that can have orders; None: any can. `orders` are all orders as they are,
    outlying ones too. With `columns` the base is a label table, without activity and orders.
    `preferences` are the groups of preference that were discovered (None: none are asked for).
    `reasons` says how many reasons each customer gets.
    """

    base: CustomerBase
    activity: CustomerActivity | None
    model: TieredModel
    version: ModelVersion
    as_of: dt.date
    customers: int
    previous: PreviousScores
    rule_features: tuple[str, ...]
    alert_rules: tuple[AlertRule, ...]
    notes: tuple[str, ...]
    grid: GridAhead | None
    outlying: OutlyingOrders | None
    orders: ir.Table | None
    columns: LabelColumns | None = None
    preferences: PreferenceGroups | None = None
    reasons: ReasonChoice = DEFAULT

    @property
    def on_spark(self) -> bool:
        """Whether Spark's executors predict and write."""
        return self.base.config.on_spark

    @property
    def shared_folder(self) -> Path | None:
        """Where Spark's executors see scratch files; None where they need not."""
        return self.base.connection.folder if self.on_spark else None

    @cached_property
    def broadcast_model(self) -> "Broadcast[str]":
        """The model's text, sent to Spark's executors once for both passes."""
        context = self.base.connection.session.sparkContext
        text: Broadcast[str] = context.broadcast(self.model.to_json())
        return text

    @property
    def schema(self) -> pa.Schema:
        """The columns of the scores."""
        ids, names = self.base.lead.customer_id.type().to_pyarrow(), self.model.facts.tier_names
        if self.columns is not None:
            return label_schema(ids, names, with_value=self.columns.value_column is not None)
        used = self.base.config.usage is not None
        return score_schema(
            ids, names, self.model.further_days, with_usage=used, with_groups=self.has_groups
        )

    @property
    def has_groups(self) -> bool:
        """Whether customers are in groups, each with tiers and totals of its own."""
        return self.base.config.by is not None

    @property
    def setting(self) -> Setting:
        """The model's setting, and the config's rules of use."""
        assert isinstance(self.model, CustomerModel)
        usage, found = self.base.config.usage, self.preferences
        return replace(self.model.setting, usage=usage, preferences=found)

    def batches(self) -> Batches:
        """Return the customers and their features, in batches."""
        if self.columns is not None:
            rows = self.columns.rows(self.base.lead, self.as_of)
            return Batches.of_rows(self.base.connection, rows, self.as_of, self.customers)
        assert self.activity is not None
        connection = self.base.connection
        return Batches.of(connection, self.activity, self.as_of, self.setting, self.customers)


def scoring_inputs(
    history: History,
    settings: Config,
    chosen: ChosenModel,
    output: OutputFolder,
    progress: Progress,
) -> ScoringInputs:
    """Return what a day is scored from, having shown what is odd about it.

    Raises
    ------
    InputError
        The customers, the model, the rules of alerts or the plays do not fit together.
    """
    day, model, connection = chosen.as_of, chosen.model, history.base.connection
    check_requirements(model, history.activity)
    previous = last_scores_before(output, day, model.facts.target)
    grid = grid_ahead(model, history.activity, day)
    outlying = outlying_orders(history.activity.orders, model.facts.limit, day)
    notes = scoring_notes(history, settings, chosen, previous, grid, outlying)
    model, other_days = without_other_days(model, grid)
    notes = (*notes, *other_days)
    for note in notes:
        progress.say(note)
    activity = held(connection, history.activity, outlying)
    config, facts = history.base.config, model.facts
    if config.by != facts.by:
        model = replace(model, groups=())
    preferences = _preferences(history.activity, model, config)
    setting = replace(facts.setting, usage=config.usage, preferences=preferences)
    watched = watch(config.alert_rules, config.plays, facts.tier_names, setting, activity, day)
    used = USAGE_COLUMNS if config.usage is not None else ()
    idle = idle_plays(config, facts.tier_names, model.segments.names_)
    for note in idle:
        progress.say(note)
    customers = _count(activity, day)
    if watched.with_signals:
        previous = previous.watching(connection, activity.orders, day)
    return ScoringInputs(
        history.base,
        activity,
        model,
        chosen.version,
        day,
        customers,
        previous,
        tuple(dict.fromkeys((*watched.features, *used))),
        watched.rules,
        (*history.notes, *notes, *idle),  # the former have been shown before
        grid,
        outlying,
        history.activity.orders,
        preferences=preferences,
    )


def _preferences(
    activity: CustomerActivity, model: CustomerModel, config: Config
) -> PreferenceGroups | None:
    """Return the groups that the model keeps, so that their names are those of every day.

    For a model trained before they were asked for, they are found in events before its training.
    """
    found = model.facts.preferences
    if found is not None and config.usage is not None and config.usage.preferences == DISCOVERED:
        return found
    return groups_to_keep(activity.events, model.trained_as_of, config.usage)


def _count(activity: CustomerActivity, as_of: dt.date) -> int:
    customers = count_customers(activity, as_of)
    if customers == 0:
        raise InputError(
            f"Nobody has an order with a positive amount before as_of {as_of}, so there is "
            "nobody to score; check the sign of `amount`, or use a later as_of."
        )
    return customers
