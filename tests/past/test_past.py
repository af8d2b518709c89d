"""All sums of a day: made of what was known, stored beside the scores, read by name."""

import json
from dataclasses import fields

import pandas as pd
import pytest

from bases import write_base
from past_of import past_of
from stored_history import with_store
from tiercast.artifacts.dataset import checksum
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.text_file import plain_json
from tiercast.feature_store.history import open_history
from tiercast.past.past import AGGREGATES, PAST, PAST_FILE, Past
from trained_base import SHOP_DAY


def stored_past(base) -> dict:
    folder = base.folder / base.scored.folder
    return json.loads((folder / PAST_FILE).read_text(encoding="utf-8"))


def past_from(config, base) -> str:
    with open_history(config) as history:
        return plain_json(past_of(history, base.scores.to_pandas(), SHOP_DAY))


def test_every_aggregate_is_a_field_of_what_is_read():
    assert ["as_of", *AGGREGATES] == [one.name for one in fields(Past)]


def test_the_manifest_names_the_file_and_its_checksum(text_ids):
    manifest = OutputFolder.of(text_ids.config).manifest(text_ids.scored.as_of)
    file = text_ids.folder / text_ids.scored.folder / PAST_FILE
    assert manifest[PAST] == {"file": PAST_FILE, "sha256": checksum(file)}


def test_months_add_up_to_the_money_of_the_customers(text_ids):
    past = Past.of(stored_past(text_ids))
    revenue = text_ids.features.to_pandas()["revenue"].sum()
    scored = past.cohorts[past.cohorts["first_month"].notna()]
    assert scored["value"].sum() == pytest.approx(revenue, rel=1e-6)
    assert past.new_by_month["customers"].sum() == text_ids.scored.rows
    expected = past.new_by_month["expected_value"].sum()
    assert expected == pytest.approx(text_ids.scored.expected_total, abs=0.01)


def test_orders_at_or_after_the_day_change_no_sum(text_ids, tmp_path):
    tables = {
        name: pd.read_parquet(source.path) for name, source in text_ids.config.sources.items()
    }
    lines = tables["transactions"]
    later = lines.tail(50).assign(ordered_at=pd.Timestamp(SHOP_DAY), amount=9999.0)
    nobody = later.head(3).assign(customer_id=None)
    planted = pd.concat([lines, later, nobody], ignore_index=True)
    config = write_base(tmp_path, tables | {"transactions": planted})
    plain = write_base(tmp_path / "plain", tables)
    assert past_from(config, text_ids) == past_from(plain, text_ids)


@pytest.mark.parametrize("without", [[], ["category"]])
def test_with_a_feature_store_all_sums_are_the_same(text_ids, tmp_path, without):
    source = text_ids.config.sources["transactions"]
    lines = pd.read_parquet(source.path).drop(columns=without)
    if without:
        lines["product_id"] = "p" + (lines.index % 30).astype(str)
    lines.loc[lines.index % 40 == 0, "amount"] = None
    lines["channel"] = lines["ordered_at"].dt.day_name()
    plain = write_base(tmp_path / "in", {"transactions": lines})
    stored = with_store(plain, tmp_path / "book", late_days=30)
    expected = past_from(plain, text_ids)
    assert json.loads(expected)["spend"]["kind"] == ("product" if without else "category")
    assert [past_from(stored, text_ids) for _ in range(2)] == [expected] * 2
