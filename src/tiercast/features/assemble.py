"""The feature panel: one row per customer and cutoff, in one query."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from tiercast.config.errors import ConfigError
from tiercast.contract.groups import GROUP, UNKNOWN, group_names
from tiercast.features.feature import Family, Feature, Grain, Setting
from tiercast.features.grains import cut_tables
from tiercast.features.horizons import named
from tiercast.features.plugins import counted
from tiercast.features.registry import KEYS, every_feature, features_for, learned_features
from tiercast.features.season import HORIZON_RATIO
from tiercast.features.usage import with_usage
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.groups import groups_at
from tiercast.snapshots.history import AS_OF, history
from tiercast.snapshots.profiles import is_dated, own_columns, profiles_at
from tiercast.snapshots.season import SeasonClock, horizon_ratios
from tiercast.snapshots.subscriptions import customers_at, has_contracts

MAX_EVENT_TYPES = 8


def feature_panel(
    activity: CustomerActivity,
    cutoffs: Sequence[dt.date],
    setting: Setting,
    families: Collection[Family] | None = None,
    *,
    learned: bool = False,
) -> ir.Table:
    """Return one row per cutoff and customer with an order before it.

    Where there are contracts, it is the customers who have one running. Columns: customer_id,
    as_of, every feature that the base has the tables for (floats, null where undefined) except
    those of the CLV models, and the profile columns as given. With `learned`, only the features
    that models learn from; with `families`, only those of these. Where the setting has rules of
    use, the words `usage_tier` and `preference` follow; `customer_group` where customers are in
    groups.
    """
    choose = learned_features if learned else features_for
    features = _of_families(choose(activity, setting), families)
    clocks = season_clocks(activity, cutoffs, setting)
    grains = {
        grain: _aggregate(table, [f for f in features if f.grain == grain], setting)
        for grain, table in cut_tables(activity, cutoffs, clocks).items()
        if grain == "orders" or any(f.grain == grain for f in features)
    }
    if "season_days" in grains:
        grains["season_days"] = _with_ratios(grains["season_days"], activity, clocks, setting)
    orders = grains.pop("orders")
    base = _base(activity, orders, cutoffs)
    filled = _fill_empty(_joined(base, grains), features)
    derived = with_derived(filled, features, setting)
    panel = _with_profile(_as_floats(derived, features), activity.customers, cutoffs, setting)
    panel = _with_group(panel, activity, cutoffs, setting)
    if learned or setting.usage is None or activity.events is None:
        return panel
    return with_usage(panel, activity.events, cutoffs, setting.usage, setting.preferences)


def _joined(base: ir.Table, grains: Mapping[Grain, ir.Table]) -> ir.Table:
    """Return the base's rows with the columns of all grains, joined in one SELECT."""
    joined = base
    for grain, table in grains.items():
        joined = joined.left_join(table, KEYS, rname=f"{{name}}_{grain}")
    return joined


def _of_families(
    features: Sequence[Feature], families: Collection[Family] | None
) -> Sequence[Feature]:
    return [f for f in features if families is None or f.family in families]


