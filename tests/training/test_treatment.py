import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tiercast.training.model_card import LEAST_UNTREATED, Treatment

DAY, LATER = dt.date(2024, 3, 1), dt.date(2024, 6, 1)


def forecasts(customers, day):
    """Return forecasts of which those with an even id come true, the others do not."""
    ids = np.arange(customers)
    ordered = ids % 2 == 0
    return pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": day,
            "ordered": ordered,
            "value": ordered * 10.0,
            "churn_probability": np.where(ids < customers / 2, np.where(ordered, 0.1, 0.9), 0.5),
            "expected_value": 5.0,
            "value_low": 0.0,
            "value_high": 20.0,
            "tier": "top",
            "true_tier": "top",
            "tier_confidence": 0.9,
            "tier_set": [["top"]] * customers,
        }
    )


def test_the_others_are_judged_where_they_are_enough():
    few, many = LEAST_UNTREATED, 4 * LEAST_UNTREATED
    predictions = pd.concat([forecasts(many, DAY), forecasts(few, LATER)], ignore_index=True)
    reached = pd.DataFrame(
        {"customer_id": [*range(many // 2, many), 0], "as_of": [DAY] * (many // 2) + [LATER]}
    )
    found = Treatment.of(predictions, reached)
    assert found.contacted == {DAY: 0.5, LATER: pytest.approx(1 / few)}
    assert list(found.untreated) == [DAY]
    assert found.untreated[DAY]["auc"] == 1.0  # those at .5 were all reached


def test_without_contacts_nothing_is_said():
    assert Treatment.of(forecasts(4, DAY), None) is None
