"""Posted rows get the very score row of the batch."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trained_base import TrainedBase

FIELDS = {"transactions": "orders", "events": "events", "contacts": "contacts"}


def plain(rows: pa.Table) -> dict[Any, Any]:
    """Return score rows by customer, as JSON has them."""
    text = json.dumps(rows.to_pylist(), default=str)
    return {row["customer_id"]: row for row in json.loads(text)}


def own_rows(base: TrainedBase) -> list[dict[str, Any]]:
    """Return each scored customer with all rows of the base's files."""
    found = {one: {"customer_id": one} for one in base.scores["customer_id"].to_pylist()}
    for name in base.config.sources:
        rows = pq.read_table(base.folder / "data" / f"{name}.parquet").to_pandas()
        for customer_id, own in rows.groupby("customer_id"):
            if customer_id in found:
                found[customer_id] |= posted(name, own.drop(columns="customer_id"))
    return list(found.values())


def posted(name: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return rows as they are posted."""
    records = json.loads(rows.to_json(orient="records", date_format="iso", double_precision=15))
    for record in records:
        record |= {k: v.removesuffix("Z") for k, v in record.items() if isinstance(v, str)}
    return {"profile": records[0]} if name == "customers" else {FIELDS[name]: records}


def answers(client, customers: list[dict[str, Any]], size: int) -> dict[Any, Any]:
    day, found = client.service.take().stored.as_of, {}
    for start in range(0, len(customers), size):
        response = client.score(*customers[start : start + size], as_of=str(day))
        assert response.status_code == 200, response.text
        found |= {row["customer_id"]: row for row in response.json()["customers"]}
    return found


def test_every_customer_of_cdnow_gets_the_row_of_the_batch(live_tenth, trained_tenth):
    assert answers(live_tenth, own_rows(trained_tenth), 500) == plain(trained_tenth.scores)


def test_every_customer_of_the_shop_gets_the_row_of_the_batch(live_shop, trained_shop):
    assert answers(live_shop, own_rows(trained_shop), 500) == plain(trained_shop.scores)


@pytest.mark.parametrize("live", ["tenth", "shop"])
def test_a_customer_alone_gets_the_row_of_the_batch(live, request):
    client, base = (request.getfixturevalue(f"{kind}_{live}") for kind in ("live", "trained"))
    customers = own_rows(base)[:: base.scores.num_rows // 8]
    expected = plain(base.scores)
    for row in answers(client, customers, 1).values():
        assert row == expected[row["customer_id"]]


@pytest.mark.parametrize("live", ["tenth", "shop"])
def test_customers_asked_at_once_get_the_rows_of_the_batch(live, request):
    client, base = (request.getfixturevalue(f"{kind}_{live}") for kind in ("live", "trained"))
    ids = base.scores["customer_id"].to_pylist()[:24]
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda one: client.score({"customer_id": one, "stored": True}), ids)
    rows = [row for answer in found for row in answer.json()["customers"]]
    expected = plain(base.scores)
    assert rows == [expected[one] for one in ids]


@pytest.mark.parametrize("live", ["tenth", "shop"])
def test_stored_customers_need_no_rows(live, request):
    client, base = (request.getfixturevalue(f"{kind}_{live}") for kind in ("live", "trained"))
    ids = base.scores["customer_id"].to_pylist()[:50]
    customers = [{"customer_id": one, "stored": True} for one in ids]
    expected = plain(base.scores)
    assert answers(client, customers, 50) == {one: expected[one] for one in ids}
