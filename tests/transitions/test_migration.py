import datetime as dt
import json
import shutil

import pandas as pd
import pytest

from tiercast.artifacts.run_log import RunLog
from tiercast.config.errors import InputError, OutputError
from tiercast.transitions.migration import migration

FIRST, LAST = dt.date(2024, 3, 1), dt.date(2024, 6, 1)
THEN = (("ann", "top", 100.0, 1_000.0, "regulars"), ("bob", "low", 9.0, 90.0, "rare"))
NOW = (("ann", "top", 110.0, 1_100.0, "regulars"), ("bob", "low", 8.0, 95.0, "rare"))
CAUSES = ["behaviour", "model", "threshold", "hysteresis", "unsplit"]


@pytest.fixture
def result(two_days):
    return migration(two_days.config)


def customers(result):
    return pd.read_parquet(result.folder / "customers.parquet").set_index("customer_id")


def test_the_last_two_days_are_compared(result):
    assert (result.before, result.now) == (FIRST, LAST)


@pytest.mark.parametrize("other", [{"horizon_days": 28}, {"value": "margin"}])
def test_days_of_another_horizon_or_value_are_refused_by_name(stored, other):
    stored.keep(FIRST, THEN, **other)
    stored.keep(LAST, NOW)
    before = f"{other.get('value', 'revenue')} within {other.get('horizon_days', 90)} days"
    with pytest.raises(InputError) as refused:
        migration(stored.config, FIRST, LAST)
    text = str(refused.value)
    assert f"scores of 2024-03-01 are of {before} and those of 2024-06-01 of revenue wit" in text
    with pytest.raises(InputError) as refused:
        migration(stored.config)
    assert "none before 2024-06-01 that forecasts revenue within 90 days" in str(refused.value)
    assert f"(not so: 2024-03-01 ({before}))" in str(refused.value)
    assert not (stored.output / "migration").exists()


def test_days_of_another_target_are_passed_over_and_named(two_days):
    two_days.keep(dt.date(2024, 5, 1), THEN, horizon_days=28)
    result = migration(two_days.config)
    assert (result.before, result.now) == (FIRST, LAST)
    (note,) = result.notes
    assert note == (
        "Both days forecast revenue within 90 days; passed over: 2024-05-01 (revenue within 28 "
        "days)."
    )


def test_rows_say_where_customers_were_and_columns_where_they_are(result):
    assert result.matrix().to_dict("index") == {
        "top": {"top": 1, "middle": 1, "low": 0, "gone": 0},
        "middle": {"top": 2, "middle": 0, "low": 0, "gone": 0},
        "low": {"top": 0, "middle": 0, "low": 1, "gone": 1},
        "new": {"top": 0, "middle": 0, "low": 1, "gone": 0},
    }


def test_each_arrow_has_its_money(result):
    rows = result.tiers.set_index(["before", "now"])
    money = ["customers", "expected_value_before", "expected_value_now"]
    money += ["expected_value_change", "revenue_between"]
    # cat and dan: 50 and 40 were expected, 95 and 60 are; they spent 120 and 50 between.
    assert rows.loc[("middle", "top"), money].tolist() == [2, 90.0, 155.0, 65.0, 170.0]
    assert rows.loc[("top", "middle"), money].tolist() == [1, 90.0, 45.0, -45.0, 0.0]
    assert rows.loc[("low", "gone"), money].tolist() == [1, 5.0, 0.0, -5.0, 0.0]
    assert rows.loc[("new", "low"), money].tolist() == [1, 0.0, 6.0, 6.0, 30.0]


def test_segments_have_arrows_too(result):
    rows = result.segments.set_index(["before", "now"])["customers"]
    assert rows.to_dict() == {
        ("rare", "rare"): 1,
        ("rare", "regulars"): 1,
        ("rare", "gone"): 1,
        ("regulars", "rare"): 1,
        ("regulars", "regulars"): 2,
        ("new", "rare"): 1,
    }


def test_the_figures_are_those_worked_out_by_hand(result):
    figures = result.figures
    # Five were scored on both days; cat and dan rose, bob fell.
    assert (figures["customers_before"], figures["customers_now"]) == (6, 6)
    assert (figures["customers_both"], figures["moved_up"], figures["moved_down"]) == (5, 2, 1)
    assert figures["net_upward_rate"] == pytest.approx(1 / 5)
    top, middle, low = figures["tiers"]
    # 265 is expected of the top tier now, 190 was then.
    assert top["value_growth"] == pytest.approx(265 / 190 - 1)
    assert middle["value_growth"] == pytest.approx(45 / 90 - 1)
    assert low["value_growth"] == pytest.approx(14 / 15 - 1)
    # ann stayed and bob did not; cat and dan are in a better tier; eve stayed and fay is gone.
    assert [tier["retention"] for tier in figures["tiers"]] == [0.5, 1.0, 0.5]


def test_by_one_version_what_is_not_behaviour_is_the_boundaries(result):
    # The old boundaries: top ends at bob's 90, middle at dan's 40. By them cat (95) is top, dan
    # (60) still middle; the third place in the top tier is what moves dan.
    rows = customers(result)
    assert rows.loc["cat", ["steps", *CAUSES]].tolist() == [1, 1, 0, 0, 0, 0]
    assert rows.loc["dan", ["steps", *CAUSES]].tolist() == [1, 0, 0, 1, 0, 0]
    assert rows.loc["bob", ["steps", *CAUSES]].tolist() == [-1, -1, 0, 0, 0, 0]
    assert rows.loc[["fay", "gus"], ["steps", *CAUSES]].isna().all(axis=None)


