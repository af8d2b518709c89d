"""Past forecasts beside actual outcomes: risks, values and tiers."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

BINS = 10
STEPS = 50  # points of the gain curve
GAIN_AT = 0.2


@dataclass(frozen=True)
class Outcome:
    """Sums over past forecasts: rows, money, and shares of 1.

    `interval_hits` is the share of customers whose value lay within the stated interval,
    `tier_set_hits` of those whose true tier was among the tiers stated.
    """

    rows: int
    customers: int
    cutoffs: int
    expected_value: float
    value: float
    churn_stated: float
    churn_came: float
    interval_hits: float
    tier_set_hits: float


def outcome(predictions: ir.Table) -> Outcome:
    """Return the sums over all past forecasts."""
    inside = (predictions.value >= predictions.value_low) & (
        predictions.value <= predictions.value_high
    )
    row = predictions.aggregate(
        rows=predictions.count(),
        customers=predictions.customer_id.nunique(),
        cutoffs=predictions.as_of.nunique(),
        expected_value=predictions.expected_value.sum(),
        value=predictions.value.sum(),
        churn_stated=predictions.churn_probability.mean(),
        churn_came=_left(predictions).mean(),
        interval_hits=inside.mean(),
        tier_set_hits=predictions.tier_set.contains(predictions.true_tier).mean(),
    ).to_pyarrow()
    return Outcome(**row.to_pylist()[0])


def calibration(predictions: ir.Table) -> pd.DataFrame:
    """Return stated and realised churn (shares of 1) and customers of ten equal bins of risk."""
    window = ibis.window(
        order_by=[predictions.churn_probability, predictions.as_of, predictions.customer_id]
    )
    binned = predictions.select(
        stated=predictions.churn_probability,
        left=_left(predictions),
        bin=ibis.ntile(BINS).over(window),
    )
    found = binned.group_by("bin").aggregate(
        stated=binned.stated.mean(), realised=binned.left.mean(), customers=binned.count()
    )
    return found.to_pandas().sort_values("bin", ignore_index=True)


def calibration_gap(bins: pd.DataFrame) -> float:
    """Return the mean distance of stated from realised risk, weighted by customers (ECE).

    Examples
    --------
    >>> bins = pd.DataFrame({"stated": [0.1, 0.5], "realised": [0.2, 0.5], "customers": [3, 1]})
    >>> round(calibration_gap(bins), 3)
    0.075
    """
    gaps = (bins["stated"] - bins["realised"]).abs()
    return float((gaps * bins["customers"]).sum() / bins["customers"].sum())


def gain_curve(predictions: ir.Table) -> pd.DataFrame:
    """Return the share of the value of the first customers of the list.

    Columns: reached (share of customers), model (listed by expected value), perfect (listed by
    what they went on to spend). Row 0 is nobody.
    """
    ties = [predictions.as_of, predictions.customer_id]
    ranked = predictions.select(
        "value",
        model=_step(predictions, predictions.expected_value, ties),
        perfect=_step(predictions, predictions.value, ties),
    )
    curves = {name: _found_by_step(ranked, name) for name in ("model", "perfect")}
    curve = pd.DataFrame(curves).reindex(range(STEPS), fill_value=0.0).cumsum()
    whole = curve.iloc[-1]  # of the same rows, but summed in another order: not to the last bit
    curve = curve / whole if (whole > 0).all() else curve * 0.0
    start = pd.DataFrame({"model": [0.0], "perfect": [0.0]})
    curve = pd.concat([start, curve], ignore_index=True)
    curve.insert(0, "reached", curve.index / STEPS)
    return curve


def gain_at(curve: pd.DataFrame) -> tuple[float, float]:
    """Return the shares of value that the model and perfect foresight find in the first 20 %."""
    row = curve.iloc[round(GAIN_AT * (len(curve) - 1))]
    return float(row["model"]), float(row["perfect"])


def _step(table: ir.Table, value: ir.NumericValue, ties: list[ir.Value]) -> ir.IntegerValue:
    order = ibis.window(order_by=[value.desc(), *ties])
    rank = ibis.row_number().over(order)
    return (rank * STEPS / table.count().over(ibis.window())).floor().cast("int64")


def _found_by_step(ranked: ir.Table, name: str) -> "pd.Series[float]":
    found = ranked.group_by(step=ranked[name]).aggregate(value=ranked.value.sum())
    return found.to_pandas().set_index("step")["value"]


def tier_outcome(predictions: ir.Table, names: tuple[str, ...]) -> pd.DataFrame:
    """Return customers stated and found in each tier, stated confidence and realised hits."""
    stated = predictions.group_by("tier").aggregate(
        stated=predictions.count(),
        confidence=predictions.tier_confidence.mean(),
        hits=(predictions.tier == predictions.true_tier).mean(),
    )
    found = predictions.group_by("true_tier").aggregate(found=predictions.count())
    table = stated.to_pandas().set_index("tier").reindex(list(names))
    counts = found.to_pandas().set_index("true_tier")["found"]
    table.insert(1, "found", counts.reindex(list(names)))
    return table.fillna({"stated": 0, "found": 0})


def _left(predictions: ir.Table) -> ir.NumericValue:
    return (~predictions.ordered).cast("float64")
