"""What a scoring says about itself: counts, model, data and settings."""

import datetime as dt
from dataclasses import asdict
from importlib.metadata import version as package_version

from tiercast.config.plugins import versions_of
from tiercast.config.public_settings import public_settings
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.totals import Totals
from tiercast.sources.canonical import CustomerBase
from tiercast.tracking.registry import ModelVersion


def manifest(
    base: CustomerBase,
    model: CustomerModel,
    version: ModelVersion,
    as_of: dt.date,
    totals: Totals,
    notes: tuple[str, ...],
) -> dict[str, object]:
    """Return the manifest; the writer adds rows, columns and parts."""
    lines = base.report.table("transactions")
    return {
        "name": base.config.name,
        "as_of": as_of.isoformat(),
        **model.facts.target.to_record(),
        "model": {
            "name": model.facts.name,
            "version": version.version,
            "run_id": version.run_id,
            "trained_as_of": model.facts.trained_as_of,
            "plugins": dict(model.facts.plugins),
        },
        "plugins": versions_of(base.config.plugins),
        "tiercast_version": package_version("tiercast"),
        "customers": totals.rows,
        "tiers": totals.tiers,
        "tier_cuts": list(model.outlook.tier_cuts),
        "expected_value": totals.expected,
        "expected_churned": totals.churned,
        "sums": totals.sums(model.outlook.total_uncertainty),
        "season": {"is_known": model.facts.on_clock, "text": model.facts.season},
        "certainty": _certainty(model),
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


def _certainty(model: CustomerModel) -> dict[str, object] | None:
    """Return what is certain of churn, by what came of all past customers; None: nothing."""
    certain = model.outlook.ensemble.certain
    if certain is None:
        return None
    told = {"churn_probability": certain.churn, "text": model.facts.certainty}
    return {**asdict(certain), **told}
