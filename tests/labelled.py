"""A made-up label table with a known law: who leaves depends on plan and age of the contract."""

import numpy as np
import pandas as pd

DAY = "2024-03-01"
OUTLOOK = {"churn": "label", "column": "left", "value_column": "fee", "as_of": DAY}
SETTINGS = {"name": "labels", "outlook": OUTLOOK, "train": {"trials": 0}}
UNLABELLED = 40


def label_table(customers: int = 900, seed: int = 5) -> pd.DataFrame:
    """Return a row per customer; the first ones have no label, some sums are blank."""
    random = np.random.default_rng(seed)
    months = random.integers(0, 60, customers)
    plan = random.choice(["monthly", "yearly"], customers, p=[0.6, 0.4])
    fee = random.choice([20.0, 50.0, 80.0], customers) + random.random(customers).round(2)
    log_odds = 0.4 - 0.06 * months + 1.4 * (plan == "monthly") - 0.8
    left = np.where(random.random(customers) < 1 / (1 + np.exp(-log_odds)), "Yes", "No")
    paid = np.where(months == 0, " ", (fee * months).round(2).astype(str))
    table = pd.DataFrame(
        {
            "customer_id": [f"c{number:04d}" for number in range(customers)],
            "plan": plan,
            "months": months,
            "fee": fee,
            "paid": paid,
            "left": left,
        }
    )
    table.loc[: UNLABELLED - 1, "left"] = None
    return table
