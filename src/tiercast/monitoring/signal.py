"""Monitoring data, and the figures of it that rules judge."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tiercast.config.message import Message
from tiercast.config.monitor import MonitorConfig
from tiercast.monitoring.drift import ColumnDrift
from tiercast.monitoring.order_flow import OrderFlow
from tiercast.monitoring.population import Population
from tiercast.monitoring.scoring_rhythm import ScoringRhythm
from tiercast.monitoring.track_record import TrackRecord


@dataclass(frozen=True)
class MonitoringData:
    """What is known of a batch, its base and its model."""

    drift: list[ColumnDrift]
    population: Population
    flow: OrderFlow
    record: TrackRecord | None
    limits: MonitorConfig
    scoring: ScoringRhythm | None = None


@dataclass(frozen=True)
class Signal:
    """A figure of one subject, in words too; up to `usual` it is no news."""

    subject: str
    value: float
    reason: str
    usual: float = 0.0


SignalReader = Callable[[MonitoringData], Iterator[Signal]]


def usually(usual: float) -> str:
    """Return what is usual, in brackets."""
    return Message.of(" (up to {usual:.2f} is usual)", usual=usual)
