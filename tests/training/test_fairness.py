"""Protected columns: no model learns from them, and the model is audited by their groups."""

import json

import numpy as np
import pandas as pd
import pytest

from bases import opened
from tiercast.config.errors import ConfigError, InputError
from tiercast.config.loading import parse_config
from tiercast.fairness.result import Fairness
from tiercast.features.left_out import protected_columns
from tiercast.training.fairness import audit_model, fairness_text
from tiercast.training.label_panel import LabelPanel

SHOP = {
    "name": "shop",
    "sources": {"transactions": {"path": "o.csv"}, "customers": {"path": "c.csv"}},
    "protected": ["gender"],
}


def judged(n=400):
    """Return forecasts, features and profiles: women are in the best tier half as often."""
    rng = np.random.default_rng(1)
    ids = np.arange(n)
    gender = np.where(ids % 2 == 0, "f", "m")
    best = np.where(gender == "f", ids % 8 == 0, ids % 4 == 1)  # 1 in 4 women, 1 in 2 men
    predictions = pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": pd.Timestamp("2024-01-01"),
            "ordered": rng.random(n) < 0.5,
            "churn_probability": 0.5,
            "tier": np.where(best, "top", "dormant"),
        }
    )
    features = pd.DataFrame({"customer_id": ids, "height": (gender == "m") + rng.random(n)})
    return predictions, features, pd.DataFrame({"customer_id": ids, "gender": gender})


@pytest.fixture(scope="module")
def found():
    return audit_model(parse_config(SHOP, origin="shop.yaml"), *judged())


def test_the_audit_names_the_group_left_behind_and_its_proxy(found):
    [ratio] = found.ratios.to_dict("records")
    assert (ratio["lowest"], ratio["highest"], ratio["ratio"]) == ("f", "m", 0.5)
    assert found.proxies["feature"].tolist() == ["height"]


def test_the_card_says_it_in_words(found):
    text = fairness_text(found)
    assert "Best tier by `gender`: f has 0.50 of the rate of m, below 0.8." in text
    assert "Proxies of `gender`: `height`" in text
    assert "is a reason to look, not a verdict" in text


def test_the_audit_survives_its_file(found):
    again = Fairness.of_record(json.loads(json.dumps(found.to_record(), default=str)))
    assert fairness_text(again) == fairness_text(found)


def test_without_protected_columns_nothing_is_audited():
    plain = parse_config({**SHOP, "protected": []}, origin="shop.yaml")
    assert audit_model(plain, *judged()) is None
    assert fairness_text(None) == ""


def test_an_unknown_protected_column_is_answered_with_the_nearest():
    with pytest.raises(
        ConfigError, match=r"`protected`: there is no profile column `gendr`.*gender"
    ):
        protected_columns(["gender", "region"], ["gendr"])
    assert protected_columns(["profile_orders"], ["orders"]) == ("profile_orders",)


def test_protected_columns_need_the_table_of_profiles():
    sources = {"transactions": {"path": "o.csv"}}
    with pytest.raises(InputError, match="name the table in sources: `customers`"):
        parse_config({**SHOP, "sources": sources}, origin="shop.yaml")


def test_no_model_of_a_label_table_sees_a_protected_column(tmp_path):
    table = pd.DataFrame(
        {
            "customer_id": range(20),
            "gender": ["f", "m"] * 10,
            "use": range(20),
            "left": [0, 1] * 10,
        }
    )
    outlook = {"churn": "label", "column": "left", "positive": 1, "as_of": "2024-01-01"}
    with opened(tmp_path, {"customers": table}, outlook=outlook, protected=["gender"]) as base:
        panel = LabelPanel.of(base, base.config.outlook.as_of)
    assert panel.feature_names == ("use",)
    assert panel.protected["gender"].tolist() == ["f", "m"] * 10
