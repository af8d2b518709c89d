"""A base that grows by the day, opened with a feature store and without one, and compared."""

from pathlib import Path

from recorded_progress import RecordedProgress
from tiercast.config.schema import Config
from tiercast.feature_store.history import History, open_history
from tiercast.snapshots.orders import reduce_to_spend_days


def with_store(config: Config, path: Path, **settings: object) -> Config:
    """Return the same config with a feature store."""
    return Config.model_validate(
        {**config.model_dump(), "feature_store": {"path": str(path), **settings}}
    )


def rows(table) -> list[tuple]:
    """Return a table's rows, sorted; None where there is no table."""
    if table is None:
        return None
    frame = table.to_pandas()
    return sorted(map(repr, frame[sorted(frame.columns)].itertuples(index=False)))


def facts(history: History) -> dict[str, object]:
    """Return all that a job can learn of the order lines."""
    base, activity = history.base, history.activity
    spend = activity.spend
    return {
        "report": base.report,
        "fingerprint": base.fingerprint(),
        "empty": base.empty_shares("transactions"),
        "orders": rows(activity.orders),
        "order_days": rows(activity.order_days),
        "spend_days": {kind: rows(reduce_to_spend_days(one)) for kind, one in spend.items()},
        "quarantine": rows(base.quarantine["transactions"]),
        "aside": rows(base.aside),
        "daily": (activity.daily_orders.first, activity.daily_orders.counts.tolist()),
        "columns": (activity.has_quantity, activity.has_discount, activity.has_order_ids),
    }


def facts_of(config: Config, progress: RecordedProgress | None = None) -> dict[str, object]:
    """Open a base and answer its facts."""
    with open_history(config, progress=progress) as history:
        return facts(history)
