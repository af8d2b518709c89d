"""Rows of the stored day, as lists hold them, and its sums."""

from dataclasses import replace

from tiercast.config.progress import Silent
from tiercast.serving.stored_day import open_stored
from tiercast.serving.stored_rows import customers_of_list, totals
from tiercast.verbs.list_summaries import lists


def test_nobody_of_the_holdout_is_on_a_list(tenth):
    config = tenth.config.model_copy(update={"holdout": 0.3})
    served = customers_of_list(open_stored(config, Silent()), "everyone", 5_000)
    assert 0 < served["total"] == len(served["customers"]) < tenth.scores.num_rows
    on_lists = {one.name: one.customers for one in lists(config)}
    assert served["total"] == on_lists["everyone"]


def test_a_small_group_is_hidden_at_every_horizon(tenth):
    large, small = ({"customers": n, "expected_value": 90.0} for n in (40, 4))
    sums = {"base": large, "tiers": {"top": small, "general": large}, "segments": {"few": small}}
    further = {"horizon_days": 365, "sums": sums}
    stored = open_stored(tenth.config, Silent())
    manifest = {**stored.manifest, "sums": sums, "further_horizons": [further]}
    told = totals(replace(stored, manifest=manifest))
    hidden = {"customers": None, "expected_value": None}
    assert told["tiers"] == {"top": hidden, "general": large}
    assert told["further_horizons"] == [
        {**further, "sums": {"base": large, "tiers": told["tiers"], "segments": {"few": hidden}}}
    ]
