import datetime as dt

import pandas as pd
import pytest

import tiercast
from bases import orders, write_base
from shop import CUTOFFS, planted_future, shop
from tiercast.config.errors import InputError
from tiercast.config.schema import Config

DAY = CUTOFFS[-1]


def days(start, step, count):
    return [str(dt.date.fromisoformat(start) + dt.timedelta(days=step * n)) for n in range(count)]


# As of 2024-05-01, 121 days after the first order, 30 days are followed for 30 more, at cutoffs
# from 31 January to 2 March.
LINES = [
    *((1, day, 5.0) for day in days("2024-01-01", 10, 13)),  # never silent for 30 days
    (2, "2024-01-02", 5.0),  # never back
    (3, "2024-01-10", 5.0),  # back on 10 April: of six cutoffs' [30, 60) the last four hold it
    (3, "2024-04-10", 5.0),
    (4, "2024-04-30 23:59", 5.0),  # not there yet at any cutoff
]


def found_in(folder, tables, as_of=None, **settings):
    return tiercast.churn_definition(write_base(folder, tables, **settings), as_of)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return found_in(tmp_path_factory.mktemp("tiny"), {"transactions": orders(*LINES)})


def test_the_day_after_the_last_order_is_the_default(tiny):
    assert (tiny.plan.as_of, tiny.plan.first_day) == (dt.date(2024, 5, 1), dt.date(2024, 1, 1))
    assert [str(day) for day in tiny.plan.cutoffs] == [
        "2024-01-31",
        "2024-02-06",
        "2024-02-12",
        "2024-02-19",
        "2024-02-25",
        "2024-03-02",
    ]


def test_a_window_is_judged_as_by_hand(tiny):
    # 10 April lies 70, 64, 58, 51, 45 and 39 days after the cutoffs
    row = tiny.candidates.set_index("definition").loc["30 days"]
    assert row["churned_share"] == pytest.approx(2 / 3)
    assert row["false_churn_share"] == pytest.approx(4 / 12)
    assert row[["customers", "cutoffs"]].tolist() == [3, 6]
    assert row["auc_by_silence"] == 1.0


def test_longer_windows_are_told_as_far_as_the_history_goes(tiny):
    rows = tiny.candidates.set_index("definition")
    assert rows["cutoffs"].tolist() == [6, 6, 1, 0, 0, 0, 6, 6, 6]
    assert rows.loc["60 days", "churned_share"] == pytest.approx((6 + 2) / 18)
    assert rows["false_churn_share"].isna().tolist() == [False, *[True] * 5, *[False] * 3]


def test_the_recommendation_follows_the_rule(tiny):
    # Two usual gaps are 20 days for all; 10 April lies in [20, 50) of the last two cutoffs only.
    row = tiny.candidates.set_index("definition").loc["2 usual gaps"]
    assert row["window_days"] == 20
    assert row["false_churn_share"] == pytest.approx(2 / 12)
    advice = tiny.recommendation
    assert (advice.definition, advice.horizon_days) == ("2 usual gaps", 30)
    assert advice.keeps_rule


@pytest.fixture(scope="module")
def before_planting(tmp_path_factory):
    return found_in(tmp_path_factory.mktemp("before"), shop(customers=60), DAY)


def test_orders_at_and_after_the_day_change_nothing(before_planting, tmp_path):
    again = found_in(tmp_path, planted_future(shop(customers=60), DAY), DAY)
    pd.testing.assert_frame_equal(again.candidates, before_planting.candidates, check_exact=True)
    assert again.plan == before_planting.plan
    assert again.recommendation == before_planting.recommendation


def test_an_earlier_day_is_judged_on_earlier_cutoffs(before_planting, tmp_path):
    earlier = found_in(tmp_path, shop(customers=60), "2024-03-01")
    assert earlier.plan.as_of == CUTOFFS[0]
    assert earlier.plan.cutoffs[-1] < before_planting.plan.cutoffs[-1]


def test_history_begins_with_the_first_order_not_with_an_earlier_return(tmp_path):
    lines = [(9, "2022-01-01", -5.0), *LINES]
    assert found_in(tmp_path, {"transactions": orders(*lines)}).plan.first_day.year == 2024


@pytest.mark.parametrize(
    ("as_of", "message"),
    [
        ("2024-08-01", "as of 2024-08-01: the last order is of .* use an as_of up to 2024-05-01"),
        ("2024-01-01", r"as_of must be after the first order \(2024-01-01\), but got"),
        ("2024-04-01", "needs a history of 120 days .* lies 91 days after .* from 2024-04-30 on"),
        ("1.4.2024", "as_of must be a date like 2024-03-31, but got '1.4.2024'"),
    ],
)
def test_a_day_that_cannot_be_judged_is_refused(tmp_path, as_of, message):
    with pytest.raises(InputError, match=message):
        found_in(tmp_path, {"transactions": orders(*LINES)}, as_of)


def test_a_base_of_returns_is_refused(tmp_path):
    lines = [(customer, day, -amount) for customer, day, amount in LINES]
    with pytest.raises(InputError, match="No order before as_of=2024-05-01 has a positive amount"):
        found_in(tmp_path, {"transactions": orders(*lines)})


def test_a_short_horizon_is_judged_on_a_short_history(tmp_path):
    settings = {"outlook": {"horizon_days": 7}}
    found = found_in(tmp_path, {"transactions": orders(*LINES)}, "2024-02-01", **settings)
    assert found.plan.follow_up_days == 7
    assert found.candidates["definition"][0] == "7 days (config)"


def test_cdnow_is_told_what_its_buyers_do(tenth_tables, tmp_path):
    found = found_in(tmp_path, tenth_tables)
    rows = found.candidates.set_index("definition")
    judged = rows[rows["false_churn_share"].notna() & rows["horizon_days"].notna()]
    assert judged["horizon_days"].tolist() == [30, 60, 90, 120]
    assert judged["churned_share"].is_monotonic_decreasing  # a longer window calls fewer churned
    assert judged["false_churn_share"].is_monotonic_decreasing  # and errs less often
    assert rows["churned_share"].between(0.5, 0.95).all()  # most bought once
    assert (rows["auc"] > rows["auc_by_silence"]).all()
    assert found.recommendation.keeps_rule
    assert found.recommendation.horizon_days == 60


@pytest.mark.shared
def test_a_wholesalers_customers_need_half_a_year_of_silence(shared_data):
    source = {"path": str(shared_data / "online_retail_2" / "*.parquet")}
    settings = {"name": "online_retail_2", "sources": {"transactions": source}}
    found = tiercast.churn_definition(Config.model_validate(settings))
    assert found.plan.follow_up_days == 180
    assert found.recommendation.definition == "180 days"
    assert not found.recommendation.keeps_rule  # a quarter came back even so
    assert "365 days need 1,460 days of orders" in found.recommendation.reason
