"""A feature: a name, a unit, one line of meaning and one expression."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir

from tiercast.config.usage import UsageConfig
from tiercast.features.preferences import PreferenceGroups

Family = Literal[
    "rfm",
    "behaviour",
    "basket",
    "profile",
    "campaigns",
    "events",
    "contracts",
    "clv",
    "season",
    "signals",
    "own",
]
Grain = Literal[
    "orders",
    "order_days",
    "categories",
    "category_days",
    "contacts",
    "responses",
    "events",
    "contracts",
    "season_days",
    "referrals",
    "referred_orders",
    "models",
]


@dataclass(frozen=True)
class FurtherWindow:
    """A further horizon, and the length of the past windows that stand for it, in days."""

    horizon_days: int
    window_days: int


@dataclass(frozen=True)
class Setting:
    """The settings that expressions depend on.

    The main horizon, the known event types, whether the season clock is used, the plugins whose
    features are added, further horizons, the known plans of contracts, and the rules of use (for
    who is scored: no model learns from them). `preferences` are groups that were found before.
    """

    horizon_days: int
    event_types: tuple[str, ...] = ()
    on_clock: bool = False
    plugins: tuple[str, ...] = ()
    further: tuple[FurtherWindow, ...] = ()
    plans: tuple[str, ...] = ()
    usage: UsageConfig | None = None
    preferences: PreferenceGroups | None = None


@dataclass(frozen=True)
class Feature:
    """One number per customer and cutoff.

    `expression` returns an aggregate over a customer's rows of the table `grain`, cut at the
    cutoff; each row has `days_ago`. A feature of grain None is derived from features before it in
    the registry; `ClvModels` computes those of grain "models". `empty` is the value for a customer
    without rows in the table: 0 for counts, None where the feature is undefined. One that is not
    `learned` is shown, and read by rules; no model learns from it.
    """

    name: str
    unit: str
    family: Family
    meaning: str
    grain: Grain | None
    expression: Callable[[ir.Table, Setting], ir.Value] | None = None
    empty: float | None = 0.0
    learned: bool = True


def row_of(
    family: Family, grain: Grain | None, *, empty: float | None = 0.0, learned: bool = True
) -> Callable[..., Feature]:
    """Return how features of one family and table are written: what else differs from row to row.

    That are name, unit, meaning and, where there is one, the expression.
    """

    def row(
        name: str,
        unit: str,
        meaning: str,
        expression: Callable[[ir.Table, Setting], ir.Value] | None = None,
    ) -> Feature:
        return Feature(name, unit, family, meaning, grain, expression, empty, learned)

    return row


def within(table: ir.Table, days: int) -> ir.BooleanValue:
    """Return which rows lie in the last `days` days before the cutoff."""
    return table.days_ago <= days
