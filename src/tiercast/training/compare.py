"""Registered versions side by side, and moving the champion by hand."""

from pathlib import Path

import pandas as pd

from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.tracking.registry import versions

SHOWN = ("auc", "log_loss", "ece", "gini", "rmse", "total_bias", "interval_coverage")


def compare(config: Config | str | Path) -> pd.DataFrame:
    """Answer one row per registered version, oldest first: when, aliases, mean past metrics."""
    rows = [
        {
            "version": row.version,
            "aliases": ", ".join(row.aliases),
            "trained_as_of": row.trained_as_of,
            "horizon_days": row.horizon_days,
            "run_id": row.run_id,
        }
        | {name: row.metrics.get(name) for name in SHOWN}
        for row in versions(load_config(config))
    ]
    columns = ["version", "aliases", "trained_as_of", "horizon_days", "run_id", *SHOWN]
    return pd.DataFrame(rows, columns=columns)
