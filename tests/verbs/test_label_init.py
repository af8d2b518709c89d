"""`init` on a file of customers without dates proposes a label table; on orders it does not."""

import pandas as pd

from labelled import label_table
from tiercast.config.loading import load_config
from tiercast.verbs.init import init


def test_customers_with_a_churn_column_and_no_dates_become_a_label_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = label_table().rename(columns={"left": "Churn", "fee": "MonthlyCharges"})
    table.to_csv("telco.csv", index=False)
    found = init("telco.csv")
    outlook = load_config(found.path).outlook
    assert (outlook.churn, outlook.column, outlook.value_column) == (
        *("label", "Churn", "MonthlyCharges"),
    )
    assert "as_of" in found.to_mend[0]


def test_a_file_with_dates_stays_one_of_orders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    days = pd.date_range("2024-01-01", periods=60)
    rows = {"customer": [f"c{n % 9}" for n in range(60)], "date": days, "amount": 9.5, "churn": 1}
    pd.DataFrame(rows).assign(churn=[0, 1] * 30).to_parquet("orders.parquet")
    assert "transactions" in load_config(init("orders.parquet").path).sources
