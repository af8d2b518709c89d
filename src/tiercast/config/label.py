"""What a config may say with `churn: label`: one table, one column, and no dates."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiercast.config.schema import Config

LABEL = "label"
LABEL_KEYS = ("column", "positive", "value_column", "as_of")
RISK_BANDS = ("staying", "leaving")  # tiers of a table without a value column
VALUE_TIERS = ("top", "potential", "general", "leaving")


def label_tiers(given: Mapping[str, Any]) -> dict[str, object] | None:
    """Return the tiers of a config with `churn: label` that names none; None for other configs.

    Examples
    --------
    >>> label_tiers({"outlook": {"churn": "label", "value_column": "fee"}})["names"][-1]
    'leaving'
    >>> label_tiers({"outlook": {"churn": "label"}})["names"]
    ('staying', 'leaving')
    """
    outlook = given.get("outlook")
    if not isinstance(outlook, Mapping) or outlook.get("churn") != LABEL:
        return None
    if outlook.get("value_column") is None:
        return {"names": RISK_BANDS, "cuts": ()}
    return {"names": VALUE_TIERS}


def written(positive: object) -> str:
    """Return a positive value as a person writes it: YAML reads `Yes` as true.

    Examples
    --------
    >>> written(True), written(1.0), written("Left")
    ('Yes', '1', 'Left')
    """
    if isinstance(positive, bool):
        return "Yes" if positive else "No"
    return str(positive).removesuffix(".0")


def wrong_label(config: "Config") -> str | None:
    """Return what is wrong with a config of a label table, or with label keys elsewhere."""
    outlook = config.outlook
    if outlook.churn != LABEL:
        named = [key for key in LABEL_KEYS if getattr(outlook, key) is not None]
        return (
            f"outlook.{named[0]} goes with `churn: label` alone; leave it out" if named else None
        )
    if outlook.column is None:
        return "`churn: label` needs `outlook.column`, the column that says who left; add it"
    if outlook.value_column is None and config.tiers.names != RISK_BANDS:
        return (
            "tiers are bands of value, so with `churn: label` they need `outlook.value_column`; "
            "name it, or leave `tiers` out"
        )
    if outlook.value_column == outlook.column:
        return "outlook.value_column must be another column than outlook.column"
    return _not_used(config)


def _not_used(config: "Config") -> str | None:
    """Return the first key that a label table has no use for."""
    default = type(config.outlook)()
    used = {
        **{f"sources.{name}": name != "customers" for name in config.sources},
        "feature_store": config.feature_store is not None,
        "plugins": bool(config.plugins),
        f"engine: {config.engine}": config.on_spark,
        "outlook.horizon_days": config.outlook.horizons != default.horizons,
        "outlook.value": config.outlook.value != default.value,
    }
    wrong = next((key for key, is_used in used.items() if is_used), None)
    if wrong is None:
        return None
    return (
        f"with `churn: label` there is one table, `customers`, without dates: `{wrong}` has no "
        "use; leave it out"
    )
