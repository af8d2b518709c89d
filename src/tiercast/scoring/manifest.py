"""The manifest of a scoring: counts, rules, model, data and settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version as package_version
from pathlib import Path

from tiercast.artifacts.targets import EVENT_TYPES, FURTHER, GROUPS, PREFERENCES, PREVIOUS, REASONS
from tiercast.config.playbook import PLAYBOOK, playbook_record
from tiercast.config.plugins import versions_of
from tiercast.config.public_settings import public_settings
from tiercast.config.reason_choice import DEFAULT
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.tiered_model import TieredModel
from tiercast.scoring.assign import AssignmentRules
from tiercast.scoring.further_sums import further_horizons
from tiercast.scoring.group_sums import group_entries
from tiercast.scoring.inputs import ScoringInputs
from tiercast.scoring.outlying import outlying_entry
from tiercast.scoring.totals import Totals
from tiercast.sources.canonical import CustomerBase
from tiercast.tracking.registry import ModelVersion


def manifest(
    inputs: ScoringInputs,
    rules: AssignmentRules,
    totals: Totals,
    fingerprint: Mapping[str, str],
    files: Sequence[Path],
) -> dict[str, object]:
    """Return the manifest of the scores in `files`; the writer adds rows, columns and parts."""
    base, model, boundaries = inputs.base, inputs.model, rules.boundaries
    return {
        "assign": model.facts.assign,
        "matched_sizes": None if boundaries is None else list(boundaries.sizes),
        "hysteresis": rules.hysteresis,
        "tier_flips": totals.flips,
        "name": base.config.name,
        "as_of": inputs.as_of.isoformat(),
        **model.facts.target.to_record(),
        "model": _model_entry(model, inputs.version),
        "plugins": versions_of(base.config.plugins),
        "tiercast_version": package_version("tiercast"),
        "customers": totals.rows,
        "tiers": totals.tiers,
        PLAYBOOK: playbook_record(rules.plays),
        **_of_orders(model, totals),
        "tier_cuts": list(model.outlook.tier_cuts),
        "expected_value": totals.expected,
        "expected_churned": totals.churned,
        "sums": totals.sums(model.outlook.total_uncertainty),
        "data": _data_entry(base, fingerprint),
        "notes": list(inputs.notes),
        "config": public_settings(base.config),
        "grid": None if inputs.grid is None else inputs.grid.to_dict(),
        "outlying_orders": outlying_entry(inputs.outlying, files),
        PREVIOUS: inputs.previous.as_of,
        **({} if inputs.reasons == DEFAULT else {REASONS: inputs.reasons}),
        **_preferences(inputs),
        **_of_groups(inputs, rules, totals),
    }


def _of_groups(inputs: ScoringInputs, rules: AssignmentRules, totals: Totals) -> dict[str, object]:
    """Return what concerns groups of customers, where there are any."""
    if not inputs.has_groups:
        return {}
    found = group_entries(inputs.model, rules, totals)
    return {GROUPS: {"by": inputs.base.config.by, "of": found}}


def _preferences(inputs: ScoringInputs) -> dict[str, object]:
    """Return the groups of preference that were discovered; nothing where none are asked for."""
    if inputs.preferences is None:
        return {}
    found = inputs.preferences.features
    return {PREFERENCES: {name: list(words) for name, words in found.items()}}


def _model_entry(model: TieredModel, version: ModelVersion) -> dict[str, object]:
    return {
        "name": model.facts.name,
        "version": version.version,
        "run_id": version.run_id,
        "trained_as_of": model.facts.trained_as_of,
        "plugins": dict(model.facts.plugins),
    }


def _of_orders(model: TieredModel, totals: Totals) -> dict[str, object]:
    """Return what concerns orders alone."""
    if not isinstance(model, CustomerModel):
        return {}
    facts = model.facts
    return {
        "rfm_bins": model.rfm_edges.bins,
        FURTHER: further_horizons(model, totals),
        "season": {"is_known": model.facts.on_clock, "text": model.facts.season},
        "certainty": _certainty(model),
        **({EVENT_TYPES: list(facts.event_types)} if facts.churn == "subscription" else {}),
    }


def _data_entry(base: CustomerBase, fingerprint: Mapping[str, str]) -> dict[str, object]:
    lines = base.report.table(base.config.kind.lead)
    return {
        "fingerprint": fingerprint,
        "first": None if lines.first is None else lines.first.isoformat(),
        "last": None if lines.last is None else lines.last.isoformat(),
        "rows_used": lines.rows_used,
        "rows_quarantined": lines.rows_quarantined,
    }


def _certainty(model: CustomerModel) -> dict[str, object] | None:
    """Return the churn that all past customers had in common; None where they differed."""
    certain = model.outlook.ensemble.certain
    if certain is None:
        return None
    churn = {"churn_probability": certain.churn, "text": model.facts.certainty}
    return {**asdict(certain), **churn}
