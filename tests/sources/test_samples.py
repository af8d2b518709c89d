import dataclasses
import datetime as dt

import pandas as pd
import pytest

from tiercast.config.loading import load_config
from tiercast.contract.errors import DataContractError
from tiercast.sources import samples as module
from tiercast.sources.canonical import open_base
from tiercast.sources.samples import SAMPLES, sample_path


@pytest.fixture(scope="module")
def cdnow(samples, root):
    with open_base(load_config(root / "pipelines" / "cdnow.yaml")) as base:
        yield base


@pytest.fixture(scope="module")
def journey(samples, root):
    with open_base(load_config(root / "pipelines" / "complete_journey.yaml")) as base:
        yield base


def test_cdnow_is_the_whole_master_file(cdnow):
    summary = cdnow.report.table("transactions")
    assert (summary.rows_used, summary.rows_quarantined) == (69_659, 0)
    assert summary.customers == 23_570
    assert (summary.first, summary.last) == (dt.datetime(1997, 1, 1), dt.datetime(1998, 6, 30))


def test_cdnows_columns_are_read_by_their_places(cdnow):
    # The first lines of the file: `00001 19970101  1   11.77` and `00002 19970112  1   12.00`.
    first = cdnow.transactions.order_by("customer_id", "amount").limit(2).to_pandas()
    assert first.to_dict("records") == [
        {
            "customer_id": 1,
            "ordered_at": pd.Timestamp("1997-01-01"),
            "amount": 11.77,
            "quantity": 1,
        },
        {
            "customer_id": 2,
            "ordered_at": pd.Timestamp("1997-01-12"),
            "amount": 12.0,
            "quantity": 1,
        },
    ]


def test_cdnows_repeated_lines_are_kept(cdnow):
    assert cdnow.report.rows_found("repeated_line") > 0
    assert cdnow.report.rows_found("zero_amount") > 0


def test_customers_of_cdnow_with_an_order_before_the_split(cdnow):
    lines = cdnow.transactions.to_pandas()
    before = lines[lines["ordered_at"] < "1998-04-01"]
    days = before.groupby(["customer_id", "ordered_at"])["amount"].sum()
    assert days[days > 0].index.get_level_values(0).nunique() == 23_502


def test_complete_journey_has_its_lines_and_households(journey):
    summary = journey.report.table("transactions")
    assert (summary.rows_used, summary.rows_quarantined) == (1_469_307, 0)
    assert summary.customers == 2_469
    assert summary.first.date() == dt.date(2017, 1, 1)
    assert summary.last.date() == dt.date(2018, 1, 1)  # New York's 2017, in UTC


def test_complete_journey_has_demographics_and_campaigns(journey):
    assert journey.report.table("customers").rows_used == 801
    assert journey.report.table("contacts").rows_used == 6_589
    contacts = journey.tables["contacts"]
    assert "responded_at" in contacts.columns
    answered = contacts.filter(contacts.responded_at.notnull()).to_pandas()
    assert 0 < len(answered) < 6_589
    assert (answered["responded_at"] >= answered["contacted_at"]).all()


def test_discounts_and_departments_come_with_the_lines(journey):
    lines = journey.transactions
    seen = lines.agg(
        discount=lines.discount.sum(), least=lines.discount.min(), kinds=lines.category.nunique()
    ).to_pyarrow()
    assert seen["discount"][0].as_py() > 0
    assert seen["least"][0].as_py() >= 0
    assert seen["kinds"][0].as_py() > 20


def test_a_sample_is_written_once(cdnow, samples):
    path = sample_path("sample://cdnow/transactions.parquet")
    assert path == samples / "cdnow" / "transactions.parquet"
    written = path.stat().st_mtime_ns
    assert sample_path("sample://cdnow/transactions.parquet").stat().st_mtime_ns == written
    assert [file.name for file in path.parent.iterdir()] == ["transactions.parquet"]


def test_an_unknown_sample_is_named_with_those_there(samples):
    with pytest.raises(DataContractError, match="no such sample; there are complete_journey, cdn"):
        sample_path("sample://cdnov/transactions.parquet")


def test_an_unknown_table_of_a_sample_is_named_with_those_there(cdnow):
    with pytest.raises(DataContractError, match=r"no such table in the sample; there are trans"):
        sample_path("sample://cdnow/orders.parquet")


def test_a_sample_whose_package_is_missing_names_it(tmp_path, monkeypatch):
    absent = dataclasses.replace(SAMPLES["cdnow"], name="absent", package="no_such_package")
    monkeypatch.setitem(SAMPLES, "absent", absent)
    monkeypatch.setattr(module, "SAMPLE_FOLDER", tmp_path)
    with pytest.raises(DataContractError, match="run `pip install lifetimes`"):
        sample_path("sample://absent/transactions.parquet")
