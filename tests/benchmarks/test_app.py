import json
from collections import Counter

import pandas as pd
import pytest

DAY = "as_of=2024-03-01"


@pytest.fixture(scope="module")
def app(benchmark_module):
    return benchmark_module("app")


def test_200_requests_see_every_page(app):
    pages = Counter(page for page, _ in app.addresses(range(30), ["often", "seldom", "once"]))
    assert pages.total() == 200
    assert set(pages) == {
        "overview", "tiers", "segments", "customers", "customer", "migration", "campaign", "model",
    }  # fmt: skip
    assert pages["customers"] == 80


def test_the_slowest_and_most_requests_are_told_by_page(app):
    measured = app._measured({"tiers": [0.1] * 19 + [0.5], "model": [0.2, 0.2]})
    assert measured["tiers"] == [0.1, 0.12, 0.5]
    assert measured["requests"] == 22


def test_copies_of_a_scored_day_have_ids_of_their_own(benchmark_module, tmp_path):
    columns = {"customer_id": [1, 2], "churn_probability": 0.5, "expected_value": 9.0}
    for table, more in (("scores", {}), ("features", {"revenue_365d": 7.0})):
        folder = tmp_path / "small" / table / DAY
        folder.mkdir(parents=True)
        pd.DataFrame(columns | more).to_parquet(folder / "part-00000.parquet")
        (folder / "manifest.json").write_text(json.dumps({"rows": 2, "parts": ["one"]}))
    multiply = benchmark_module("made_up_scores").multiply
    assert multiply(tmp_path / "small", tmp_path / "large", times=3, ids=10) == 6
    parts = sorted((tmp_path / "large" / "scores" / DAY).glob("part-*.parquet"))
    scores = pd.concat(map(pd.read_parquet, parts))
    assert sorted(scores["customer_id"]) == [1, 2, 11, 12, 21, 22]
    assert scores["churn_probability"].between(0.45, 0.5).all()
    manifest = json.loads((tmp_path / "large" / "scores" / DAY / "manifest.json").read_text())
    assert [part["rows"] for part in manifest["parts"]] == [2, 2, 2]
    assert len(set(manifest["features"])) == 3
