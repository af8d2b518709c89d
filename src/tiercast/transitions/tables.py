"""A migration's tables and figures, summed in the engine over the moves of all customers."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from tiercast.contract.money import is_small, money_sum
from tiercast.transitions.moves import CAUSES

NEW, GONE = "new", "gone"
TIER, SEGMENT = "tier", "segment"


def arrows(moves: ir.Table, of: str, names: Sequence[str] = ()) -> pd.DataFrame:
    """Return a row per change from one tier or segment to another that some customer made.

    Columns: before and now (names, or `new` and `gone`), customers, expected_value_before and
    _now, expected_value_change, revenue_between, and for tiers the steps upward that each of
    `CAUSES` made. `names` give the order of rows; without, they are sorted by name.
    """
    before, now = moves[f"{of}_before"].fill_null(NEW), moves[f"{of}_now"].fill_null(GONE)
    causes = CAUSES if of == TIER else ()
    found = (
        moves.group_by(before=before, now=now)
        .agg(
            customers=moves.count(),
            expected_value_before=_sum(moves.expected_value_before),
            expected_value_now=_sum(moves.expected_value_now),
            revenue_between=_sum(moves.revenue_between),
            **{cause: moves[cause].sum().fill_null(0).cast("int64") for cause in causes},
        )
        .to_pandas()
    )
    change = found["expected_value_now"] - found["expected_value_before"]
    found.insert(5, "expected_value_change", change)
    order = [*names, *sorted({*found["before"], *found["now"]} - {*names, NEW, GONE}), NEW, GONE]
    place = {name: number for number, name in enumerate(order)}
    return found.sort_values(["before", "now"], key=lambda c: c.map(place), ignore_index=True)


def causes(moves: ir.Table) -> pd.DataFrame:
    """Return a row per cause: customers it moved up and down, and the steps upward it made.

    The steps of the causes add up to those of the last row, `all`.
    """
    stayed = moves.filter(moves.steps.notnull())
    columns = {cause: stayed[cause] for cause in CAUSES} | {"all": stayed.steps}
    summed = stayed.agg(
        **{f"{name}_up": (steps > 0).sum().fill_null(0) for name, steps in columns.items()},
        **{f"{name}_down": (steps < 0).sum().fill_null(0) for name, steps in columns.items()},
        **{f"{name}_steps": steps.sum().fill_null(0) for name, steps in columns.items()},
    )
    counts = summed.to_pandas().iloc[0]
    rows = [
        (name, *(int(counts[f"{name}_{what}"]) for what in ("up", "down", "steps")))
        for name in columns
    ]
    return pd.DataFrame(rows, columns=["cause", "customers_up", "customers_down", "steps_up"])


def figures(tiers: pd.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    """Return the key figures of the arrows between tiers.

    `net_upward_rate` is the share of customers scored on both days who moved up, less the share
    who moved down. By tier: `value_growth` is the expected value of its customers now over that
    of its customers then, less 1; `retention` the share of its customers then who are in it or a
    better one now, the gone counting as lost. None where nobody is there to divide by.
    """
    place = {name: number for number, name in enumerate(names)}
    stayed = tiers[tiers["before"].isin(names) & tiers["now"].isin(names)]
    risen = _places(stayed["before"], place) - _places(stayed["now"], place)
    up, down = (int(stayed.loc[way, "customers"].sum()) for way in (risen > 0, risen < 0))
    both = int(stayed["customers"].sum())
    return {
        "customers_before": int(tiers.loc[tiers["before"] != NEW, "customers"].sum()),
        "customers_now": int(tiers.loc[tiers["now"] != GONE, "customers"].sum()),
        "customers_both": both,
        "moved_up": up,
        "moved_down": down,
        "net_upward_rate": _share(up - down, both),
        "tiers": [_tier(name, tiers, place) for name in names],
    }


def _tier(name: str, tiers: pd.DataFrame, place: Mapping[str, int]) -> dict[str, Any]:
    then, now = tiers[tiers["before"] == name], tiers[tiers["now"] == name]
    retained = then[_places(then["now"], place) <= place[name]]
    before = float(then["expected_value_before"].sum())
    value = float(now["expected_value_now"].sum())
    customers = int(then["customers"].sum())
    growth = _share(value, before)
    return {
        "tier": name,
        "customers_before": customers,
        "customers_now": int(now["customers"].sum()),
        "expected_value_before": before,
        "expected_value_now": value,
        "value_growth": None if growth is None else growth - 1,
        "retention": _share(int(retained["customers"].sum()), customers),
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _places(names: pd.Series, place: Mapping[str, int]) -> pd.Series:
    return names.map(place).astype("float64")


def _sum(value: ir.NumericValue) -> ir.FloatingValue:
    return money_sum(value, finer=is_small(value))
