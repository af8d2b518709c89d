"""One customer: orders, scores at each date, reasons, and the way to the next tier."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.playbook import PLAYBOOK, Play
from tiercast.config.schema import Config
from tiercast.contract.groups import GROUP
from tiercast.feature_store.history import counted_in, open_history
from tiercast.modeling.target import Target
from tiercast.snapshots.history import history
from tiercast.snapshots.one_customer import rows_of_customer
from tiercast.snapshots.subscriptions import contracts_of

ORDERS_SHOWN = 10


@dataclass(frozen=True)
class NextTier:
    """Where the next better tier starts: the least expected value (money) in it."""

    tier: str
    starts_at: float
    expected_value: float

    @property
    def missing(self) -> float:
        """The expected value (money) that is missing to it."""
        return max(0.0, self.starts_at - self.expected_value)


@dataclass(frozen=True)
class CustomerStory:
    """Everything known of one customer at a scored date.

    `score` is the row of the scores, which forecast `target`. `past` has one row per scored date
    up to it with the same target; `left_out` names the others. `orders` are the last order days
    before it, newest first, in the target's value; `next_tier` is None in the best tier. A label
    table has neither. `manifest` is that of the scores, `facts` the row of the features, empty
    where none are stored. `contracts` are rows of `contracts_of`, where there are any.
    """

    customer_id: int | str
    as_of: dt.date
    score: dict[str, object]
    past: pd.DataFrame
    orders: pd.DataFrame | None
    next_tier: NextTier | None
    target: Target
    left_out: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    contracts: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plays(self) -> tuple[Play, ...]:
        """The playbook that the day was scored by; none for scores of older versions."""
        return tuple(map(Play.model_validate, self.manifest.get(PLAYBOOK, ())))


def explain(
    config: Config | str | Path, customer_id: int | str, as_of: dt.date | str | None = None
) -> CustomerStory:
    """Return one customer's story as of a scored date (default: the last one).

    Raises
    ------
    InputError
        That date was not scored, the customer is not in its scores, or the scores are another
        base's.
    """
    settings = load_config(config)
    settings.kind.refuse("explain")
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    day = output.scored_day(as_of)
    manifest = output.manifest(day)
    target = output.target(day)
    connection = ibis.duckdb.connect()
    scores = _scores(connection, output, day)
    row = _row(scores, customer_id, day)
    past = output.sort_days((d for d in output.scored_dates() if d <= day), target)
    orders, contracts = (
        (None, ())
        if not settings.kind.has_dates
        else _history(counted_in(settings, target.worth), row["customer_id"], day)
    )
    story = CustomerStory(
        customer_id=row["customer_id"],
        as_of=day,
        score=row,
        past=pd.concat(
            [_past(connection, output, d, customer_id) for d in past.alike], ignore_index=True
        ),
        orders=orders,
        next_tier=next_tier(scores, row, tuple(manifest["tiers"]))
        if settings.kind.has_dates
        else None,
        target=target,
        left_out=past.left_out(),
        manifest=manifest,
        contracts=contracts,
        facts=_facts(connection, output, day, row["customer_id"]),
    )
    connection.disconnect()
    return story


def _scores(connection: Backend, output: OutputFolder, day: dt.date) -> ir.Table:
    return rows_of(connection, parts_of(output.scores(day)))


def _row(scores: ir.Table, customer_id: int | str, day: dt.date) -> dict[str, Any]:
    rows = _of(scores, customer_id).to_pyarrow().to_pylist()
    if not rows:
        raise InputError.of(
            "Customer {customer} is not in the scores of {day}; ids look like {examples}.",
            customer=repr(customer_id),
            day=day,
            examples=list(map(str, scores.limit(3).to_pyarrow()["customer_id"].to_pylist())),
        )
    return dict(rows[0])


def _facts(
    connection: Backend, output: OutputFolder, day: dt.date, customer_id: int | str
) -> dict[str, Any]:
    files = parts_of(output.features(day))
    rows = _of(rows_of(connection, files), customer_id).to_pyarrow().to_pylist() if files else []
    return dict(rows[0]) if rows else {}


def _of(table: ir.Table, customer_id: int | str) -> ir.Table:
    return rows_of_customer(table, str(customer_id))


def _past(
    connection: Backend, output: OutputFolder, day: dt.date, customer_id: int | str
) -> pd.DataFrame:
    columns = [
        "as_of",
        "tier",
        "tier_confidence",
        "churn_probability",
        "expected_value",
        "segment",
    ]
    scores = _scores(connection, output, day)
    there = [name for name in columns if name in scores.columns]
    return _of(scores, customer_id).select(there).to_pandas()


def next_tier(scores: ir.Table, row: dict[str, object], names: tuple[str, ...]) -> NextTier | None:
    """Return where the next better tier with customers starts, for a row of the scores.

    Of a base with groups it is that of the row's group. None: nobody is in a better tier.
    """
    better, expected = names[: names.index(str(row["tier"]))], row["expected_value"]
    if not better or not isinstance(expected, float):
        return None
    peers = scores.filter(scores[GROUP] == row[GROUP]) if GROUP in row else scores
    found = peers.group_by("tier").aggregate(least=peers.expected_value.min()).to_pandas()
    starts = dict(zip(found["tier"], found["least"], strict=True))
    above = next((tier for tier in reversed(better) if tier in starts), None)
    return None if above is None else NextTier(above, float(starts[above]), expected)


def _history(
    config: Config, customer_id: object, day: dt.date
) -> tuple[pd.DataFrame, Sequence[Mapping[str, Any]]]:
    """Return the last order days before a day, and the contracts known then."""
    with open_history(config, day) as opened:
        activity = opened.activity
        known = history(_of(activity.order_days, str(customer_id)), "ordered_at", [day])
        shown = known.select("ordered_on", "spent", "gap_days").order_by(ibis.desc("ordered_on"))
        orders = shown.limit(ORDERS_SHOWN).to_pandas()
        if not config.has_contracts or activity.subscriptions is None:
            return orders, ()
        rows = contracts_of(activity.subscriptions, str(customer_id), day)
        return orders, rows.to_pyarrow().to_pylist()