def test_causes_add_up_to_all(result):
    table = result.causes.set_index("cause")
    assert table.loc["behaviour"].tolist() == [1, 1, 0]
    assert table.loc["threshold"].tolist() == [1, 0, 1]
    assert table.loc["all"].tolist() == [2, 1, 1]
    assert table.loc[CAUSES, "steps_up"].sum() == table.loc["all", "steps_up"]


def test_what_hysteresis_held_is_a_part_of_its_own(stored, two_days):
    # By the sizes of a third day all three with the highest values are top, but dan was held.
    later = dt.date(2024, 9, 1)
    rows = [
        ("ann", "top", 110.0, 1_200.0, "regulars"),
        ("bob", "middle", 45.0, 900.0, "rare"),
        ("cat", "top", 95.0, 620.0, "regulars"),
        ("dan", "top", 44.0, 450.0, "regulars"),
        ("eve", "low", 8.0, 90.0, "rare"),
        ("gus", "low", 6.0, 30.0, "rare"),
    ]
    stored.keep(later, rows, hysteresis=0.3, matched_sizes=[3, 1, 2])
    found = customers(migration(stored.config))
    # Old boundaries at 60 and 45: bob stays in the middle, dan (44) falls by two. By the new ones
    # bob is top and dan middle; hysteresis keeps both where they were.
    assert found.loc["dan", ["steps", *CAUSES]].tolist() == [0, -2, 0, 1, 1, 0]
    assert found.loc["bob", ["steps", *CAUSES]].tolist() == [0, 0, 0, 1, -1, 0]


def test_most_probable_tiers_move_by_behaviour_alone_under_one_version(stored):
    stored.keep(FIRST, [("ann", "low", 1.0, 1.0, "a")], assign="most_probable")
    stored.keep(LAST, [("ann", "top", 9.0, 1.0, "a")], assign="most_probable")
    found = customers(migration(stored.config))
    assert found.loc["ann", ["steps", *CAUSES]].tolist() == [2, 2, 0, 0, 0, 0]


def test_ids_that_became_text_since_are_the_same_customers(stored):
    stored.keep(FIRST, [(1, "low", 1.0, 1.0, "a"), (2, "top", 9.0, 1.0, "a")])
    stored.keep(LAST, [("1", "top", 9.0, 5.0, "a"), ("2", "low", 1.0, 1.0, "a")])
    matrix = migration(stored.config).matrix()
    assert (matrix.loc["low", "top"], matrix.loc["top", "low"]) == (1, 1)


def test_tables_and_summary_lie_in_the_output(result, two_days):
    assert result.folder == two_days.output / "migration" / f"from={FIRST}_to={LAST}"
    names = sorted(file.name for file in result.folder.iterdir())
    tables = ["causes", "customers", "segments", "tiers"]
    assert names == sorted([*(f"{name}.parquet" for name in tables), "migration.json"])
    told = json.loads((result.folder / "migration.json").read_text(encoding="utf-8"))
    assert told["from"]["as_of"] == str(FIRST)
    assert told["figures"]["moved_up"] == 2


def test_a_second_run_writes_the_same_bytes(result, two_days):
    def content():
        return {file.name: file.read_bytes() for file in result.folder.iterdir()}

    before = content()
    migration(two_days.config, str(FIRST), str(LAST))
    assert content() == before


def test_an_output_that_cannot_be_written_leaves_nothing(two_days):
    (two_days.output / "migration").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="could not be written"):
        migration(two_days.config)


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        (LAST, FIRST, "from a day to a later one, but got 2024-06-01 to 2024-03-01"),
        (FIRST, FIRST, "from a day to a later one"),
        (dt.date(2024, 1, 1), None, "2024-01-01 was not scored; there are"),
        (None, FIRST, "needs two scored days, but .* has none before 2024-03-01"),
    ],
)
def test_days_that_cannot_be_compared_are_refused(two_days, before, now, message):
    with pytest.raises(InputError, match=message):
        migration(two_days.config, before, now)


def test_on_the_first_scored_day_there_is_nothing_to_compare_yet(stored, two_days):
    shutil.rmtree(two_days.output / "scores" / f"as_of={LAST}")
    assert migration(two_days.config) is None
    (run,) = RunLog(two_days.output).read()
    assert (run.command, run.outcome, run.exit_code, run.as_of) == ("migration", "done", 0, FIRST)
    assert not (two_days.output / "migration").exists()


def test_tiers_of_other_names_are_refused(stored, two_days):
    rows = [("ann", "gold", 1.0, 1.0, "a")]
    stored.keep(dt.date(2024, 9, 1), rows, names=("gold", "silver", "none"))
    with pytest.raises(InputError, match=r"those of 2024-06-01 are top, middle, low and .*gold"):
        migration(stored.config)


def test_a_tier_that_is_called_like_the_new_is_refused(stored):
    for day in (FIRST, LAST):
        stored.keep(day, [("ann", "new", 1.0, 1.0, "a")], names=("new", "old", "none"))
    with pytest.raises(InputError, match="but a tier is called new; rename it"):
        migration(stored.config)
