"""How scores of recency, frequency and monetary value (RFM) are cut."""

import itertools
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from tiercast.config.settings import Settings


def _ascending(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(low >= high for low, high in itertools.pairwise(edges)):
        raise ValueError(f"edges must rise, but got {edges}")
    return edges


Edges = Annotated[tuple[float, ...], Field(min_length=1), AfterValidator(_ascending)]


class RfmEdgesConfig(Settings):
    """Fixed inner edges of the RFM scores, rising; one score more than edges."""

    recency_days: Edges
    """Edges of the days since the last order."""
    orders: Edges
    """Edges of the number of orders."""
    amount: Edges
    """Edges of the money spent."""


class RfmWeightsConfig(Settings):
    """How much each score counts in the total."""

    recency: float = Field(default=1.0, gt=0)
    """Weight of the recency score."""
    frequency: float = Field(default=1.0, gt=0)
    """Weight of the frequency score."""
    monetary: float = Field(default=1.0, gt=0)
    """Weight of the monetary score."""


class RfmConfig(Settings):
    """How RFM scores are cut: by quantile into `bins`, or at fixed `edges`."""

    method: Literal["quantile", "edges"] = "quantile"
    """Scores by quantile, or at fixed `edges`."""
    bins: int = Field(default=5, ge=2, le=10)
    """Number of scores per dimension."""
    edges: RfmEdgesConfig | None = None
    """Fixed inner edges; one score more than edges."""
    weights: RfmWeightsConfig = RfmWeightsConfig()
    """How much each score counts in the total."""

    @model_validator(mode="before")
    @classmethod
    def _given_edges_mean_edges(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("edges") and "method" not in given:
            return {**given, "method": "edges", "bins": _bins_of(given["edges"])}
        return given

    @model_validator(mode="after")
    def _edges_fit_method(self) -> Self:
        if (self.method == "edges") != (self.edges is not None):
            raise ValueError("rfm `method: edges` and the `edges` themselves go together")
        if self.edges is not None:
            counts = {name: len(edges) + 1 for name, edges in self.edges}
            if set(counts.values()) != {self.bins}:
                raise ValueError(f"{self.bins} bins need one edge less each, but got {counts}")
        return self


def _bins_of(edges: object) -> int:
    lists = list(edges.values()) if isinstance(edges, dict) else []
    return len(lists[0]) + 1 if lists and isinstance(lists[0], list | tuple) else 5