def _base(activity: CustomerActivity, orders: ir.Table, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return the rows of those who were customers at each cutoff."""
    if not has_contracts(activity.orders):
        return orders.filter(orders.orders > 0)
    customers = customers_at(history(activity.orders, "ordered_at", cutoffs))
    return orders.semi_join(customers, KEYS)


def observed_event_types(activity: CustomerActivity, before: dt.date) -> tuple[str, ...]:
    """Return the event types before a day, at most eight, the most frequent first."""
    if activity.events is None:
        return ()
    known = history(activity.events, "event_at", [before])
    counts = known.group_by("event_type").agg(rows=known.count())
    top = counts.order_by(ibis.desc("rows"), "event_type").limit(MAX_EVENT_TYPES)
    return tuple(top.to_pyarrow()["event_type"].to_pylist())


def observed_plans(activity: CustomerActivity, before: dt.date) -> tuple[str, ...]:
    """Return the plans of contracts before a day, at most eight, the most frequent first."""
    if activity.subscriptions is None:
        return ()
    known = history(activity.subscriptions, "started_at", [before])
    named = known.filter(known.plan.notnull())
    counts = named.group_by("plan").agg(rows=named.count())
    top = counts.order_by(ibis.desc("rows"), "plan").limit(MAX_EVENT_TYPES)
    return tuple(top.to_pyarrow()["plan"].to_pylist())


def profile_columns(activity: CustomerActivity, setting: Setting) -> tuple[str, ...]:
    """Return the names of the profile columns in a panel."""
    if activity.customers is None:
        return ()
    return tuple(_profile_names(activity.customers, setting))


def _profile_names(customers: ir.Table, setting: Setting) -> dict[str, str]:
    """Return the given profile columns by their names in a panel.

    `profile_` comes before a name that a feature has.
    """
    taken = {"as_of", *(feature.name for feature in every_feature(setting))}
    own = own_columns(customers)
    return {f"profile_{name}" if name in taken else name: name for name in own}


def profile_of(customers: ir.Table, setting: Setting, day: dt.date) -> ir.Table:
    """Return customer_id and the profile columns by their names in a panel, as of a day."""
    profiles = customers.rename(_profile_names(customers, setting))
    return profiles_at(profiles, [day]) if is_dated(customers) else profiles


def season_clocks(
    activity: CustomerActivity, cutoffs: Sequence[dt.date], setting: Setting
) -> tuple[SeasonClock, ...]:
    """Return the season clock at each cutoff; none if the setting does not use it."""
    if not setting.on_clock:
        return ()
    daily = activity.daily_orders
    return tuple(daily.clock(cutoff, setting.horizon_days) for cutoff in cutoffs)


def _with_ratios(
    table: ir.Table, activity: CustomerActivity, clocks: Sequence[SeasonClock], setting: Setting
) -> ir.Table:
    """Add how busy each horizon will be: the main one by its clocks, and the further ones."""
    table = table.inner_join(horizon_ratios(clocks, HORIZON_RATIO), AS_OF)
    for one in setting.further:
        further = [activity.daily_orders.clock(clock.cutoff, one.window_days) for clock in clocks]
        name = named(HORIZON_RATIO, one.horizon_days)
        table = table.inner_join(horizon_ratios(further, name), AS_OF)
    return table


def _aggregate(table: ir.Table, features: Sequence[Feature], setting: Setting) -> ir.Table:
    columns = {f.name: counted(f, table, setting) for f in features if f.expression}
    return table.group_by(*KEYS).agg(**columns)


def _fill_empty(table: ir.Table, features: Sequence[Feature]) -> ir.Table:
    """Return the keys and the counted features; `empty` for customers without rows of a grain."""
    # As floats first: DuckDB makes a decimal of a whole number and 0.0, a slow type to read.
    counted_ones = {
        f.name: table[f.name]
        if f.empty is None
        else table[f.name].cast("float64").fill_null(f.empty)
        for f in features
        if f.name in table.columns
    }
    return table.select(*KEYS, **counted_ones)


def _as_floats(table: ir.Table, features: Sequence[Feature]) -> ir.Table:
    columns = {f.name: table[f.name].cast("float64") for f in features if f.grain != "models"}
    return table.select(*KEYS, **columns)


def _with_profile(
    table: ir.Table, customers: ir.Table | None, cutoffs: Sequence[dt.date], setting: Setting
) -> ir.Table:
    """Return the table with the profile as of each cutoff; as of today if it has no dates."""
    if customers is None:
        return table
    profiles = customers.rename(_profile_names(customers, setting))
    if not is_dated(customers):
        return table.left_join(profiles, "customer_id").drop("customer_id_right")
    own = profiles_at(profiles, cutoffs)
    return table.left_join(own, KEYS).drop(*(f"{key}_right" for key in KEYS))


def _with_group(
    panel: ir.Table, activity: CustomerActivity, cutoffs: Sequence[dt.date], setting: Setting
) -> ir.Table:
    """Return the panel with each customer's group as of the cutoff, where there are groups.

    Raises
    ------
    ConfigError
        The profile has a column of that name.
    """
    if activity.by is None:
        return panel
    if GROUP in panel.columns and activity.by != GROUP:
        raise ConfigError(
            f"`by` adds the column {GROUP}, but `customers` has `{GROUP}`, too; give that another "
            "name in `columns` of the source."
        )
    if activity.groups is None:
        assert activity.customers is not None  # as the base was loaded
        own = {given: name for name, given in _profile_names(activity.customers, setting).items()}
        group = group_names(panel[own[activity.by]])
        return panel.mutate(**{GROUP: group.fill_null(UNKNOWN)})
    found = panel.left_join(groups_at(activity.groups, cutoffs), KEYS)
    rows = found.drop(*(f"{key}_right" for key in KEYS))
    return rows.mutate(**{GROUP: rows[GROUP].fill_null(UNKNOWN)})


def with_derived(table: ir.Table, features: Sequence[Feature], setting: Setting) -> ir.Table:
    """Return the table with derived features as columns, each level of them in one SELECT."""
    derived = [f for f in features if f.grain is None and f.expression is not None]
    for level in _levels(derived, table, setting):
        table = table.mutate(**{f.name: counted(f, table, setting) for f in level})
    return table


def _levels(derived: Sequence[Feature], table: ir.Table, setting: Setting) -> list[list[Feature]]:
    """Return the derived features by level: each is counted from those of levels before its own.

    A SELECT for each feature would repeat all columns so many times; planning took longer then
    than counting.
    """
    types, level_of = dict(table.schema().items()), dict[str, int]()
    for feature in derived:
        value = counted(feature, ibis.table(types, name="features"), setting)
        used = {field.name for field in value.op().find(ops.Field)}
        level_of[feature.name] = 1 + max((level_of.get(name, 0) for name in used), default=0)
        types[feature.name] = value.type()
    return [
        [f for f in derived if level_of[f.name] == level]
        for level in sorted(set(level_of.values()))
    ]
