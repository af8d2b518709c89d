"""Who is about to leave: churn risk against value, and the money at stake."""

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from tiercast.reporting.customer_ids import shown_ids
from tiercast.reporting.horizons import base_table
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.list_facts import LEAVING, list_facts
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Chart, Measure, Section, Table, common
from tiercast.reporting.share_bars import with_shares
from tiercast.reporting.theme import QUIET, figure, plain, tier_colours
from tiercast.reporting.watchlists import leaver_list

SAMPLE = 3000
FLOOR = -0.5  # room for words below the customers worth nothing
LIKELY = 0.5  # more likely than not to order nothing
VALUABLE = 0.8  # the fifth that brought most in the last 365 days
QUADRANTS = ("keep", "save", "grow", "rest")
CORNERS = {"keep": (0, 1), "save": (1, 1), "grow": (0, 0), "rest": (1, 0)}


def value_threshold(inputs: Inputs) -> float:
    """Return the value of the last 365 days from which a customer is among the top fifth."""
    base = inputs.base
    answer = base.aggregate(cut=base.revenue_365d.quantile(VALUABLE)).to_pyarrow()
    cut = answer.to_pylist()[0]["cut"]
    # Where most bought nothing for a year, the fifth is those who bought at all.
    return max(float(cut or 0.0), 0.01)


def quadrant(base: ir.Table, threshold: float) -> ir.StringValue:
    """Return which of `QUADRANTS` a customer belongs to."""
    valuable = base.revenue_365d.fill_null(0.0) >= threshold
    leaving = base.churn_probability >= LIKELY
    return ibis.cases(
        (valuable & ~leaving, "keep"), (valuable, "save"), (~leaving, "grow"), else_="rest"
    )


def quadrant_table(inputs: Inputs, threshold: float) -> pd.DataFrame:
    """Return customers, past_value and expected_value (with shares) of each quadrant."""
    base = inputs.base
    found = base.group_by(quadrant=quadrant(base, threshold)).aggregate(
        customers=base.count(),
        past_value=base.revenue_365d.sum().fill_null(0.0),
        expected_value=base.expected_value.sum(),
    )
    table = found.to_pandas().set_index("quadrant").reindex(list(QUADRANTS)).fillna(0.0)
    return with_shares(table, ["customers", "past_value", "expected_value"])


def sample_of(inputs: Inputs, size: int = SAMPLE) -> pd.DataFrame:
    """Return a seeded sample of customers: the same ones however the rows are stored."""
    base = inputs.base
    lot = (base.customer_id.cast("string") + f"/{inputs.config.train.seed}").hash()
    columns = ["customer_id", "tier", "churn_probability", "expected_value", "revenue_365d"]
    return base.order_by(lot, "customer_id").limit(size).select(*columns).to_pandas()


