"""Rows of the stored day, as lists hold them."""

from tiercast.config.progress import Silent
from tiercast.serving.stored_day import open_stored
from tiercast.serving.stored_rows import customers_of_list
from tiercast.verbs.list_summaries import lists


def test_nobody_of_the_holdout_is_on_a_list(tenth):
    config = tenth.config.model_copy(update={"holdout": 0.3})
    served = customers_of_list(open_stored(config, Silent()), "everyone", 5_000)
    assert 0 < served["total"] == len(served["customers"]) < tenth.scores.num_rows
    on_lists = {one.name: one.customers for one in lists(config)}
    assert served["total"] == on_lists["everyone"]
