"""How far the forecasts can be trusted, by the outcomes of past ones."""

from collections.abc import Mapping

import pandas as pd

from tiercast.formats import Form, ratio
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_days import (
    PastSizes,
    days_apart,
    goes_by_evaluation,
    off,
    one_sided,
    past_sizes,
    past_totals,
)
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
from tiercast.reporting.past_grades import (
    GRADES,
    PROMISED,
    Scale,
    coverage_grade,
    grades,
    sizes_grade,
    total_grade,
)
from tiercast.reporting.quality_charts import calibration_chart, gain_chart
from tiercast.reporting.section import (
    Card,
    Cards,
    Grade,
    Note,
    Part,
    Section,
    Table,
    about,
    measures,
)

TYPICAL_RISK = 0.3
GAIN_MISSED = Scale(0.25, 0.50)  # share of what perfect foresight adds to chance


def quality_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on the model; where nothing was evaluated it says so."""
    predictions = inputs.predictions
    title = say("quality.title")
    if predictions is None or not int(predictions.count().to_pyarrow().as_py()):
        text = say("quality.missing", version=inputs.model_version)
        return Section("quality", title, text, (Note(say("quality.missing_note")),))
    bins, curve = calibration(predictions), gain_curve(predictions)
    whole = outcome(predictions)
    totals, sizes = past_totals(inputs), past_sizes(inputs)
    found = grades(inputs, whole, bins)
    parts: list[Part] = [
        Note(_basis(inputs, whole, len(totals), say)),
        Cards(
            [
                _total_card(totals, say),
                _gain_card(curve, say),
                _hits_card("interval", whole.interval_hits, say),
                _hits_card("tier_set", whole.tier_set_hits, say),
                *([] if sizes.sums.empty else [_sizes_card(sizes, say)]),
            ]
        ),
        calibration_chart(bins, say),
        gain_chart(curve, say),
        _tiers_table(tier_outcome(predictions, inputs.tier_names), say),
    ]
    risk, verdict = _risk_sentence(bins, say), _verdict(found, say)
    ranking = _gain_grade(curve)
    headline = say("quality.headline", risk=risk, verdict=verdict)
    headline += _ranking_sentence(curve, say) if ranking == "weak" else ""
    worst = max((ranking, *(grade for grade, _ in found.values())), key=GRADES.index)
    return Section("quality", title, headline, parts, grade=worst)


def _verdict(found: Mapping[str, tuple[Grade, str]], say: MessageCatalogue) -> str:
    """Return what held on past days, what held roughly, and what did not."""
    if {grade for grade, _ in found.values()} == {"good"} and "sizes" in found:
        return say("quality.verdict.all")
    named = {
        grade: say("quality.between").join(
            _what(what, source, say) for what, (one, source) in found.items() if one == grade
        )
        for grade in GRADES
    }
    parts = [say(f"quality.verdict.{grade}", what=what) for grade, what in named.items() if what]
    return say("quality.verdict.some", parts=say("quality.apart").join(parts))


def _what(what: str, source: str, say: MessageCatalogue) -> str:
    """Return what is graded, with the record that it goes by where that is not the one shown."""
    words = say(f"quality.what.{what}")
    if not source:
        return words
    return say("quality.where", what=words, source=say(f"quality.by.{source}"))


def _basis(inputs: Inputs, whole: Outcome, windows: int, say: MessageCatalogue) -> str:
    assert inputs.predictions is not None
    alone = len(days_apart(inputs, inputs.predictions))
    overlap = say("quality.overlap", apart=say.write.count(alone)) if alone < whole.cutoffs else ""
    source = "evaluation" if goes_by_evaluation(inputs) else "past"
    return say(
        "quality.basis",
        how=say("quality.how.split" if inputs.same_window else "quality.how.rolling"),
        overlap=overlap,
        source=say(f"quality.sources.{source}"),
        days=say.write.count(windows),
        rows=say.write.count(whole.rows),
        customers=say.write.about(whole.customers).count(whole.customers),
        cutoffs=say.write.count(whole.cutoffs),
    )


def _risk_sentence(bins: pd.DataFrame, say: MessageCatalogue) -> str:
    """Return the sentence on the bin whose stated risk is nearest to 30 %."""
    row = bins.iloc[int((bins["stated"] - TYPICAL_RISK).abs().argmin())]
    return say(
        "quality.risk",
        stated=say.write.share(row.stated),
        left=say.write.about(row.customers).decimal(round(100 * row.realised)),
        gap=f"{100 * calibration_gap(bins):.1f}",
    )


def _total_card(totals: pd.DataFrame, say: MessageCatalogue) -> Card:
    """Return by how much totals were off on average: a share with a sign if in one direction."""
    found = off(totals)
    mean, size = float(found.mean()), float(found.abs().mean())
    text = say.write.signed_share(mean) if one_sided(totals) else f"±{say.write.share(size)}"
    detail = say(
        "quality.cards.total_detail",
        expected=say.write.total(totals["predicted"].sum()),
        actual=say.write.total(totals["actual"].sum()),
    )
    return Card(text, say("quality.cards.total"), detail, total_grade(totals))


def _gain_grade(curve: pd.DataFrame) -> Grade:
    """Return the grade of the ranking, by what it misses of what perfect foresight adds."""
    found, perfect = gain_at(curve)
    return GAIN_MISSED.grade(1 - ratio(found - GAIN_AT, perfect - GAIN_AT))


def _ranking_sentence(curve: pd.DataFrame, say: MessageCatalogue) -> str:
    found, perfect = gain_at(curve)
    share = say.write.share
    return say("quality.ranking", first=share(GAIN_AT), found=share(found), perfect=share(perfect))


def _gain_card(curve: pd.DataFrame, say: MessageCatalogue) -> Card:
    found, perfect = gain_at(curve)
    label = say("quality.cards.gain", reached=say.write.share(GAIN_AT))
    detail = say("quality.cards.gain_detail", perfect=say.write.share(perfect))
    return Card(say.write.share(found), label, detail, _gain_grade(curve))


def _hits_card(name: str, hits: float, say: MessageCatalogue) -> Card:
    detail = say(f"quality.cards.{name}_detail", promised=say.write.share(PROMISED))
    return Card(say.write.share(hits), say(f"quality.cards.{name}"), detail, coverage_grade(hits))


def _sizes_card(sizes: PastSizes, say: MessageCatalogue) -> Card:
    missed = off(sizes.sums)
    worst = str(missed.abs().idxmax())
    stated, found = (float(sizes.sums[name][worst]) for name in ("predicted", "actual"))
    write = say.write.about(min(stated, found))
    label = say("quality.cards.sizes", tier=say.label("tier", worst))
    detail = say(
        "quality.cards.sizes_detail", stated=write.count(stated), found=write.count(found)
    )
    return Card(write.signed_share(float(missed[worst])), label, detail, sizes_grade(sizes))


def _tiers_table(tiers: pd.DataFrame, say: MessageCatalogue) -> Table:
    forms: dict[str, Form] = {"stated": "count", "found": "count"}
    forms |= {"confidence": "share", "hits": "share"}
    columns = about("found", measures(say, "quality.tiers", **forms))
    names = [say.label("tier", str(name)) for name in tiers.index]
    return Table.of(
        say("quality.tiers.title"),
        tiers,
        (say("common.tier"), names),
        columns,
        note=say("quality.tiers.note"),
    )
