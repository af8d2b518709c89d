import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.reporting.messages import load_messages
from tiercast.scoring.outlying import outlying_lines
from tiercast.snapshots.outlying import OrderLimit, OutlyingOrder, OutlyingOrders


def test_a_forecast_beside_an_outlying_order_is_written_in_the_currency(tmp_path):
    order = OutlyingOrder("ann", dt.date(2011, 1, 18), 77_183.6)
    outlying = OutlyingOrders(OrderLimit(37_314.72, 1_492.57), 1, 1, 1, (order,))
    score = {"churn_probability": 0.83, "expected_value": 36.37, "value_low": 0.0}
    row = {"customer_id": "ann", **score, "value_high": 64.18, "tier": "dormant"}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "part-0.parquet")
    (line,) = outlying_lines(outlying, [tmp_path / "part-0.parquet"])
    assert "expected value 36.37 (0.00 to 64.18)" in line
    said = load_messages("en", currency="GBP").translate(line)
    assert "expected value £36.37 (£0.00 to £64.18)" in said