def outlook_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on who is about to leave."""
    threshold = value_threshold(inputs)
    table = quadrant_table(inputs, threshold)
    leaving = list_facts(inputs, [LEAVING])[LEAVING]
    headline = say(
        "outlook.headline" if leaving.customers else "outlook.headline_none",
        customers=say.write.about(leaving.customers).count(leaving.customers),
        at_stake=say.write.about(leaving.customers).total(leaving.value_at_stake),
    )
    parts = (
        leaver_list(inputs, say),
        _chart(inputs, table, threshold, say),
        _numbers(table, say),
        *base_table(inputs.manifest, say),
    )
    return Section("outlook", say("outlook.title"), headline, parts)


def _chart(inputs: Inputs, table: pd.DataFrame, threshold: float, say: MessageCatalogue) -> Chart:
    sample = sample_of(inputs)
    everyone = int(table["customers"].sum())
    rows = table.to_dict("index")
    save, keep = rows["save"], rows["keep"]
    valuable = save["customers"] + keep["customers"]
    shown = say(
        "outlook.sample" if len(sample) < everyone else "outlook.everyone",
        shown=say.write.about(everyone).count(len(sample)),
        customers=say.write.about(everyone).count(everyone),
    )
    reading = say(
        "outlook.reading",
        threshold=say.write.about(valuable).money(threshold),
        share=say.write.about(valuable).share(save["customers_share"] + keep["customers_share"]),
    )
    title = say(
        say.of_group("outlook.chart", save["customers"]),
        count=say.write.count(save["customers"]),
        value=say.write.total(save["past_value"]),
        keep=say.write.about(keep["customers"]).count(keep["customers"]),
        least=say.write.count(say.write.small_cells),
    )
    return Chart(
        id="chart-outlook",
        title=title,
        figure=_scatter(sample, table, threshold, inputs, say),
        alt=say("outlook.alt", finding=title),
        reading=f"{reading} {shown}",
    )


def _height_of(value: "pd.Series[float] | float") -> Any:
    """Return the place on an axis that keeps zero and shows tens, hundreds, thousands alike."""
    return np.log10(1 + np.maximum(value, 0.0))


def _scatter(
    sample: pd.DataFrame,
    table: pd.DataFrame,
    threshold: float,
    inputs: Inputs,
    say: MessageCatalogue,
) -> dict[str, Any]:
    tiers = inputs.tier_names
    colours = tier_colours(tiers)
    sample = sample.assign(customer_id=shown_ids(sample["customer_id"].tolist(), inputs))
    # Small tiers are drawn last, on top.
    traces = [
        _points(sample[sample["tier"] == tier], plain(say.label("tier", tier)), colours[tier], say)
        for tier in reversed(tiers)
    ]
    most = float(sample["revenue_365d"].fillna(0.0).max()) if len(sample) else 0.0
    top = float(_height_of(max(most, threshold))) * 1.1
    border = {"color": QUIET, "width": 1, "dash": "dot"}
    cut = float(_height_of(threshold))
    return figure(
        traces,
        height=540,
        legend={"traceorder": "reversed"},
        xaxis={"range": [-0.03, 1.03], "tickformat": ".0%", "title": {"text": say("outlook.x")}},
        yaxis={
            "range": [FLOOR, top],
            "title": {"text": say("outlook.y")},
            **_powers_of_ten(top, say),
        },
        shapes=[
            {"type": "line", "x0": LIKELY, "x1": LIKELY, "y0": FLOOR, "y1": top, "line": border},
            {"type": "line", "x0": -0.03, "x1": 1.03, "y0": cut, "y1": cut, "line": border},
        ],
        annotations=[_corner(name, table["customers"][name], say) for name in QUADRANTS],
    )


def _powers_of_ten(top: float, say: MessageCatalogue) -> dict[str, list[Any]]:
    """Return the ticks 0, 1, 10, 100, ... below a place on the axis."""
    ticks = [0, *(10**power for power in range(int(top) + 1))]
    return {
        "tickvals": [float(_height_of(tick)) for tick in ticks],
        "ticktext": [say.write.whole(tick) for tick in ticks],
    }


def _points(rows: pd.DataFrame, name: str, colour: str, say: MessageCatalogue) -> go.Scatter:
    past = rows["revenue_365d"].fillna(0.0)
    ids = [plain(str(value)) for value in rows["customer_id"]]
    texts = zip(
        ids,
        map(say.write.share, rows["churn_probability"]),
        map(say.write.money, past),
        map(say.write.money, rows["expected_value"]),
        strict=True,
    )
    return go.Scatter(
        name=name,
        x=[round(float(value), 4) for value in rows["churn_probability"]],
        y=[round(float(value), 3) for value in _height_of(past)],
        customdata=[list(row) for row in texts],
        mode="markers",
        marker={"color": colour, "size": 6, "opacity": 0.65, "line": {"width": 0}},
        hovertemplate=say("outlook.hover") + "<extra></extra>",
    )


def _corner(name: str, customers: float, say: MessageCatalogue) -> dict[str, Any]:
    x, y = CORNERS[name]
    title, count = say(f"outlook.quadrants.{name}"), say.write.about(customers).count(customers)
    return {
        "text": f"<b>{title}</b><br>{count}",
        "align": "right" if x else "left",
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "xanchor": "right" if x else "left",
        "yanchor": "top" if y else "bottom",
        "showarrow": False,
        "bgcolor": "rgba(255,255,255,0.85)",
        "borderpad": 4,
        "font": {"size": 13},
    }


def _numbers(table: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = (
        *common(say, "customers", "customers_share"),
        Measure(say("common.year_value"), "past_value", say.write.total),
        *common(say, "expected_value", "expected_value_share"),
    )
    names = [say(f"outlook.quadrants.{name}") for name in QUADRANTS]
    details = [say(f"outlook.meanings.{name}") for name in QUADRANTS]
    return Table.of(
        say("outlook.numbers"), table, (say("outlook.group"), names), columns, details=details
    )
