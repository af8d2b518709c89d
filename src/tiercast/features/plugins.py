"""Features that plugins add to the catalogue, of the family "own"."""

import re
from collections.abc import Collection, Sequence
from typing import get_args

import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

from tiercast.config.errors import ConfigError
from tiercast.config.plugins import refuse_taken, rows_of
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
        The expression of a plugin's feature fails, or is not a number.
    ValueError
        The feature has no expression.
    """
    if feature.expression is None:
        raise ValueError(f"the feature {feature.name} has no expression")
    if feature.family != "own":
        return feature.expression(table, setting)
    where = f"the feature `{feature.name}` of a plugin, counted from {feature.grain or 'features'}"
    try:
        value = feature.expression(table, setting)
    except (AttributeError, TypeError, IbisError) as error:
        raise ConfigError(f"{where}: {error}; there are {', '.join(table.columns)}.") from error
    if not isinstance(value, ir.NumericValue | ir.BooleanValue):
        raise ConfigError(f"{where}: it must be a number, but is {type(value).__name__}.")
    return value


def _wrong(feature: Feature) -> str | None:
    if not NAME.fullmatch(feature.name) or feature.name.startswith("clv_"):
        return "needs a name of small letters, digits and _ that does not begin with clv_"
    if feature.family != "own":
        return f'must be of the family "own", but is of "{feature.family}"'
    if feature.grain not in GRAINS:
        known = ", ".join(str(grain) for grain in GRAINS)
        return f"must be of one of the grains {known}, but is of {feature.grain!r}"
    return None if callable(feature.expression) else "has no expression"
