"""What alert rules and plays need beyond the scores: features, and signals of the orders."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tiercast.config.alerts import AlertRule, default_rules
from tiercast.config.playbook import Play
from tiercast.features.assemble import feature_panel
from tiercast.features.btyd import CLV
from tiercast.features.feature import Setting
from tiercast.features.registry import every_feature, features_for
from tiercast.scoring.columns import score_schema
from tiercast.scoring.conditions import RANKS, Rule, check_rules, column_kinds
from tiercast.scoring.playbook import check_plays
from tiercast.scoring.previous import PREVIOUS
from tiercast.scoring.signals import SIGNALS
from tiercast.snapshots.activity import CustomerActivity


@dataclass(frozen=True)
class Watch:
    """The features that rules name, to be staged with scores, and whether rules name signals.

    `rules` are those of alerts that the base has the tables for.
    """

    features: tuple[str, ...]
    with_signals: bool
    rules: tuple[AlertRule, ...] = ()


def watch(
    rules: Sequence[AlertRule],
    plays: Sequence[Play],
    tier_names: Sequence[str],
    setting: Setting,
    activity: CustomerActivity,
    as_of: dt.date,
) -> Watch:
    """Return what rules and plays need, after a check of each column that they name.

    A name is looked up among the scores, then the previous scores, then the features. A default
    rule over a feature whose table the base lacks is left out.

    Raises
    ------
    InputError
        There is no such column, its type is not that of the value it is compared with, or a play
        names a tier or a stage that there is not.
    """
    counted = {feature.name for feature in features_for(activity, setting)}
    rules = _possible(rules, setting, counted)
    all_rules: tuple[Rule, ...] = (*rules, *plays)
    columns = (condition.column for rule in all_rules for condition in rule.when)
    named = list(dict.fromkeys(columns))
    scored = _scored(tier_names, activity)
    beyond = [name for name in named if name not in column_kinds(*scored)]
    features = pa.schema([(name, pa.float64()) for name in beyond])
    if not counted.issuperset(beyond):  # a column of the profile, or none
        features = _features(setting, activity, as_of)
    kinds = column_kinds(*scored, features)
    check_rules(rules, kinds)
    check_plays(plays, kinds, tier_names)
    return Watch(tuple(beyond), any(name in SIGNALS.names for name in named), tuple(rules))


def _possible(
    rules: Sequence[AlertRule], setting: Setting, counted: Collection[str]
) -> list[AlertRule]:
    """Return the rules without default ones over features that the base does not have."""
    absent = {feature.name for feature in every_feature(setting)}.difference(counted)
    idle = {
        rule.name
        for rule in default_rules()
        if absent.intersection(condition.column for condition in rule.when)
    }
    return [rule for rule in rules if rule.name not in idle or rule not in default_rules()]


def _scored(tier_names: Sequence[str], activity: CustomerActivity) -> tuple[pa.Schema, ...]:
    ids = activity.orders.customer_id.type().to_pyarrow()
    ranks = pa.schema([(name, pa.int64()) for name in RANKS])
    return score_schema(ids, tier_names), PREVIOUS, ranks, SIGNALS


def _features(setting: Setting, activity: CustomerActivity, as_of: dt.date) -> pa.Schema:
    panel = feature_panel(activity, [as_of], setting).schema().to_pyarrow()
    added = [(feature.name, pa.float64()) for feature in CLV]
    return pa.schema([*panel, *map(pa.field, *zip(*added, strict=True))])
