"""A stored scoring of eight customers whose sums can be worked out by hand."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from past_of import past_of
from tiercast.artifacts.text_file import to_json
from tiercast.config.loading import parse_config
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.past.past import PAST, PAST_FILE
from tiercast.reporting.inputs import Inputs, read_inputs
from tiercast.reporting.messages import MessageCatalogue, load_messages
from tiercast.sources.workspace import workspace

AS_OF = date(2024, 3, 1)
TIERS = ("top", "potential", "general", "dormant")
# id, tier, churn, expected, P(top), P(potential), P(general), stage, r, f, revenue of the last
# 365 days, orders, days since the last order; expected values sum to 1,000
CUSTOMERS = (
    ("ann", "top", 0.10, 400, 0.70, 0.15, 0.05, "active", 5, 5, 1000, 20, 2),
    ("bob", "top", 0.60, 300, 0.20, 0.10, 0.10, "at_risk", 2, 5, 900, 15, 40),
    ("cat", "potential", 0.20, 100, 0.30, 0.40, 0.10, "active", 4, 3, 300, 6, 10),
    ("dan", "potential", 0.50, 90, 0.10, 0.30, 0.10, "reactivated", 4, 3, 200, 4, 12),
    ("eve", "general", 0.30, 60, 0.20, 0.30, 0.20, "active", 3, 2, 150, 3, 25),
    ("fay", "general", 0.70, 30, 0.05, 0.10, 0.15, "at_risk", 2, 2, 100, 2, 70),
    ("gus", "dormant", 0.90, 15, 0.02, 0.03, 0.05, "lost", 1, 1, 400, 1, 300),
    ("hal", "dormant", 0.95, 5, 0.01, 0.01, 0.03, "lost", 1, 1, 0, 1, 400),
)
COLUMNS = ("customer_id", "tier", "churn_probability", "expected_value", *TIERS[:3])
COLUMNS += ("lifecycle_stage", "r_score", "f_score", "revenue_365d", "orders", "recency_days")
SEGMENTS = {"active": "recent_frequent", "reactivated": "recent_frequent"}


def customers() -> pd.DataFrame:
    frame = pd.DataFrame(CUSTOMERS, columns=list(COLUMNS))
    frame["segment"] = frame["lifecycle_stage"].map(SEGMENTS).fillna("lapsed_occasional")
    return frame


def scores_of(frame: pd.DataFrame) -> pd.DataFrame:
    own = [row.get(row["tier"], row["churn_probability"]) for row in frame.to_dict("records")]
    probabilities = frame[list(TIERS[:3])].assign(dormant=frame["churn_probability"])
    value = frame["expected_value"].astype(float)
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "as_of": AS_OF,
            "r_score": frame["r_score"].astype("int8"),
            "f_score": frame["f_score"].astype("int8"),
            "m_score": frame["f_score"].astype("int8"),
            "rfm_total": 2 * frame["f_score"] + frame["r_score"],
            "rfm_segment": frame["r_score"].map({5: "champions", 1: "lost"}).fillna("loyal"),
            "lifecycle_stage": frame["lifecycle_stage"],
            "segment": frame["segment"],
            "segment_confidence": 0.9,
            "churn_probability": frame["churn_probability"],
            "expected_value": value,
            "value_low": value * 0.5,
            "value_high": value * 2,
            "tier": frame["tier"],
            "tier_confidence": own,
            "tier_probabilities": probabilities.to_dict("records"),
            "tier_set": [[tier] for tier in frame["tier"]],
            "next_order_date": AS_OF,
            "next_order_low": AS_OF,
            "next_order_high": AS_OF,
            "reasons": [
                [{"feature": "recency_days", "value": "1", "effect": 0.5, "text": f"{name} waits"}]
                for name in frame["customer_id"]
            ],
            "action": "call them",
            "previous_tier": pd.Series([None] * len(frame), dtype="str"),
            "tier_change": pd.Series([None] * len(frame), dtype="Int8"),
            "alerts": [["came_back"] if name == "dan" else [] for name in frame["customer_id"]],
            "model_name": "tiny",
            "model_version": "3",
            "run_id": "r",
        }
    )


def features_of(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "as_of": AS_OF,
            "recency_days": frame["recency_days"].astype(float),
            "orders": frame["orders"].astype(float),
            "revenue": frame["revenue_365d"] * 2.0,
            "revenue_365d": frame["revenue_365d"].astype(float),
            "average_order_value": 2.0 * frame["revenue_365d"] / frame["orders"],
            "gap_mean_days": frame["recency_days"].where(frame["orders"] > 1),
            "tenure_days": 500.0,
            "region": (["north"] * 5 + ["south"] * 2 + [None] * len(frame))[: len(frame)],
        }
    )


def predictions() -> pd.DataFrame:
    """Return 20 past forecasts: of the ten given 20 % two left, of the ten given 70 % seven."""
    churn = [0.2] * 10 + [0.7] * 10
    ordered = [number not in (8, 9) for number in range(10)]
    ordered += [number in (0, 1, 2) for number in range(10)]
    value = [100.0 - number if came else 0.0 for number, came in enumerate(ordered)]
    tier = ["top"] * 4 + ["potential"] * 6 + ["general"] * 2 + ["dormant"] * 8
    true_tier = ["top"] * 4 + ["potential"] * 4 + ["dormant"] * 2 + ["general"] * 3
    return pd.DataFrame(
        {
            "customer_id": [f"p{number:02}" for number in range(20)],
            "as_of": date(2023, 12, 1),
            "ordered": ordered,
            "value": value,
            "churn_probability": churn,
            "expected_value": [80.0 - number for number in range(10)] + [20.0] * 10,
            "value_low": 0.0,
            "value_high": 95.0,
            "tier": tier,
            "true_tier": true_tier + ["dormant"] * 7,
            "tier_confidence": [0.8] * 20,
            "tier_set": [[name] for name in tier[:9]] + [[name, "dormant"] for name in tier[9:]],
        }
    )


@dataclass(frozen=True)
class Run:
    """An output folder that holds what was asked for."""

    output: Path
    language: str = "en"
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        settings = {
            "name": "tiny",
            "sources": {"transactions": {"path": "orders.parquet"}},
            "output": {"path": str(self.output)},
            "language": self.language,
        }
        return parse_config(settings | self.settings, origin="tiny.yaml")

    def write_scores(self, scores: pd.DataFrame, as_of: date = AS_OF, **manifest: object) -> None:
        folder = self.output / "scores" / f"as_of={as_of}"
        folder.mkdir(parents=True)
        scores.assign(as_of=as_of).to_parquet(folder / "part-00000.parquet")
        named = self.config.tiers.names
        told = {
            "model": {"name": "tiny", "version": "3"},
            "horizon_days": 90,
            "value": "revenue",
            "tiers": {tier: int((scores["tier"] == tier).sum()) for tier in named},
        } | manifest
        (folder / "manifest.json").write_text(json.dumps(told))

    def write_past(self, scores: pd.DataFrame) -> None:
        """Store the sums of the config's orders beside the scores."""
        with open_history(self.config) as history:
            record = past_of(history, scores, AS_OF)
        folder = self.output / "scores" / f"as_of={AS_OF}"
        (folder / PAST_FILE).write_text(to_json(record))
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest[PAST] = {"file": PAST_FILE}
        (folder / "manifest.json").write_text(json.dumps(manifest))

    def write_features(self, features: pd.DataFrame, as_of: date = AS_OF) -> None:
        folder = self.output / "features" / f"as_of={as_of}"
        folder.mkdir(parents=True)
        features.to_parquet(folder / "part-00000.parquet")

    def write_evaluation(self, rows: pd.DataFrame) -> None:
        folder = self.output / "evaluation" / "model_version=3"
        folder.mkdir(parents=True)
        rows.to_parquet(folder / "predictions.parquet")

    def write_all(
        self, frame: pd.DataFrame | None = None, as_of: date = AS_OF, **manifest: object
    ) -> None:
        frame = customers() if frame is None else frame
        self.write_scores(scores_of(frame), as_of, **manifest)
        self.write_features(features_of(frame), as_of)


