"""What a scoring says about itself: counts, model, data and settings."""

import datetime as dt
from importlib.metadata import version as package_version

from tiercast.config.environment import told
from tiercast.config.schema import Config, SourceConfig
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
    """Answer the manifest; the writer adds rows, columns and parts."""
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
        },
        "tiercast_version": package_version("tiercast"),
        "customers": totals.rows,
        "tiers": totals.tiers,
        "tier_cuts": list(model.outlook.tier_cuts),
        "expected_value": totals.expected,
        "expected_churned": totals.churned,
        "sums": totals.sums(model.outlook.level_doubt),
        "season": {"is_known": model.facts.on_clock, "text": model.facts.season},
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
    settings["sources"] = {name: _told(source) for name, source in config.sources.items()}
    for secret in ("connection", "url"):
        settings["output"].pop(secret, None)
    return settings


def _told(source: SourceConfig) -> dict[str, object]:
    """Answer where a source is as the config has it: `${NAME}`, not its value."""
    return {
        "path": _told_or_none(source.path),
        "table": _told_or_none(source.table),
        "columns": {name: told(own) for name, own in source.columns.items()},
        "time_format": _told_or_none(source.time_format),
    }


def _told_or_none(text: str | None) -> str | None:
    return None if text is None else told(text)
