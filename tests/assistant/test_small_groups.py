from dataclasses import replace

from tiercast.app.scored_base import load_scored
from tiercast.assistant.asked_base import AskedBase
from tiercast.assistant.sums import shown_group, totals
from trained_base import CDNOW_DAY

LARGE, SMALL = ({"customers": n, "expected_value": 90.0} for n in (40, 4))
SUMS = {"base": LARGE, "tiers": {"top": SMALL, "general": LARGE}, "segments": {"few": SMALL}}
HIDDEN = {"customers": "<10"}


def test_zero_shows_every_group():
    assert shown_group({"customers": 1, "expected_value": 2.0}, 0)["expected_value"] == 2.0


def test_a_small_group_is_hidden_at_every_horizon(tenth):
    scored = load_scored(tenth.config, CDNOW_DAY)
    further = {"horizon_days": 365, "sums": SUMS}
    manifest = {**scored.inputs.manifest, "sums": SUMS, "further_horizons": [further]}
    inputs = replace(scored.inputs, manifest=manifest)
    told = totals(AskedBase(replace(scored, inputs=inputs)))
    (further,) = told["further_horizons"]
    for tiers in (told["tiers"], further["sums"]["tiers"]):
        assert tiers == {"top": HIDDEN, "general": LARGE}
    assert further["sums"]["segments"] == {"few": HIDDEN}
    assert further["horizon_days"] == 365
