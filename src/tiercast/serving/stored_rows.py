"""What was scored: one customer, a list, totals and segments of the stored day."""

from functools import partial
from typing import Any

import ibis
import pyarrow as pa

from tiercast.config.nearest import hint
from tiercast.formats import Formats
from tiercast.lists.selection import first_of_list
from tiercast.scoring.shown_sums import shown_sums
from tiercast.serving.problem import refused
from tiercast.serving.stored_day import LISTS, SCORES, StoredDay
from tiercast.snapshots.one_customer import rows_of_customer

LIST_COLUMNS = (
    "customer_id",
    "tier",
    "segment",
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "value_at_stake",
    "days_to_next_order",
    "action_id",
    "action",
)
SEGMENT_RISK = f"SELECT segment, avg(churn_probability) AS risk FROM {SCORES} GROUP BY segment"


def customer(stored: StoredDay, customer_id: str) -> dict[str, Any]:
    """Return the stored score row of a customer.

    Raises
    ------
    Refused
        The customer was not scored.
    """
    with stored.cursor() as own:
        table = ibis.duckdb.from_connection(own).table(SCORES)
        rows: pa.Table = rows_of_customer(table, customer_id).to_pyarrow()
    if not rows.num_rows:
        remedy = "post the customer's orders to /score, or score the base again"
        problem = f"{customer_id!r} is not in the scores of {stored.as_of}"
        raise refused("customer_id", problem, remedy, 404)
    found: dict[str, Any] = rows.to_pylist()[0]
    return found


def list_names(stored: StoredDay) -> dict[str, str]:
    """Return the lists, with their titles."""
    language = stored.config.language
    found = stored.config.customer_lists
    return {name: one.title.in_language(language) for name, one in found.items()}


def customers_of_list(stored: StoredDay, name: str, limit: int) -> dict[str, Any]:
    """Return the first customers of a list, and how many it holds; nobody of the holdout.

    Raises
    ------
    Refused
        There is no such list.
    """
    found = stored.config.customer_lists
    if name not in found:
        raise refused("name", f"there is no list {name!r}", hint(name, found), 404)
    with stored.cursor() as own:
        table = ibis.duckdb.from_connection(own).table(LISTS)
        rows, count = first_of_list(table, found[name], LIST_COLUMNS, limit)
    title = found[name].title.in_language(stored.config.language)
    return {"list": name, "title": title, **_day(stored), "total": count, "customers": rows}


def totals(stored: StoredDay) -> dict[str, Any]:
    """Return the sums of the base and of each tier, with their 90 % intervals."""
    sums, manifest = stored.manifest["sums"], stored.manifest
    return {
        **_day(stored),
        "horizon_days": stored.target.horizon_days,
        "value": stored.target.value,
        "currency": stored.config.currency,
        "base": _shown(sums["base"], stored),
        "tiers": {name: _shown(one, stored) for name, one in sums["tiers"].items()},
        "expected_churned": manifest["expected_churned"],
        "further_horizons": [
            shown_sums(one, partial(_shown, stored=stored))
            for one in manifest.get("further_horizons") or []
        ],
    }


def segments(stored: StoredDay) -> dict[str, Any]:
    """Return the sums of each segment, and its mean churn risk."""
    with stored.cursor() as own:
        risks = dict(own.execute(SEGMENT_RISK).fetchall())
    sums = stored.manifest["sums"]["segments"]
    rows = {n: {**one, "churn_probability": risks[n]} for n, one in sums.items()}
    shown = [{"segment": n, **_shown(one, stored)} for n, one in rows.items()]
    return {**_day(stored), "segments": shown}


def _shown(figures: dict[str, Any], stored: StoredDay) -> dict[str, Any]:
    """Return the figures of a group; each is None where it is small (`report.small_cells`)."""
    write = Formats(small_cells=stored.config.report.small_cells)
    return figures if write.shows(figures["customers"]) else dict.fromkeys(figures)


def _day(stored: StoredDay) -> dict[str, Any]:
    return {"as_of": stored.as_of, "model_version": stored.model_version}
