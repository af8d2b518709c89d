"""Features that plugins add to the catalogue, of the family "own"."""

import re
from collections.abc import Collection, Sequence
from typing import get_args

import ibis.expr.types as ir
import pandas as pd

from tiercast.config.errors import ConfigError
from tiercast.config.plugins import own_code, refuse_taken, rows_of
from tiercast.features.feature import Feature, Grain, Setting

NAME = re.compile(r"[a-z][a-z0-9_]*")
# None: derived from features before it.
GRAINS = (*(grain for grain in get_args(Grain) if grain != "models"), None)


def own_features(plugins: Sequence[str], taken: Collection[str]) -> tuple[Feature, ...]:
    """Return the features that plugins add, in the order of the plugins.

    Raises
    ------
    ConfigError
        A feature has a used or an invalid name, another family, an unknown grain, or no
        expression; the message names the plugin.
    """
    rows = rows_of(plugins, "features", Feature)
    refuse_taken([(plugin, feature.name) for plugin, feature in rows], taken, "feature")
    for plugin, feature in rows:
        if wrong := _wrong(feature):
            raise ConfigError(f"Plugin `{plugin}`: the feature `{feature.name}` {wrong}.")
    return tuple(feature for _, feature in rows)


def counted(feature: Feature, table: ir.Table, setting: Setting) -> ir.Value:
    """Return a feature's expression over its cut table, or over the features before it.

    Raises
    ------
    ConfigError
        The expression of a plugin's feature fails, or is not a number of each customer.
    ValueError
        The feature has no expression.
    """
    if feature.expression is None:
        raise ValueError(f"the feature {feature.name} has no expression")
    if feature.family != "own":
        return feature.expression(table, setting)
    plugin = _plugin_of(feature, setting)
    what = f"the feature `{feature.name}`, counted from {feature.grain or 'features'},"
    with own_code(plugin, what):
        value = feature.expression(table, setting)
    where = f"Plugin `{plugin}`: {what}"
    if not isinstance(value, ir.NumericValue | ir.BooleanValue):
        raise ConfigError(f"{where} must be a number, but is {type(value).__name__}.")
    if feature.grain is not None and not isinstance(value, ir.Scalar):
        raise ConfigError(
            f"{where} must be one number of each customer, but is one of each row; end it with "
            "`.sum()`, `.max()` or another aggregate."
        )
    return value


def idle_features(features: Sequence[Feature], rows: pd.DataFrame) -> tuple[str, ...]:
    """Return a sentence on each plugin's feature that is the same for all rows, or missing."""
    return tuple(
        f"The feature `{feature.name}` of a plugin "
        + (
            "has no value for any row"
            if found.isna().all()
            else f"is {found.iloc[0]:g} in all rows"
        )
        + ": no model can learn from it. See its expression."
        for feature in features
        if feature.family == "own" and (found := rows[feature.name]).nunique(dropna=False) == 1
    )


def _plugin_of(feature: Feature, setting: Setting) -> str:
    """Return which plugin of the setting adds a feature."""
    rows = rows_of(setting.plugins, "features", Feature)
    return next(plugin for plugin, one in rows if one.name == feature.name)


def _wrong(feature: Feature) -> str | None:
    if not NAME.fullmatch(feature.name) or feature.name.startswith("clv_"):
        return "needs a name of small letters, digits and _ that does not begin with clv_"
    if feature.family != "own":
        return f'must be of the family "own", but is of "{feature.family}"'
    if feature.grain not in GRAINS:
        known = ", ".join(str(grain) for grain in GRAINS)
        return f"must be of one of the grains {known}, but is of {feature.grain!r}"
    return None if callable(feature.expression) else "has no expression"