@pytest.fixture(scope="session")
def run_at() -> type[Run]:
    return Run


@pytest.fixture(scope="session")
def base() -> pd.DataFrame:
    return customers()


@pytest.fixture(scope="session")
def base_scores(base) -> pd.DataFrame:
    return scores_of(base)


@pytest.fixture(scope="session")
def past() -> pd.DataFrame:
    return predictions()


@pytest.fixture
def empty_run(tmp_path) -> Run:
    return Run(tmp_path / "run")


@pytest.fixture
def run(empty_run, past) -> Run:
    empty_run.write_all()
    empty_run.write_evaluation(past)
    return empty_run


@pytest.fixture
def reading() -> Iterator:
    """Return a function that reads a run's inputs; they live as long as the test."""
    with workspace() as connection:
        yield lambda run: read_inputs(connection, run.config)


@pytest.fixture
def inputs(run, reading) -> Inputs:
    return reading(run)


@pytest.fixture
def say() -> MessageCatalogue:
    return load_messages("en")


# Known by 2024-03-01, so that February is the last whole month; categories and channels by row.
ORDERS = (
    ("ann", "2023-11-05", 100.0, "tea", "web"),
    ("ann", "2023-12-10", 50.0, "tea", "shop"),
    ("ann", "2024-02-10", 30.0, "coffee", "web"),
    ("bob", "2023-11-20", 40.0, "coffee", "shop"),
    ("bob", "2024-01-15", 60.0, "coffee", "web"),
    ("cat", "2023-12-01", 20.0, "tea", "web"),
    ("dan", "2024-01-31", 10.0, "cake", "web"),
    ("dan", "2024-02-29 23:59", 5.0, "cake", "web"),
    ("eve", "2024-02-05", 80.0, "tea", None),
    ("eve", "2024-02-07", -20.0, "tea", None),
)
ORDER_COLUMNS = ("customer_id", "ordered_at", "amount", "category", "channel")


def order_lines(rows=ORDERS) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(ORDER_COLUMNS))
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


@pytest.fixture(scope="session")
def with_orders(tmp_path_factory):
    """Return a function that reads the inputs of the eight customers with some order lines.

    Those of the orders worked out by hand are read once.
    """
    known = {}
    with ExitStack() as opened:

        def read(lines: pd.DataFrame | None = None, scores=None, **settings: object) -> Inputs:
            asked = lines is not None or scores is not None or bool(settings)
            if not asked and known:
                return known["inputs"]
            inputs = made(lines, scores, settings)
            if not asked:
                known["inputs"] = inputs
            return inputs

        def made(lines, scores, settings):
            lines = order_lines() if lines is None else lines
            folder = tmp_path_factory.mktemp("orders")
            lines.to_parquet(folder / "orders.parquet")
            sources = {"transactions": {"path": str(folder / "orders.parquet")}}
            run = Run(folder / "run", settings={"sources": sources, **settings})
            scores = scores_of(customers()) if scores is None else scores
            run.write_scores(scores)
            run.write_past(scores)
            run.write_features(features_of(customers()))
            return read_inputs(opened.enter_context(workspace()), run.config)

        yield read


@pytest.fixture(scope="session")
def order_lines_of():
    """Return a function that makes order lines of rows, by default those worked out by hand."""
    return order_lines
