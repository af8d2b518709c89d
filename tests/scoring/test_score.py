import datetime as dt
import hashlib
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from bases import orders, write_base
from shop import planted_future
from tiercast.artifacts.dataset import manifest_of
from tiercast.config.alerts import AlertsConfig
from tiercast.config.errors import InputError
from tiercast.config.progress import Silent
from tiercast.config.usage import UsageConfig, UsageLevel
from tiercast.scoring import batches as batches_module
from tiercast.scoring.columns import score_schema
from tiercast.scoring.score import score
from trained_base import (
    CDNOW_DAY,
    SHOP_DAY,
    column_bytes,
    read_parts,
    text_shop,
    train_shop,
    train_tenth,
    working_in,
)

TIERS = ("top", "potential", "general", "dormant")


# What is written


def test_everyone_with_an_order_before_the_day_has_one_row(trained_tenth, tenth_tables):
    lines = tenth_tables["transactions"]
    known = lines[lines["ordered_at"].astype("datetime64[us]") < pd.Timestamp(CDNOW_DAY)]
    spent = known.groupby(["customer_id", "ordered_at"])["amount"].sum()
    buyers = sorted(set(spent[spent > 0].index.get_level_values("customer_id")))
    assert trained_tenth.scores["customer_id"].to_pylist() == buyers
    assert trained_tenth.scored.rows == len(buyers)


def test_ids_come_out_with_their_type(trained_tenth, trained_shop):
    assert trained_tenth.scores.schema.field("customer_id").type == pa.int64()
    assert trained_shop.scores.schema.field("customer_id").type == pa.string()
    assert trained_shop.scores["customer_id"].to_pylist()[:2] == ["c0001", "c0002"]


def test_only_what_may_be_missing_is(trained):
    table = trained.scores
    nulls = {name for name in table.column_names if table[name].null_count}
    first_time = {"previous_tier", "tier_change"}
    assert nulls - {"next_order_date", "next_order_low", "next_order_high"} == first_time


