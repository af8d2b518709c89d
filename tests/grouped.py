"""A made-up shop in groups, of which one behaves otherwise: made for tests of `by`."""

import numpy as np
import pandas as pd

NORTH, SOUTH, FEW = "North", "South", "Far West"
FIRST, DAYS = pd.Timestamp("2023-01-01"), 540
DAY = "2024-06-24"


def grouped_shop(customers: int = 400) -> dict[str, pd.DataFrame]:
    """Return orders of customers in two large regions and a small one; some have no region.

    The south spends a fifth of what the north does. Every line has a brand, mostly the customer's
    own.
    """
    rng = np.random.default_rng(3)
    ids = np.arange(1, customers + 1)
    region = np.where(ids % 2 == 0, NORTH, SOUTH).astype(object)
    region[: customers // 20], region[customers // 20 : customers // 10] = FEW, None
    rate = rng.gamma(1.2, 0.012, customers) + 0.002
    begun = rng.integers(0, DAYS // 2, customers)
    lines = [
        _orders(rng, who, rate[who - 1], begun[who - 1], region[who - 1]) for who in ids.tolist()
    ]
    orders = pd.concat(lines, ignore_index=True)
    return {
        "transactions": orders,
        "customers": pd.DataFrame({"customer_id": ids, "region": region, "age": 20 + ids % 50}),
    }


def _orders(
    rng: np.random.Generator, who: int, rate: float, begun: int, region: str | None
) -> pd.DataFrame:
    gaps = rng.exponential(1 / rate, 60)
    days = begun + np.concatenate([[0.0], np.cumsum(gaps)])
    lives = begun + rng.exponential(400)
    days = np.sort(days[(days < DAYS) & ((days < lives) | (days == begun))])
    level = 10.0 if region == SOUTH else 50.0
    brand = f"brand {'ab'[who % 2]}"
    return pd.DataFrame(
        {
            "customer_id": who,
            "order_id": [f"{who}-{n}" for n in range(len(days))],
            "ordered_at": FIRST + pd.to_timedelta(np.floor(days), unit="D"),
            "amount": np.round(level * rng.lognormal(0, 0.4, len(days)), 2),
            "Brand Name": np.where(rng.random(len(days)) < 0.9, brand, "brand c"),
        }
    )
