"""Lifecycle: where customers stand, judged by their own rhythm of ordering."""

import pandas as pd

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.outlook import LIKELY
from tiercast.reporting.section import Chart, Measure, Note, Part, Section, Table, common
from tiercast.reporting.share_bars import share_bars, with_shares

# From the first order to the last.
STAGES = ("new", "active", "reactivated", "at_risk", "lost")
IN_RHYTHM = ("active", "reactivated")


def stage_table(inputs: Inputs) -> pd.DataFrame:
    """Return one row per stage in the order of a customer's life; absent stages are zeros.

    Columns: customers, expected_value, past_value (last 365 days), their shares, churn.
    """
    base = inputs.base
    found = base.group_by("lifecycle_stage").aggregate(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        past_value=base.revenue_365d.sum().fill_null(0.0),
        churn=base.churn_probability.mean(),
    )
    table = found.to_pandas().set_index("lifecycle_stage").reindex(list(STAGES))
    sums = ["customers", "expected_value", "past_value"]
    return with_shares(table.fillna(dict.fromkeys(sums, 0)), sums)


def lifecycle_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on the lifecycle."""
    table = stage_table(inputs)
    at_risk = table.to_dict("index")["at_risk"]
    headline = say(
        say.of_group("lifecycle.headline", at_risk["customers"]),
        share=say.write.share(at_risk["customers_share"]),
        value_share=say.write.share(at_risk["past_value_share"]),
        least=say.write.count(say.write.small_cells),
    )
    labels = [say.label("stage", stage) for stage in table.index]
    groups = [
        (say("common.customers_share"), table["customers_share"].tolist()),
        (say("common.year_share"), table["past_value_share"].tolist()),
    ]
    chart = Chart(
        id="chart-lifecycle",
        title=say(
            "lifecycle.chart",
            stages=say("lifecycle.between").join(
                say(
                    "lifecycle.count",
                    stage=label,
                    customers=say.write.about(customers).count(customers),
                )
                for label, customers in zip(labels, table["customers"], strict=True)
            ),
        ),
        figure=share_bars(labels, groups, say.write),
        alt=say("lifecycle.alt", finding=headline),
        reading=say("lifecycle.reading"),
        groups=table["customers"].tolist(),
    )
    parts: list[Part] = [chart, _numbers(table, say), *_slow(table, say)]
    return Section("lifecycle", say("lifecycle.title"), headline, parts)


def _slow(table: pd.DataFrame, say: MessageCatalogue) -> list[Note]:
    """Return a note where customers in their own rhythm will more likely not order than order."""
    shown = [stage for stage in IN_RHYTHM if say.write.shows(table["customers"][stage])]
    found = [
        say(
            "lifecycle.slow_stage",
            stage=say.label("stage", stage),
            share=say.write.share(table["churn"][stage]),
        )
        for stage in shown
        if table["churn"][stage] >= LIKELY
    ]
    stages = say("lifecycle.and").join(found)
    return [Note(say("lifecycle.slow", stages=stages))] if found else []


def _numbers(table: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = (
        *common(say, "customers", "customers_share"),
        Measure(say("common.year_share"), "past_value_share", say.write.share),
        *common(say, "expected_value_share", "churn"),
    )
    names = [say.label("stage", stage) for stage in STAGES]
    details = [say(f"lifecycle.meanings.{stage}") for stage in STAGES]
    return Table.of(
        say("lifecycle.numbers"), table, (say("lifecycle.stage"), names), columns, details=details
    )
