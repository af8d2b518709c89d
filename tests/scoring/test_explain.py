import datetime as dt
import shutil

import ibis
import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.scoring.explain import NextTier, explain, next_tier
from tiercast.scoring.score import score
from trained_base import CDNOW_DAY, SHOP_DAY

TIERS = ("top", "potential", "general", "dormant")


def customer_in(base, tier):
    """Return the id of a customer in a tier, the one with the most orders of them."""
    scored = base.scores.to_pandas()
    rows = base.features.to_pandas().merge(scored[["customer_id", "tier"]])
    chosen = rows[rows["tier"] == tier].sort_values(["active_days", "customer_id"])
    return chosen["customer_id"].iloc[-1]


def test_a_story_holds_the_row_of_the_scores(tenth):
    customer = int(customer_in(tenth, "potential"))
    story = explain(tenth.config, customer)
    row = next(r for r in tenth.scores.to_pylist() if r["customer_id"] == customer)
    assert story.score == row
    assert (story.customer_id, story.as_of) == (customer, CDNOW_DAY)


@pytest.mark.parametrize("tier", TIERS)
def test_the_next_tier_starts_at_the_least_value_of_those_in_it(tenth, tier):
    found = explain(tenth.config, int(customer_in(tenth, tier))).next_tier
    if tier == "top":
        assert found is None
        return
    better = TIERS[TIERS.index(tier) - 1]
    rows = tenth.scores.to_pandas()
    assert found.tier == better
    assert found.starts_at == rows.loc[rows["tier"] == better, "expected_value"].min()
    assert found.missing == found.starts_at - found.expected_value >= 0


@pytest.fixture(scope="module")
def grouped():
    rows = [("a", "top", 90.0), ("a", "low", 20.0), ("b", "top", 9.0), ("b", "low", 2.0)]
    rows += [("c", "top", 7.0), ("c", "low", 1.0)]
    return ibis.memtable(pd.DataFrame(rows, columns=["customer_group", "tier", "expected_value"]))


def test_the_next_tier_is_that_of_the_customer_s_group(grouped):
    row = {"customer_group": "a", "tier": "low", "expected_value": 20.0}
    assert next_tier(grouped, row, ("top", "low")) == NextTier("top", 90.0, 20.0)


def test_the_next_tier_is_the_next_that_has_customers(grouped):
    row = {"customer_group": "b", "tier": "low", "expected_value": 2.0}
    assert next_tier(grouped, row, ("top", "middle", "low")) == NextTier("top", 9.0, 2.0)
    assert next_tier(grouped.filter(grouped.tier == "low"), row, ("top", "low")) is None


def test_nothing_is_missing_for_one_who_expects_more_than_the_better_tier_s_least():
    assert NextTier("top", 50.0, 80.0).missing == 0


def test_orders_are_the_last_ones_before_the_day(tenth, tenth_tables):
    customer = int(customer_in(tenth, "top"))
    story = explain(tenth.config, customer)
    lines = tenth_tables["transactions"]
    own = lines[lines["customer_id"] == customer]
    days = own.groupby(pd.to_datetime(own["ordered_at"]))["amount"].sum()
    known = days[(days.index < pd.Timestamp(CDNOW_DAY)) & (days > 0)].sort_index(ascending=False)
    assert len(known) > 10 < len(days)
    assert pd.to_datetime(story.orders["ordered_on"]).tolist() == list(known.index[:10])
    assert story.orders["spent"].tolist() == pytest.approx(known[:10].tolist())
    gaps = -known.index.to_series().diff().dt.days.dropna()
    assert story.orders["gap_days"].tolist()[:9] == gaps.tolist()[:9]


@pytest.mark.parametrize("as_text", [False, True])
def test_whole_ids_may_be_given_as_text(tenth, as_text):
    customer = int(customer_in(tenth, "general"))
    story = explain(tenth.config, str(customer) if as_text else customer)
    assert story.customer_id == customer


def test_the_past_holds_what_was_told_at_each_date(text_ids, tmp_path):
    earlier = SHOP_DAY - dt.timedelta(days=60)
    output = text_ids.config.output.model_copy(update={"path": str(tmp_path)})
    config = text_ids.config.model_copy(update={"output": output})
    for day in (earlier, SHOP_DAY):
        score(config, day, model_version="1")
    newest, before = explain(config, "c0003"), explain(config, "c0003", earlier)
    assert newest.past["as_of"].astype(str).tolist() == [str(earlier), str(SHOP_DAY)]
    assert newest.past["tier"].tolist() == [before.score["tier"], newest.score["tier"]]
    assert newest.score["previous_tier"] == before.score["tier"]
    assert len(before.past) == 1
    assert pd.to_datetime(before.orders["ordered_on"]).max() < pd.Timestamp(earlier)


def test_a_customer_who_is_not_there_is_told_what_ids_look_like(tenth):
    with pytest.raises(InputError, match="Customer 7 is not in the scores of 1998-04-01; ids"):
        explain(tenth.config, 7)


def test_a_date_that_was_not_scored_is_refused_with_those_that_were(tenth):
    with pytest.raises(InputError, match="1998-05-01 was not scored; there are 1998-04-01"):
        explain(tenth.config, 10, "1998-05-01")


def at_output(base, path, **more):
    output = base.config.output.model_copy(update={"path": str(path)})
    return base.config.model_copy(update={"output": output, **more})


def test_an_output_folder_may_be_called_anything(tenth, tmp_path):
    odd = tmp_path / "a[b] *{c}%20'q?"
    shutil.copytree(tenth.folder / tenth.config.output.path, odd)
    customer = int(customer_in(tenth, "top"))
    story = explain(at_output(tenth, odd), customer)
    assert story.score == explain(tenth.config, customer).score
    assert story.past["as_of"].astype(str).tolist() == [str(CDNOW_DAY)]


def test_scores_go_by_their_own_tiers_whatever_the_config_names(tenth):
    customer = int(customer_in(tenth, "potential"))
    tiers = tenth.config.tiers.model_copy(update={"names": ("best", *TIERS[1:])})
    renamed = tenth.config.model_copy(update={"tiers": tiers})
    assert explain(renamed, customer).next_tier == explain(tenth.config, customer).next_tier


def test_no_customer_of_another_base_is_shown(tenth):
    with pytest.raises(InputError, match=f"holds the results of {tenth.config.name}, and"):
        explain(tenth.config.model_copy(update={"name": "other"}), 10)


def test_a_base_that_was_never_scored_is_told_to_score(tenth, tmp_path):
    with pytest.raises(InputError, match="holds no scores yet; run `tiercast score CONFIG`"):
        explain(at_output(tenth, tmp_path), 10)