def test_the_manifest_tells_what_is_there(trained):
    folder = trained.folder / trained.scored.folder
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    table = trained.scores
    assert told["rows"] == told["customers"] == table.num_rows
    schema = score_schema(table.schema.field("customer_id").type, TIERS)
    assert told["columns"] == {field.name: str(field.type) for field in schema}
    assert told["as_of"] == trained.scored.as_of.isoformat()
    assert told["model"]["version"] == trained.trained.version == "1"
    assert told["model"]["run_id"] == trained.trained.run_id
    assert told["tiers"] == trained.scored.tiers
    assert told["expected_value"] == pytest.approx(pc.sum(table["expected_value"]).as_py())
    assert told["expected_churned"] == pytest.approx(pc.sum(table["churn_probability"]).as_py())
    for part in told["parts"]:
        content = (folder / part["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == part["sha256"]


def test_the_manifest_tells_the_span_and_fingerprint_of_the_data(trained_tenth):
    folder = trained_tenth.folder / trained_tenth.scored.folder
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["data"]["first"].startswith("1997-01-01")
    assert told["data"]["last"].startswith("1998-06-")
    assert told["data"]["fingerprint"]["transactions"].startswith(f"{told['data']['rows_used']}-")
    assert told["config"]["outlook"]["horizon_days"] == 90


# The same again


def test_a_second_run_replaces_the_first_byte_by_byte(tenth):
    before = {f.name: f.read_bytes() for f in tenth.scored.folder.iterdir()}
    assert score(tenth.config, CDNOW_DAY) == tenth.scored
    assert {f.name: f.read_bytes() for f in tenth.scored.folder.iterdir()} == before


def test_orders_planted_after_the_day_change_nothing_in_a_store_of_its_own(
    trained_tenth, tenth_tables, tmp_path
):
    lines = tenth_tables["transactions"]
    again = lines.tail(500)
    days = pd.Series(pd.to_datetime(CDNOW_DAY) + pd.to_timedelta(np.arange(500) // 9, unit="D"))
    later = days.dt.date.to_numpy()
    planted = pd.concat(
        [
            lines,
            again.assign(ordered_at=CDNOW_DAY, amount=777.0),
            again.assign(ordered_at=later, amount=-99.0),
            again.assign(ordered_at=later, customer_id=again["customer_id"] + 10**6),
        ]
    )
    twin = train_tenth(tmp_path, {"transactions": planted})
    assert twin.folder != trained_tenth.folder
    assert column_bytes(twin.features) == column_bytes(trained_tenth.features)
    told = column_bytes(twin.scores, "run_id")
    assert told == column_bytes(trained_tenth.scores, "run_id")
    assert twin.trained.by_cutoff == trained_tenth.trained.by_cutoff


def test_events_and_contacts_planted_after_the_day_change_nothing(trained_shop, tmp_path):
    tables = text_shop()
    numbered = {
        name: frame.assign(customer_id=frame["customer_id"].str[1:].astype(int))
        for name, frame in tables.items()
    }
    planted = {
        name: frame.assign(customer_id="c" + frame["customer_id"].astype(str).str.zfill(4))
        for name, frame in planted_future(numbered, SHOP_DAY).items()
    }
    assert all(len(planted[n]) > len(tables[n]) for n in ("transactions", "events", "contacts"))
    twin = train_shop(tmp_path, planted)
    assert column_bytes(twin.features) == column_bytes(trained_shop.features)
    assert column_bytes(twin.scores, "run_id") == column_bytes(trained_shop.scores, "run_id")


def test_many_small_batches_tell_the_same_as_one(tenth, tmp_path, monkeypatch):
    monkeypatch.setattr(batches_module, "BATCH_CUSTOMERS", 400)
    parted = score(tenth.config, CDNOW_DAY, output=tmp_path)
    assert len(list(parted.folder.glob("part-*.parquet"))) == 6
    assert parted.tiers == tenth.scored.tiers
    many = read_parts(parted.folder).sort_by("customer_id")
    assert many.drop_columns("reasons").equals(tenth.scores.drop_columns("reasons"))
    # An effect's eighth digit depends on the rows beside its row, and so its fourth may.
    few, lots = (
        pd.DataFrame(t["reasons"].combine_chunks().flatten().to_pylist())
        for t in (tenth.scores, many)
    )
    pd.testing.assert_frame_equal(few, lots, check_exact=False, rtol=0, atol=1.01e-4)


ANY_USE = UsageLevel(features=0, days_a_week=0.01)


def test_use_of_the_product_is_scored_where_the_config_asks(text_ids, tmp_path):
    seldom = {"features": 1, "days_a_week": 0.01}  # a day of the window
    usage = {
        "core_features": ["search"],
        "window_days": 365,
        "deep": seldom,
        "medium": seldom | {"features": 0},
        "preferences": {"buying": ["cart"]},
    }
    config = text_ids.config.model_copy(update={"usage": usage})
    scored = score(config, SHOP_DAY, output=tmp_path)
    found = read_parts(scored.folder)
    plain = text_ids.scores
    same = [name for name in plain.column_names if name not in ("run_id", "alerts")]
    assert found.select(same).equals(plain.select(same))
    assert set(found["usage_tier"].unique().to_pylist()) == {"deep", "medium", "shallow", None}
    assert set(found["preference"].unique().to_pylist()) == {"buying", None}
    assert set(found["usage_trend"].unique().to_pylist()) <= {"rising", "steady", "falling", None}
    assert not {"usage_tier", "preference", "usage_trend"} & {*plain.column_names}


def test_groups_of_preference_can_be_discovered_and_the_manifest_says_what_they_hold(
    text_ids, tmp_path
):
    usage = UsageConfig(core_features=("search",), deep=ANY_USE, medium=ANY_USE)
    usage = usage.model_copy(update={"preferences": "discovered"})
    config = text_ids.config.model_copy(update={"usage": usage})
    scored = score(config, SHOP_DAY, output=tmp_path)
    groups = manifest_of(scored.folder)["preferences"]
    found = set(read_parts(scored.folder)["preference"].unique().to_pylist()) - {None}
    assert found <= set(groups)
    assert all(name == words[0] for name, words in groups.items())


def test_a_model_version_discovers_the_same_groups_on_every_day(text_ids, tmp_path):
    usage = UsageConfig(core_features=("search",), deep=ANY_USE, medium=ANY_USE)
    usage = usage.model_copy(update={"preferences": "discovered"})
    source = text_ids.config.sources["events"]
    written = pd.read_parquet(source.path)
    rare = written["feature"].value_counts().index[-1]
    changed = written.sample(3 * len(written), replace=True, random_state=1)
    changed = changed.assign(feature=rare, event_at=pd.Timestamp(SHOP_DAY))
    pd.concat([written, changed]).to_parquet(tmp_path / "events.parquet")
    given = source.model_copy(update={"path": str(tmp_path / "events.parquet")})
    sources = text_ids.config.sources | {"events": given}
    config = text_ids.config.model_copy(update={"usage": usage, "sources": sources})
    days = (SHOP_DAY, SHOP_DAY + dt.timedelta(days=1))
    first, second = (
        manifest_of(score(config, day, model_version="1", output=tmp_path).folder)["preferences"]
        for day in days
    )
    assert first == second
    assert list(first) == list(second)


# What changed since the last time

# Alerts that ask the orders, not the last scores: see test_signals.py.
BY_ORDERS = ("spend_fell", "whale_order", "big_order_due", "silent_potential", "category_shift")


def test_the_second_date_is_told_against_the_first(text_ids, tmp_path):
    first = SHOP_DAY - dt.timedelta(days=60)
    score(text_ids.config, first, model_version="1", output=tmp_path)
    second = score(text_ids.config, SHOP_DAY, output=tmp_path)
    before = read_parts(tmp_path / "scores" / f"as_of={first}").to_pandas()
    now = read_parts(second.folder).to_pandas()
    rows = now.merge(before, on="customer_id", how="left", suffixes=("", "_before"))
    assert rows["previous_tier"].equals(rows["tier_before"])
    rank = {name: number for number, name in enumerate(TIERS)}
    risen = rows["tier_before"].map(rank) - rows["tier"].map(rank)
    assert rows["tier_change"].equals(risen)
    assert set(risen.dropna()) >= {-1.0, 0.0, 1.0}
    for row in rows.itertuples():
        expected = []
        if row.tier_before == "top" and row.tier != "top":
            expected.append("left_top_tier")
        if row.churn_probability_before < 0.5 <= row.churn_probability:
            expected.append("risk_crossed_limit")
        if row.lifecycle_stage == "reactivated" != row.lifecycle_stage_before:
            expected.append("came_back")
        assert [alert for alert in row.alerts if alert not in BY_ORDERS] == expected
    assert rows["alerts"].str.len().gt(0).any()


# Which model, which day, which data


def other_notes(scored):
    """Return the notes but the one on customers without an order worth anything."""
    return [note for note in scored.notes if "customers are not scored" not in note]


def test_customers_without_an_order_worth_anything_are_counted(tenth, tenth_tables):
    lines = tenth_tables["transactions"]
    before = pd.to_datetime(lines.ordered_at) < pd.Timestamp(tenth.scored.as_of)
    known = lines[before].customer_id.nunique()
    missing = known - tenth.scored.rows
    assert missing > 0
    (note,) = tenth.scored.notes
    assert note.startswith(f"{missing} customers are not scored: ")


def test_a_model_that_knows_the_future_is_used_only_when_asked_for(text_ids, tmp_path):
    before = SHOP_DAY - dt.timedelta(days=60)
    with pytest.raises(InputError, match=f"No model of shop was trained as of {before}"):
        score(text_ids.config, before, output=tmp_path)
    told = score(text_ids.config, before, model_version="champion", output=tmp_path)
    note, without_orders = told.notes
    assert "customers are not scored" in without_orders
    assert "it knows what happened next" in note
    manifest = json.loads((told.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["notes"] == [note, without_orders]


def test_a_day_long_after_the_data_ends_is_scored_with_a_note(text_ids, tmp_path):
    lines = []
    shown = Silent()
    shown.say = lines.append
    later = SHOP_DAY + dt.timedelta(days=30)
    told = score(text_ids.config, later, output=tmp_path, progress=shown)
    assert told.rows == text_ids.scored.rows
    assert lines == list(told.notes)
    assert "31 days before as_of 2024-07-31 (31.0 usual gaps between" in lines[0]


def test_the_day_after_the_last_order_is_the_default(text_ids, tmp_path):
    told = score(text_ids.config, output=tmp_path)
    assert told.as_of == SHOP_DAY
    assert other_notes(told) == []


def test_a_day_that_cannot_go_by_the_year_before_is_told_and_scored_all_the_same(
    text_ids, tmp_path
):
    late = SHOP_DAY + dt.timedelta(days=150)
    told = score(text_ids.config, late, output=tmp_path)
    freshness, season = other_notes(told)
    assert freshness.startswith("The newest order is from 2024-06-30, 151 days before as_of")
    assert season.startswith("The model goes by how busy the same weeks were a year ago, but as")
    assert "a year ago cannot be compared: the last 180 days had -8" in season
    assert season.endswith("taken to be as busy as the year's average. Train again.")
    rows = read_parts(told.folder).to_pandas()
    assert len(rows) == told.rows > 150
    numbers = rows[["churn_probability", "expected_value", "value_low", "value_high"]]
    assert np.isfinite(numbers.to_numpy()).all()
    assert (rows["expected_value"] > 0).all()
    assert 0 < told.expected_interval[0] < told.expected_total < told.expected_interval[1]
    features = read_parts(tmp_path / "features" / told.folder.name).to_pandas()
    assert features["season_horizon_ratio"].isna().all()
    assert features["season_recency_days"].notna().all()


def test_a_day_with_a_year_to_go_by_is_scored_without_a_note(text_ids):
    assert other_notes(text_ids.scored) == []
    assert text_ids.features["season_horizon_ratio"].null_count == 0


def test_a_model_without_the_clock_needs_no_year_before(tenth):
    assert other_notes(tenth.scored) == []
    assert not [name for name in tenth.features.column_names if name.startswith("season_")]


def test_a_day_before_the_first_order_is_refused(tenth):
    with pytest.raises(InputError, match=r"after the first order \(1997-01-01\), but got as_of"):
        score(tenth.config, "1997-01-01")


def test_a_day_when_only_returns_are_known_is_refused(tenth, tmp_path):
    lines = orders(
        (1, "2024-01-01", -5.0, 1.0),
        (1, "2024-02-01", 5.0, 1.0),
        columns="customer_id ordered_at amount quantity",
    )
    config = write_base(tmp_path / "in", {"transactions": lines}, name="tenth")
    with pytest.raises(InputError, match="Nobody has an order with a positive amount before"):
        score(config, "2024-01-15", output=tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_day_when_only_returns_are_known_is_refused_on_the_clock_too(text_ids, tmp_path):
    tables = text_shop()
    lines = tables["transactions"]
    early = lines.head(3).assign(ordered_at=pd.Timestamp("2022-01-01"), amount=-5.0)
    planted = tables | {"transactions": pd.concat([early, lines])}
    config = write_base(tmp_path / "in", planted, name="shop")
    with pytest.raises(InputError, match="Nobody has an order with a positive amount before"):
        score(config, "2022-06-01", model_version="1", output=tmp_path / "out")


def test_a_base_without_a_model_is_refused(tenth, tmp_path):
    untrained = tenth.config.model_copy(update={"name": "untrained"})
    with pytest.raises(InputError, match="untrained has no model yet; train one first"):
        score(untrained, CDNOW_DAY, output=tmp_path)


def test_a_base_is_refused_the_output_of_another(tenth):
    other = tenth.config.model_copy(update={"name": "other"})
    with pytest.raises(InputError, match="runs/tenth holds the results of tenth, and those of"):
        score(other, CDNOW_DAY)


def test_a_profile_column_that_is_gone_is_refused(text_ids, tmp_path):
    tables = text_shop()
    tables["customers"] = tables["customers"].drop(columns="age")
    config = write_base(tmp_path, tables, name="shop")
    with pytest.raises(InputError, match=r"the profile columns age, which `sources\.customers`"):
        score(config, SHOP_DAY, output=tmp_path / "out")


def test_settings_changed_after_the_training_are_told(text_ids, tmp_path):
    changed = text_ids.config.model_copy(update={"language": "en"})
    (note,) = other_notes(score(changed, SHOP_DAY, output=tmp_path))
    assert "`language` (zh, now en)" in note


# Alerts and hysteresis


def test_with_hysteresis_fewer_customers_change_tier(trained, tmp_path):
    flips = {}
    with working_in(trained.folder):
        first = trained.scored.as_of - dt.timedelta(days=60)
        score(trained.config, first, model_version="1", output=tmp_path)
        for margin in (0.0, 0.2):
            tiers = trained.config.tiers.model_copy(update={"hysteresis": margin})
            config = trained.config.model_copy(update={"tiers": tiers})
            second = score(config, trained.scored.as_of, output=tmp_path)
            rows = read_parts(second.folder).to_pandas()
            told = json.loads((second.folder / "manifest.json").read_text(encoding="utf-8"))
            flips[margin] = told["tier_flips"]
            assert told["hysteresis"] == margin
            assert flips[margin]["scored_before"] == rows["previous_tier"].notna().sum()
            assert flips[margin]["changed"] == (rows["tier_change"].fillna(0) != 0).sum()
            assert all(row.tier in row.tier_set for row in rows.itertuples())
    without = flips[0.0]["changed"]
    assert flips[0.2]["changed_without_hysteresis"] == without
    assert 0 < flips[0.2]["changed"] < without


def test_a_rule_may_ask_scores_features_and_profiles(text_ids, tmp_path):
    when = [
        {"column": "orders_90d", "operator": ">=", "value": 3},
        {"column": "region", "operator": "in", "value": ["north"]},
        {"column": "tier", "operator": "!=", "value": "top"},
    ]
    rule = {"name": "busy_north", "meaning": "busy in the north", "when": when}
    alerts = AlertsConfig.model_validate({"rules": [rule]})
    config = text_ids.config.model_copy(update={"alerts": alerts})
    rows = read_parts(score(config, SHOP_DAY, output=tmp_path).folder).to_pandas()
    known = text_ids.features.to_pandas()[["customer_id", "orders_90d", "region"]]
    both = rows.merge(known, on="customer_id", validate="one_to_one")
    raised = both["alerts"].map(lambda names: "busy_north" in names)
    expected = (both["orders_90d"] >= 3) & (both["region"] == "north") & (both["tier"] != "top")
    assert raised.tolist() == expected.tolist()
    assert raised.any()


def test_a_rule_over_a_column_that_is_not_there_is_refused_before_anything_is_written(
    text_ids, tmp_path
):
    when = [{"column": "order_90d", "operator": ">=", "value": 3}]
    rule = {"name": "busy", "meaning": "busy", "when": when}
    alerts = AlertsConfig.model_validate({"rules": [rule]})
    config = text_ids.config.model_copy(update={"alerts": alerts})
    with pytest.raises(InputError, match=r"rule busy: .*`order_90d`; did you mean `orders_90d`"):
        score(config, SHOP_DAY, output=tmp_path)
    assert not (tmp_path / "scores").exists()
