"""Each customer's change between two scored days, with money, split by cause."""

from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.segments.tiers import tier_rank
from tiercast.transitions.counterfactual import Counterfactual
from tiercast.transitions.scored_day import ScoredDay

# What can move a customer, in the order in which it is changed; see `moves`.
CAUSES = ("behaviour", "model", "threshold", "hysteresis", "unsplit")
SHOWN = ("tier", "segment", "expected_value")


def moves(connection: Backend, then: ScoredDay, now: ScoredDay, old: Counterfactual) -> ir.Table:
    """Return a row per customer scored on either day, held in the engine.

    Columns: customer_id; tier, segment and expected_value `_before` and `_now` (null before for
    the new, now for the gone); revenue_between, the net revenue realised between the days (null
    for the gone); `steps` upward over tiers (a fall is negative; null for the new and the gone),
    and its parts, one for each of `CAUSES`, which add up to it.

    The parts are steps between tiers that differ in one thing at a time, in this order:

    1. the tier of the earlier day by its own model, cuts and boundaries, without hysteresis;
    2. `behaviour`: with the features of the later day instead;
    3. `model`: by the version that scored the later day instead; 0 where it is the same;
    4. `threshold`: by the cuts, boundaries and way of assigning of the later day instead;
    5. `hysteresis`: what it held back on either day, so that the parts end at the assigned tiers.

    Another order could split a move differently. Where the old model cannot be used with the
    later features, what behaviour and model did together is `unsplit`, and both are 0.
    """
    joined = _scored(then, "before").outer_join(_after(connection, then, now, old), "customer_id")
    rows = joined.mutate(
        customer_id=ibis.coalesce(joined.customer_id, joined.customer_id_right)
    ).drop("customer_id_right")
    split = rows.mutate(**_parts(rows, unsplit=bool(old.reason)))
    moved = split.select(
        "customer_id",
        *(f"{name}_{when}" for name in SHOWN for when in ("before", "now")),
        revenue_between=split.revenue_now - split.revenue_before.fill_null(0.0),
        steps=split.assigned_before - split.assigned_now,
        **{cause: split[cause] for cause in CAUSES},
    )
    return connection.create_table("moves", moved, overwrite=True)


def _scored(day: ScoredDay, when: str) -> ir.Table:
    """Return a day's scores of each customer: tiers, assigned and decided, and money."""
    scores = day.scores
    columns = scores.select(
        "customer_id",
        **{f"{name}_{when}": scores[name] for name in SHOWN},
        **{f"assigned_{when}": tier_rank(scores.tier, day.tier_names)},
        **{f"decided_{when}": day.decided_rank(scores)},
    )
    return _beside(columns, day.revenue.rename({f"revenue_{when}": "revenue"}))


def _after(connection: Backend, then: ScoredDay, now: ScoredDay, old: Counterfactual) -> ir.Table:
    """Return the later day's scores, and its customers' tiers by the earlier day's rule."""
    scored = _scored(now, "now")
    stored = now.scores.select("customer_id", by_new_model=then.decided_rank(now.scores))
    by_new = _read(connection, old.by_new_model, "by_new_model", stored)
    same = by_new.rename(by_old_model="by_new_model")
    by_old = _read(connection, old.by_old_model, "by_old_model", same)
    return _beside(_beside(scored, by_new), by_old)


def _read(connection: Backend, file: Path | None, name: str, otherwise: ir.Table) -> ir.Table:
    if file is None:
        return otherwise
    return connection.read_parquet(str(file), hive_partitioning=False).rename({name: "rank"})


def _parts(rows: ir.Table, *, unsplit: bool) -> dict[str, ir.Value]:
    nothing = ibis.literal(0, "int8")
    parts = {
        "behaviour": rows.decided_before - rows.by_old_model,
        "model": rows.by_old_model - rows.by_new_model,
        "threshold": rows.by_new_model - rows.decided_now,
        "hysteresis": (rows.assigned_before - rows.decided_before)
        + (rows.decided_now - rows.assigned_now),
        "unsplit": nothing,
    }
    if unsplit:
        together = rows.decided_before - rows.by_new_model
        parts |= {"behaviour": nothing, "model": nothing, "unsplit": together}
    both = rows.assigned_before.notnull() & rows.assigned_now.notnull()
    return {cause: ibis.ifelse(both, part, ibis.null("int8")) for cause, part in parts.items()}


def _beside(table: ir.Table, other: ir.Table) -> ir.Table:
    return table.left_join(other, "customer_id").drop("customer_id_right")
