"""Answers about groups: base, tiers and segments with their money and its 90 % interval."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tiercast.app.scored_base import SCORES
from tiercast.assistant.asked_base import AskedBase
from tiercast.config.errors import InputError
from tiercast.scoring.shown_sums import SUMS, shown_sums

NO_SEGMENTS = (
    "{name} is a label table, which has no orders to find segments in; ask for its `totals`, "
    "which are by tier."
)
NO_SUMS = "The scores of {day} hold no sums; score the day again with `tiercast score CONFIG`."


def totals(asked: AskedBase) -> dict[str, Any]:
    """Return customers and expected money of the base and of each tier, with 90 % intervals."""
    manifest = asked.scored.inputs.manifest
    sums = _sums(asked)
    return {
        **asked.about(),
        "interval": "value_low to value_high hold the sum in 9 of 10 cases",
        "base": _shown(asked, sums["base"]),
        "tiers": {name: _shown(asked, one) for name, one in sums["tiers"].items()},
        "expected_churned": manifest["expected_churned"],
        "further_horizons": [
            shown_sums(one, partial(_shown, asked))
            for one in manifest.get("further_horizons") or []
        ],
    }


def segments(asked: AskedBase) -> dict[str, Any]:
    """Return customers, mean churn risk and expected money of each segment.

    Raises
    ------
    InputError
        A label table has no segments.
    """
    if asked.scored.has_label:
        raise InputError.of(NO_SEGMENTS, name=asked.scored.config.name)
    found = _sums(asked).get("segments") or {}
    risks = _mean_risks(asked) if found else {}
    rows = {
        name: _shown(asked, {**one, "churn_probability": risks[name]})
        for name, one in found.items()
    }
    return {**asked.about(), "segments": rows}


def _sums(asked: AskedBase) -> dict[str, Any]:
    manifest = asked.scored.inputs.manifest
    if SUMS not in manifest:
        raise InputError.of(NO_SUMS, day=str(asked.scored.as_of))
    return dict(manifest[SUMS])


def _shown(asked: AskedBase, figures: dict[str, Any]) -> dict[str, Any]:
    return shown_group(figures, asked.report.small_cells)


def _mean_risks(asked: AskedBase) -> dict[str, float]:
    with asked.scored.cursor() as database:
        table = database.table(SCORES)
        risks = table.group_by("segment").agg(risk=table.churn_probability.mean())
        return {row["segment"]: row["risk"] for row in risks.to_pyarrow().to_pylist()}


def shown_group(figures: Mapping[str, Any], least: int) -> dict[str, Any]:
    """Return the figures of a group; of a small one, `customers` alone, as `<10`.

    Examples
    --------
    >>> shown_group({"customers": 4, "expected_value": 90.0}, 10)
    {'customers': '<10'}
    >>> shown_group({"customers": 40, "expected_value": 90.0}, 10)
    {'customers': 40, 'expected_value': 90.0}
    """
    if 0 < figures["customers"] < least:
        return {"customers": f"<{least}"}
    return dict(figures)
