"""How far the forecasts can be trusted, told by how past ones turned out."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tiercast.reporting import numbers
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.past_days import off
from tiercast.reporting.past_forecasts import (
    GAIN_AT,
    Outcome,
    calibration,
    calibration_gap,
    gain_at,
    gain_curve,
    outcome,
    tier_outcome,
)
from tiercast.reporting.quality_charts import calibration_chart, gain_chart
from tiercast.reporting.section import (
    Card,
    Cards,
    Grade,
    Measure,
    Note,
    Part,
    Section,
    Table,
)
from tiercast.reporting.wording import Wording

PROMISED = 0.9  # share of true values that the intervals and tier sets promise to hold
TYPICAL_RISK = 0.3


@dataclass(frozen=True)
class Scale:
    """A measure of error is good up to one bound and fair up to another."""

    good: float
    fair: float

    def grade(self, error: float) -> Grade:
        """Return the grade of an error.

        Examples
        --------
        >>> [Scale(0.03, 0.07).grade(error) for error in (0.01, -0.05, 0.2)]
        ['good', 'fair', 'weak']
        """
        size = abs(error)
        return "good" if size <= self.good else "fair" if size <= self.fair else "weak"


RISK_ERROR = Scale(0.03, 0.07)  # mean distance of stated from realised risk
TOTAL_ERROR = Scale(0.10, 0.25)  # of the total value
COVERAGE_ERROR = Scale(0.05, 0.10)  # distance from the promised share
GAIN_MISSED = Scale(0.25, 0.50)  # share of what perfect foresight adds to chance
TIER_SIZE_ERROR = Scale(0.10, 0.25)  # of the customers of a tier
GRADES: tuple[Grade, ...] = ("good", "fair", "weak")


def quality_section(inputs: Inputs, say: Wording) -> Section:
    """Return the chapter on the model; where nothing was evaluated it says so."""
    predictions = inputs.predictions
    title = say("quality.title")
    if predictions is None or not int(predictions.count().to_pyarrow().as_py()):
        text = say("quality.missing", version=inputs.model_version)
        return Section("quality", title, text, (Note(say("quality.missing_note")),))
    bins, curve = calibration(predictions), gain_curve(predictions)
    whole = outcome(predictions)
    tiers = tier_outcome(predictions, inputs.config.tiers.names)
    cards = _cards(whole, curve, tiers, say)
    grades = {"risks": RISK_ERROR.grade(calibration_gap(bins))} | {
        name: card.grade for name, card in cards.items() if card.grade and name != "gain"
    }
    parts: list[Part] = [
        Note(_basis(whole, say)),
        Cards(list(cards.values())),
        calibration_chart(bins, say),
        gain_chart(curve, say),
        _tiers_table(tiers, say),
    ]
    headline = f"{_risk_sentence(bins, say)} {_verdict(grades, say)}"
    worst = max(grades.values(), key=GRADES.index)
    return Section("quality", title, headline, parts, grade=worst)


def _verdict(grades: Mapping[str, Grade], say: Wording) -> str:
    """Return what held on past days, what held roughly, and what did not."""
    if set(grades.values()) == {"good"}:
        return say("quality.verdict.all")
    named = {
        grade: say("quality.between").join(
            say(f"quality.what.{what}") for what, one in grades.items() if one == grade
        )
        for grade in GRADES
    }
    told = [say(f"quality.verdict.{grade}", what=what) for grade, what in named.items() if what]
    return say("quality.verdict.some", told=say("quality.apart").join(told))


def _basis(whole: Outcome, say: Wording) -> str:
    return say(
        "quality.basis",
        rows=numbers.count(whole.rows),
        customers=numbers.count(whole.customers),
        cutoffs=numbers.count(whole.cutoffs),
    )


def _risk_sentence(bins: pd.DataFrame, say: Wording) -> str:
    """Return the sentence on the bin whose stated risk is nearest to 30 %."""
    row = bins.iloc[int((bins["stated"] - TYPICAL_RISK).abs().argmin())]
    return say(
        "quality.risk",
        stated=numbers.share(row.stated),
        left=numbers.count(100 * row.realised),
    )


def _cards(
    whole: Outcome, curve: pd.DataFrame, tiers: pd.DataFrame, say: Wording
) -> dict[str, Card]:
    return {
        "total": _total_card(whole, say),
        "gain": _gain_card(curve, say),
        "interval": _hits_card("interval", whole.interval_hits, say),
        "tier_set": _hits_card("tier_set", whole.tier_set_hits, say),
        "sizes": _sizes_card(tiers, say),
    }


def _total_card(whole: Outcome, say: Wording) -> Card:
    error = numbers.ratio(whole.expected_value - whole.value, whole.value)
    detail = say(
        "quality.cards.total_detail",
        expected=numbers.total(whole.expected_value),
        came=numbers.total(whole.value),
    )
    label = say("quality.cards.total")
    return Card(numbers.signed_share(error), label, detail, TOTAL_ERROR.grade(error))


def _gain_card(curve: pd.DataFrame, say: Wording) -> Card:
    found, perfect = gain_at(curve)
    missed = 1 - numbers.ratio(found - GAIN_AT, perfect - GAIN_AT)
    label = say("quality.cards.gain", reached=numbers.share(GAIN_AT))
    detail = say("quality.cards.gain_detail", perfect=numbers.share(perfect))
    return Card(numbers.share(found), label, detail, GAIN_MISSED.grade(missed))


def _hits_card(name: str, hits: float, say: Wording) -> Card:
    # Holding more than promised is only caution, so it counts half.
    error = (hits - PROMISED) / 2 if hits > PROMISED else PROMISED - hits
    detail = say(f"quality.cards.{name}_detail", promised=numbers.share(PROMISED))
    label = say(f"quality.cards.{name}")
    return Card(numbers.share(hits), label, detail, COVERAGE_ERROR.grade(error))


def _sizes_card(tiers: pd.DataFrame, say: Wording) -> Card:
    # The worst tier: over all of them the last one, by far the largest, would hide the others.
    missed = off(tiers.rename(columns={"stated": "told", "found": "came"}))
    worst = str(missed.abs().idxmax())
    share = float(missed[worst])
    label = say("quality.cards.sizes", tier=say.label("tier", worst))
    detail = say(
        "quality.cards.sizes_detail",
        stated=numbers.count(tiers["stated"].to_dict()[worst]),
        found=numbers.count(tiers["found"].to_dict()[worst]),
    )
    return Card(numbers.signed_share(share), label, detail, TIER_SIZE_ERROR.grade(share))


def _tiers_table(tiers: pd.DataFrame, say: Wording) -> Table:
    measures = (
        Measure(say("quality.tiers.stated"), "stated", numbers.count),
        Measure(say("quality.tiers.found"), "found", numbers.count),
        Measure(say("quality.tiers.confidence"), "confidence", numbers.share),
        Measure(say("quality.tiers.hits"), "hits", numbers.share),
    )
    names = [say.label("tier", str(name)) for name in tiers.index]
    return Table.of(
        say("quality.tiers.title"),
        tiers,
        (say("common.tier"), names),
        measures,
        note=say("quality.tiers.note"),
    )
