"""What each horizon says of the base and of a customer: every row names the horizon it is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tiercast.artifacts.targets import FURTHER
from tiercast.features.horizons import named
from tiercast.modeling.predicted import FIGURES
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Format, Table


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


def base_table(manifest: Mapping[str, Any], say: MessageCatalogue) -> list[Table]:
    """Return the table of all horizons; none where there is but one."""
    further, write = manifest.get(FURTHER, []), say.write
    found = [HorizonFigures.of_base(one) for one in (manifest, *further)] if further else []
    return _table("base", found, manifest, say, (write.count, write.total))


def customer_table(
    score: Mapping[str, Any], manifest: Mapping[str, Any], say: MessageCatalogue
) -> list[Table]:
    """Return a customer's table of all horizons; none where there is but one."""
    days = [int(one["horizon_days"]) for one in manifest.get(FURTHER, [])]
    found = [HorizonFigures.of_customer(score, one, is_main=False) for one in days]
    if found:
        main = int(manifest["horizon_days"])
        found.append(HorizonFigures.of_customer(score, main, is_main=True))
    return _table("customer", found, manifest, say, (say.write.share, say.write.money))


def _table(
    kind: str,
    found: Sequence[HorizonFigures],
    manifest: Mapping[str, Any],
    say: MessageCatalogue,
    written: tuple[Format, Format],
) -> list[Table]:
    """Return a row for each horizon, the shortest first; orders and money as `written`."""
    if not found:
        return []
    order, money = written
    rows = [
        (
            _name(one.days, int(manifest["horizon_days"]), say),
            order(one.order),
            *map(money, (one.expected, one.low, one.high)),
        )
        for one in sorted(found, key=lambda one: one.days)
    ]
    columns = [say("horizons.horizon"), say(f"horizons.{kind}.order")]
    columns += [say(f"horizons.{name}") for name in ("expected", "low", "high")]
    cells = [[Cell(text) for text in row] for row in rows]
    return [Table(say(f"horizons.{kind}.title"), columns, cells, say("horizons.note"))]


def _name(days: int, main: int, say: MessageCatalogue) -> str:
    shown = say("horizons.days", days=say.write.count(days))
    return say("horizons.main", days=shown) if days == main else shown
