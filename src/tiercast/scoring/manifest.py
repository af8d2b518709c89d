"""What a scoring says about itself: counts, model, data and settings."""

import datetime as dt
from importlib.metadata import version as package_version

import pandas as pd

from tiercast.config.schema import Config
from tiercast.modeling.customer_model import CustomerModel
from tiercast.sources.canonical import CustomerBase
from tiercast.tracking.registry import ModelVersion


class Totals:
    """Running counts and sums over the parts of a scoring."""

    def __init__(self, tier_names: tuple[str, ...]) -> None:
        self.rows = 0
        self.expected = 0.0
        self.churned = 0.0
        self.tiers = dict.fromkeys(tier_names, 0)

    def add(self, rows: pd.DataFrame) -> None:
        """Count one part."""
        self.rows += len(rows)
        self.expected += float(rows["expected_value"].sum())
        self.churned += float(rows["churn_probability"].sum())
        for tier, count in rows["tier"].value_counts().items():
            self.tiers[str(tier)] += int(count)


def manifest(
    base: CustomerBase,
    model: CustomerModel,
    version: ModelVersion,
    as_of: dt.date,
    totals: Totals,
    notes: tuple[str, ...],
) -> dict[str, object]:
    """Answer the manifest; the writer adds rows, columns and parts."""
    lines = base.report.table("transactions")
    return {
        "name": base.config.name,
        "as_of": as_of.isoformat(),
        "horizon_days": model.horizon_days,
        "value": model.facts.value,
        "model": {
            "name": model.facts.name,
            "version": version.version,
            "run_id": version.run_id,
            "trained_as_of": model.facts.trained_as_of,
        },
        "tiercast_version": package_version("tiercast"),
        "customers": totals.rows,
        "tiers": totals.tiers,
        "tier_cuts": list(model.outlook.tier_cuts),
        "expected_value": totals.expected,
        "expected_churned": totals.churned,
        "data": {
            "fingerprint": base.fingerprint(),
            "first": None if lines.first is None else lines.first.isoformat(),
            "last": None if lines.last is None else lines.last.isoformat(),
            "rows_used": lines.rows_used,
            "rows_quarantined": lines.rows_quarantined,
        },
        "notes": list(notes),
        "config": public_settings(base.config),
    }


def public_settings(config: Config) -> dict[str, object]:
    """Answer the settings without anything that may hold a secret."""
    settings = config.model_dump(mode="json")
    for source in settings["sources"].values():
        source.pop("connection", None)
    return settings
