"""A small shop with every table, made up at random, for tests of what always holds."""

import datetime as dt

import numpy as np
import pandas as pd

CUTOFFS = (dt.date(2024, 3, 1), dt.date(2024, 5, 1), dt.date(2024, 7, 1))
FIRST = pd.Timestamp("2022-12-01")
EVENT_TYPES = ("visit", "call", "click")


def shop(seed: int = 5, customers: int = 12) -> dict[str, pd.DataFrame]:
    """Return the tables of a shop up to the last cutoff; some customers lack some tables."""
    rng = np.random.default_rng(seed)
    ids = np.arange(1, customers + 1)
    return {
        "transactions": _lines(rng, ids),
        "customers": pd.DataFrame(
            {"customer_id": ids[::2], "region": "north", "age": 20.0 + ids[::2]}
        ),
        "events": _events(rng, ids[: customers // 2], 90),
        "contacts": _contacts(rng, ids[customers // 3 :], 40),
    }


def _days(rng: np.random.Generator, rows: int) -> pd.Series:
    minutes = (pd.Timestamp(CUTOFFS[-1]) - FIRST) // pd.Timedelta(minutes=1)
    return pd.Series(FIRST + pd.to_timedelta(rng.integers(0, minutes, rows), unit="min"))


def _lines(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    rows = 25 * len(ids)
    frame = pd.DataFrame(
        {
            "customer_id": rng.choice(ids, rows),
            "order_id": rng.integers(1, rows // 2, rows),
            "ordered_at": _days(rng, rows),
            "amount": rng.integers(-500, 4_000, rows) / 100,
            "quantity": rng.integers(1, 5, rows).astype(float),
            "discount": rng.choice([0.0, 0.5, np.nan], rows),
            "category": rng.choice(["toys", "food", "books", None], rows),
        }
    )
    # Lines of an order share its day but for a few that follow later.
    first = frame.groupby(["customer_id", "order_id"])["ordered_at"].transform("min")
    late = rng.random(rows) < 0.1
    return frame.assign(ordered_at=frame["ordered_at"].where(late, first))


def _events(rng: np.random.Generator, ids: np.ndarray, rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": rng.choice(ids, rows),
            "event_at": _days(rng, rows),
            "event_type": rng.choice(EVENT_TYPES, rows, p=[0.6, 0.3, 0.1]),
            "feature": rng.choice(["search", "cart", None], rows),
        }
    )


def _contacts(rng: np.random.Generator, ids: np.ndarray, rows: int) -> pd.DataFrame:
    contacted = _days(rng, rows)
    waited = pd.to_timedelta(rng.integers(1, 60, rows), unit="D")
    return pd.DataFrame(
        {
            "customer_id": rng.choice(ids, rows),
            "contacted_at": contacted,
            "campaign_id": rng.integers(1, 6, rows),
            "responded_at": (contacted + waited).where(rng.random(rows) < 0.5),
        }
    )


def referrals(customers: int = 12) -> pd.DataFrame:
    """Return who brought whom: every third customer brought the next two."""
    pairs = [(who, who + n) for who in range(1, customers - 2, 3) for n in (1, 2)]
    frame = pd.DataFrame(pairs, columns=["customer_id", "referred_customer_id"])
    return frame.assign(referred_at=FIRST + pd.to_timedelta(40 * frame.index, unit="D"))


def contracts(seed: int = 9, customers: int = 12) -> pd.DataFrame:
    """Return contracts of most of the shop's customers; some have ended, some will end."""
    rng = np.random.default_rng(seed)
    rows = 3 * customers // 2
    started = _days(rng, rows)
    ended = started + pd.to_timedelta(rng.integers(60, 500, rows), unit="D")
    has_ended = rng.random(rows) < 0.9
    notice = pd.to_timedelta(rng.integers(100, 400, rows), unit="D")
    return pd.DataFrame(
        {
            "customer_id": rng.integers(1, customers, rows),
            "started_at": started,
            "ended_at": ended.where(has_ended),
            "plan": rng.choice(["basic", "pro", None], rows),
            "price": rng.integers(5, 40, rows).astype(float),
            "term_months": rng.choice([1.0, 12.0, np.nan], rows),
            "cancelled_at": (ended - notice).where(has_ended),
        }
    )


def planted_future(tables: dict[str, pd.DataFrame], cutoff: dt.date) -> dict[str, pd.DataFrame]:
    """Return the tables with rows at and after the cutoff: bought, contacted, seen, returned."""
    start = pd.Timestamp(cutoff)
    lines, events, contacts = (tables[n] for n in ("transactions", "events", "contacts"))
    again = lines.tail(60)
    later = start + pd.to_timedelta(np.arange(len(again)) // 3, unit="D")
    future = {
        "transactions": [
            again.assign(ordered_at=later, amount=777.0, category="new"),  # the same order ids
            again.assign(ordered_at=start, amount=-999.0, discount=50.0),
            again.assign(ordered_at=start, order_id=again["order_id"] + 10_000),
            again.assign(ordered_at=later, customer_id=again["customer_id"] + 1_000),  # strangers
        ],
        "events": [
            events.assign(event_at=start, event_type="launch", feature="launch"),
            events.assign(event_at=start + pd.Timedelta(days=9)),
        ],
        "contacts": [
            contacts.assign(contacted_at=start, campaign_id=99, responded_at=start),
            contacts.assign(contacted_at=start + pd.Timedelta(days=3)),
        ],
    }
    if "subscriptions" in tables:
        ends = tables["subscriptions"]
        future["subscriptions"] = [
            ends.assign(started_at=start, ended_at=later.max(), price=777.0)
        ]
    grown = {name: pd.concat([tables[name], *rows]) for name, rows in future.items()}
    return tables | grown
