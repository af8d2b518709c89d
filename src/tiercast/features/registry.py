"""The catalogue of all features, in the order of the feature table."""

import ibis.expr.types as ir

from tiercast.config.text_table import markdown_table
from tiercast.features.basket import BASKET
from tiercast.features.behaviour import BEHAVIOUR
from tiercast.features.btyd import CLV, SUFFICIENT
from tiercast.features.contacts import CAMPAIGNS, EVENTS, event_trends, event_type_features
from tiercast.features.feature import Feature, Setting
from tiercast.features.horizons import further_features
from tiercast.features.plugins import own_features
from tiercast.features.rfm import RFM
from tiercast.features.season import SEASON
from tiercast.features.signals import BREAKDOWN, PROMOTERS, SIGNALS, USE
from tiercast.features.subscriptions import CONTRACT_MODELS, CONTRACTS, USE_CHANGE, plan_features
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.contribution import RETURNS_COST
from tiercast.snapshots.subscriptions import has_contracts

KEYS = ("customer_id", "as_of")
LABELS = ("ordered", "value", "returned_after_days")
CATALOGUE: tuple[Feature, ...] = (
    *RFM,
    *BEHAVIOUR,
    *BASKET,
    *CAMPAIGNS,
    *EVENTS,
    *CONTRACTS,
    *SUFFICIENT,
    *SEASON,
    *CLV,
    *CONTRACT_MODELS,
    *SIGNALS,
)


def features_for(activity: CustomerActivity, setting: Setting) -> tuple[Feature, ...]:
    """Return the features that a base has the tables for, derived ones after their sources."""
    missing = _missing_names(activity)
    fixed = [
        feature
        for feature in every_feature(setting)
        if _has_grain(activity, feature, setting) and feature.name not in missing
    ]
    return tuple(fixed)


def learned_features(activity: CustomerActivity, setting: Setting) -> tuple[Feature, ...]:
    """Return those of the features that models learn from."""
    return tuple(feature for feature in features_for(activity, setting) if feature.learned)


def every_feature(setting: Setting) -> tuple[Feature, ...]:
    """Return the catalogue, the features of event types, of further horizons, and of plugins.

    Raises
    ------
    ConfigError
        A plugin's feature is invalid; see `own_features`.
    """
    given = (
        *CATALOGUE,
        *event_type_features(setting),
        *event_trends(setting),
        *plan_features(setting),
        *further_features(setting),
    )
    taken = {*KEYS, *LABELS, *(feature.name for feature in given)}
    return (*given, *own_features(setting.plugins, taken))


def feature_table(features: tuple[Feature, ...] = CATALOGUE) -> str:
    """Return the catalogue as a Markdown table.

    Examples
    --------
    >>> print(feature_table(CATALOGUE[:1]))
    | feature | unit | family | meaning |
    |---|---|---|---|
    | `recency_days` | days | rfm | days since the last order |
    """
    rows = [(f"`{f.name}`", f.unit, f.family, f.meaning) for f in features]
    return markdown_table(("feature", "unit", "family", "meaning"), rows)


def _has_grain(activity: CustomerActivity, feature: Feature, setting: Setting) -> bool:
    if feature.family == "season":
        return setting.on_clock
    if feature.family == "campaigns":
        return activity.contacts is not None
    if feature.family == "events":
        return activity.events is not None
    if feature.family == "contracts" and feature.grain == "events":  # trends of event types
        return has_contracts(activity.orders) and activity.events is not None
    if feature.family == "contracts":
        return activity.subscriptions is not None
    if feature.grain == "models":  # BTYD models are of orders, not of payments by contract
        return not has_contracts(activity.orders)
    lacking = {
        "categories": activity.category_spend is None,
        "category_days": activity.category_spend is None,
        "referrals": activity.referrals is None,
        "referred_orders": activity.referrals is None,
        "season_days": not setting.on_clock,
        "contacts": activity.contacts is None,
        "responses": not _has_column(activity.contacts, "responded_at"),
        "events": activity.events is None,
    }
    return not lacking.get(feature.grain or "", False)


def _has_column(table: ir.Table | None, name: str) -> bool:
    return table is not None and name in table.columns


def _missing_names(activity: CustomerActivity) -> set[str]:
    """Return the names of the features whose column the base lacks."""
    needs = {
        "average_basket_quantity": activity.has_quantity,
        "discount_share": activity.has_discount,
        "discount_share_90d": activity.has_discount,
        "event_features_used": _has_column(activity.events, "feature"),
        USE_CHANGE: activity.events is not None,
    }
    needs |= {feature.name: activity.referrals is not None for feature in PROMOTERS}
    needs |= {feature.name: activity.events is not None for feature in USE}
    contributes = RETURNS_COST in activity.orders.columns
    needs |= {feature.name: contributes for feature in BREAKDOWN}
    responses = _has_column(activity.contacts, "responded_at")
    needs |= dict.fromkeys((f.name for f in CONTRACT_MODELS), has_contracts(activity.orders))
    answers = ("responses", "response_recency_days", "response_rate")
    needs |= dict.fromkeys(answers, responses)
    return {name for name, had in needs.items() if not had}
