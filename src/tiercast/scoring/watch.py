"""What the rules of alerts need beyond the scores: features, and signals of the orders."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from tiercast.config.alerts import AlertRule
from tiercast.features.assemble import feature_panel
from tiercast.features.btyd import CLV
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.alerts import RANKS, check_rules, column_kinds
from tiercast.scoring.columns import score_schema
from tiercast.scoring.previous import PREVIOUS
from tiercast.scoring.signals import SIGNALS
from tiercast.snapshots.activity import CustomerActivity


@dataclass(frozen=True)
class Watch:
    """The features that rules name, to be staged with scores, and whether rules name signals."""

    features: tuple[str, ...]
    with_signals: bool


def watch(
    rules: Sequence[AlertRule], model: CustomerModel, activity: CustomerActivity, as_of: dt.date
) -> Watch:
    """Return what the rules need, after a check of each column that they name.

    A name is looked up among the scores, then the previous scores, then the features.

    Raises
    ------
    InputError
        There is no such column, or its type is not that of the value it is compared with.
    """
    named = list(dict.fromkeys(condition.column for rule in rules for condition in rule.when))
    scored = _scored(model, activity)
    beyond = [name for name in named if name not in column_kinds(*scored)]
    features = _features(model, activity, as_of) if beyond else pa.schema([])
    check_rules(rules, column_kinds(*scored, features))
    return Watch(tuple(beyond), any(name in SIGNALS.names for name in named))


def _scored(model: CustomerModel, activity: CustomerActivity) -> tuple[pa.Schema, ...]:
    ids = activity.orders.customer_id.type().to_pyarrow()
    ranks = pa.schema([(name, pa.int64()) for name in RANKS])
    return score_schema(ids, model.facts.tier_names), PREVIOUS, ranks, SIGNALS


def _features(model: CustomerModel, activity: CustomerActivity, as_of: dt.date) -> pa.Schema:
    panel = feature_panel(activity, [as_of], model.facts.setting).schema().to_pyarrow()
    added = [(feature.name, pa.float64()) for feature in CLV]
    return pa.schema([*panel, *map(pa.field, *zip(*added, strict=True))])
