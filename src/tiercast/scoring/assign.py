"""The second pass: each row gets its tier, next action, alerts and change since last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.artifacts.dataset import DatasetWriter
from tiercast.config.alerts import AlertRule
from tiercast.config.playbook import Play
from tiercast.config.progress import Progress
from tiercast.modeling.assignment import most_probable, value_band
from tiercast.modeling.tiered_model import TieredModel, names_held
from tiercast.scoring.boundaries import Boundaries, GroupBoundaries
from tiercast.scoring.columns import to_table
from tiercast.scoring.conditions import meets_all
from tiercast.scoring.inputs import ScoringInputs
from tiercast.scoring.playbook import actions
from tiercast.scoring.predict import StagedRows
from tiercast.scoring.totals import Totals


@dataclass(frozen=True)
class RiskBoundary:
    """The last customer of those expected to leave, by falling risk, then by id; None: nobody is.

    All others are in the band of their value. `sizes` counts those who stay and those who leave.
    """

    churn_probability: float | None
    customer_id: int | str | None
    n_tiers: int
    sizes: tuple[int, int]

    @classmethod
    def find(cls, scored: ir.Table, customers: int, probability_sums: FloatArray) -> Self:
        """Return the boundary, from staged rows; the engine sorts."""
        leaving, tiers = round(float(probability_sums[-1])), len(probability_sums)
        sizes = (customers - leaving, leaving)
        if leaving == 0:
            return cls(None, None, tiers, sizes)
        columns = scored.select("churn_probability", "customer_id")
        order = columns.order_by(ibis.desc("churn_probability"), "customer_id")
        (row,) = order.limit(1, offset=leaving - 1).to_pyarrow().to_pylist()
        return cls(row["churn_probability"], row["customer_id"], tiers, sizes)

    def tiers(self, rows: pd.DataFrame) -> IntArray:
        """Return the tier of each row, 0 = best, (n,)."""
        return np.where(self._leaving(rows), self.n_tiers - 1, self._bands(rows))

    def steady_tiers(self, rows: pd.DataFrame, previous: FloatArray, margin: float) -> IntArray:
        """Return the tier of each row; it crosses into or out of the last beyond a margin, (n,).

        `previous` is the rank of the previous tier, NaN for new customers, (n,).
        """
        if self.churn_probability is None:
            return self.tiers(rows)
        churn, last = rows["churn_probability"].to_numpy(), self.n_tiers - 1
        was_last, was_other = previous == last, previous < last
        leaving = self._leaving(rows)
        leaving = np.where(was_last, churn > self.churn_probability * (1 - margin), leaving)
        leaving = np.where(was_other, churn > self.churn_probability * (1 + margin), leaving)
        return np.where(leaving, last, self._bands(rows))

    def _leaving(self, rows: pd.DataFrame) -> BoolArray:
        if self.churn_probability is None:
            return np.zeros(len(rows), dtype=bool)
        churn, ids = rows["churn_probability"].to_numpy(), rows["customer_id"].to_numpy()
        return (churn > self.churn_probability) | (
            (churn == self.churn_probability) & (ids <= self.customer_id)
        )

    def _bands(self, rows: pd.DataFrame) -> IntArray:
        names = [f"tier_p{tier}" for tier in range(self.n_tiers)]
        return value_band(rows[names].to_numpy(dtype=float))


AnyBoundaries = Boundaries | GroupBoundaries | RiskBoundary


@dataclass(frozen=True)
class AssignmentRules:
    """The rules for tiers, actions and alerts, and the version to name in each row.

    `boundaries` is None where each row's own probabilities decide its tier; `hysteresis` is the
    share by which a customer must pass one to leave the previous tier.
    """

    model_version: str
    run_id: str
    boundaries: AnyBoundaries | None
    plays: Sequence[Play]
    alert_rules: Sequence[AlertRule] = ()
    hysteresis: float = 0.0

    @classmethod
    def of(cls, inputs: ScoringInputs, boundaries: AnyBoundaries | None) -> Self:
        """Return the rules of a config and a model version."""
        version, config = inputs.version, inputs.base.config
        return cls(
            version.version,
            version.run_id,
            boundaries,
            config.plays,
            inputs.alert_rules,
            config.tiers.hysteresis,
        )


def assignment_rules(inputs: ScoringInputs, staged: StagedRows) -> AssignmentRules:
    """Return the rules for the staged rows; the engine finds where tiers of matched sizes end."""
    boundaries: AnyBoundaries | None = None
    if inputs.model.facts.assign == "matched":
        rows, sums = staged.table(inputs.base.connection), staged.probability_sums
        if inputs.has_groups:
            boundaries = GroupBoundaries.find(rows, staged.sums_by_group(inputs.model))
        elif inputs.columns is None:
            boundaries = Boundaries.find(rows, sums)
        else:  # what each is worth is known: the risk alone says who leaves
            boundaries = RiskBoundary.find(rows, inputs.customers, sums)
    return AssignmentRules.of(inputs, boundaries)


def assign_tiers(
    inputs: ScoringInputs,
    rules: AssignmentRules,
    staged: StagedRows,
    scores: DatasetWriter,
    progress: Progress,
) -> Totals:
    """Write the final rows, part after part, and return their sums."""
    totals, schema = Totals.of(inputs.model), inputs.schema
    for rows, reasons in staged.frames():
        previous = inputs.previous.of(inputs.base.connection, rows)
        final = final_rows(inputs.model, rules, rows, previous)
        scores.write(to_table(final, reasons, schema))
        totals.add(final)
        progress.step()
    return totals


def final_rows(
    model: TieredModel, rules: AssignmentRules, staged: pd.DataFrame, previous: pd.DataFrame
) -> pd.DataFrame:
    """Return rows with tier, change against the last scoring, action, alerts and model.

    `previous` holds each row's `previous_*` columns, empty for new customers.
    """
    facts = model.facts
    ranks = {name: rank for rank, name in enumerate(facts.tier_names)}
    before = pd.to_numeric(previous["previous_tier"].map(ranks)).astype("float64")
    boundaries = rules.boundaries
    plain = model.assign(staged) if boundaries is None else boundaries.tiers(staged)
    tiers = _steady_tiers(model, rules, staged, plain, np.asarray(before, dtype=np.float64))
    columns = {
        "tier_rank": tiers,
        "plain_rank": plain,
        "tiers_below": len(facts.tier_names) - 1 - tiers,
        "previous_rank": before,
        "tier_change": (before - tiers).astype("Int8"),
        "model_name": facts.name,
        "model_version": rules.model_version,
        "run_id": rules.run_id,
    }
    ranks_and_model = pd.DataFrame(columns, index=staged.index)
    tier_columns = model.tier_columns(staged, tiers)
    ranked = pd.concat([staged, tier_columns, previous, ranks_and_model], axis=1)
    final = pd.concat([ranked, actions(ranked, rules.plays, facts.language)], axis=1)
    final["alerts"] = alerts(final, rules.alert_rules)
    return final


def _steady_tiers(
    model: TieredModel,
    rules: AssignmentRules,
    staged: pd.DataFrame,
    plain: IntArray,
    previous: FloatArray,
) -> IntArray:
    """Return the tiers; who is beyond a boundary by less than the margin keeps the last tier."""
    margin, boundaries = rules.hysteresis, rules.boundaries
    if margin == 0:
        return plain
    if boundaries is not None:
        return boundaries.steady_tiers(staged, previous, margin)
    return steady_choice(model.tier_matrix(staged), previous, margin)


def steady_choice(probabilities: FloatArray, previous: FloatArray, margin: float) -> IntArray:
    """Return the likeliest tier, unless it is likelier than the previous by less than the margin.

    `probabilities` is (n, n_tiers); `previous` is a rank, NaN for new customers, (n,).

    Examples
    --------
    >>> chances = np.array([[0.52, 0.48], [0.6, 0.4], [0.52, 0.48]])
    >>> steady_choice(chances, np.array([1, 1, np.nan]), 0.1).tolist()
    [1, 0, 0]
    """
    likeliest, rows = most_probable(probabilities), np.arange(len(probabilities))
    before = np.where(np.isnan(previous), likeliest, previous).astype(int)
    stays = probabilities[rows, likeliest] < probabilities[rows, before] * (1 + margin)
    return np.where(stays, before, likeliest)


def alerts(rows: pd.DataFrame, rules: Sequence[AlertRule]) -> list[list[str]]:
    """Return the names of each row's alerts, in the order of the rules, (n,)."""
    raised = np.zeros((len(rows), len(rules)), dtype=bool)
    for number, rule in enumerate(rules):
        raised[:, number] = meets_all(rule.when, rows)
    return names_held(raised, [rule.name for rule in rules])
