"""What each horizon says of the base and of a customer: every row names the horizon it is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tiercast.artifacts.targets import FURTHER
from tiercast.features.horizons import named
from tiercast.modeling.further_outlook import FIGURES
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table

COLUMNS = ("order", "expected", "low", "high")


@dataclass(frozen=True)
class HorizonFigures:
    """What is forecast within a horizon: the chance or number of orders, and values (money)."""

    days: int
    order: float
    expected: float
    low: float
    high: float

    @classmethod
    def of_base(cls, entry: Mapping[str, Any]) -> Self:
        """Return the figures of the base from a manifest, or from its entry of a horizon."""
        whole = entry["sums"]["base"]
        money = (whole["expected_value"], whole["value_low"], whole["value_high"])
        buyers = whole["customers"] - entry["expected_churned"]
        return cls(int(entry["horizon_days"]), buyers, *money)

    @classmethod
    def of_customer(cls, score: Mapping[str, Any], days: int, *, is_main: bool) -> Self:
        """Return a customer's figures from the row of the scores."""
        names = FIGURES if is_main else [named(one, days) for one in FIGURES]
        churn, *money = (float(score[name]) for name in names)
        return cls(days, 1.0 - churn, *money)


def base_figures(manifest: Mapping[str, Any]) -> list[HorizonFigures]:
    """Return the figures of every horizon, the shortest first; none where there is but one."""
    further = manifest.get(FURTHER, [])
    found = [HorizonFigures.of_base(one) for one in (manifest, *further)] if further else []
    return sorted(found, key=lambda one: one.days)


def customer_figures(
    score: Mapping[str, Any], manifest: Mapping[str, Any]
) -> list[HorizonFigures]:
    """Return a customer's figures of every horizon, the shortest first; none of a single one."""
    main, further = int(manifest["horizon_days"]), manifest.get(FURTHER, [])
    days = [int(one["horizon_days"]) for one in further]
    found = [HorizonFigures.of_customer(score, one, is_main=False) for one in days]
    if found:
        found.append(HorizonFigures.of_customer(score, main, is_main=True))
    return sorted(found, key=lambda one: one.days)


def base_table(manifest: Mapping[str, Any], say: MessageCatalogue) -> list[Table]:
    """Return the table of all horizons; none where there is but one."""
    found, write = base_figures(manifest), say.write
    main = int(manifest["horizon_days"])
    rows = [
        (
            _name(one.days, main, say),
            *(write.count(one.order), *map(write.total, (one.expected, one.low, one.high))),
        )
        for one in found
    ]
    return _table(rows, "base", say)


def customer_table(
    score: Mapping[str, Any], manifest: Mapping[str, Any], say: MessageCatalogue
) -> list[Table]:
    """Return a customer's table of all horizons; none where there is but one."""
    write, main = say.write, int(manifest["horizon_days"])
    rows = [
        (
            _name(one.days, main, say),
            *(write.share(one.order), *map(write.money, (one.expected, one.low, one.high))),
        )
        for one in customer_figures(score, manifest)
    ]
    return _table(rows, "customer", say)


def _name(days: int, main: int, say: MessageCatalogue) -> str:
    shown = say("horizons.days", days=say.write.count(days))
    return say("horizons.main", days=shown) if days == main else shown


def _table(rows: Sequence[Sequence[str]], kind: str, say: MessageCatalogue) -> list[Table]:
    if not rows:
        return []
    first, *others = COLUMNS
    columns = [say("horizons.horizon"), say(f"horizons.{kind}.{first}")]
    columns += [say(f"horizons.{name}") for name in others]
    cells = [[Cell(text) for text in row] for row in rows]
    return [Table(say(f"horizons.{kind}.title"), columns, cells, say("horizons.note"))]
