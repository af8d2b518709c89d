"""The RFM map, a classic view: how recently and often customers bought, what each is worth."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from tiercast.arrays import FloatArray
from tiercast.reporting.bands import Bands, band_labels
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Chart, Section, Table, common
from tiercast.reporting.share_bars import with_shares
from tiercast.reporting.theme import PAPER, QUIET, SEQUENCE, figure, money_ticks

# Lower ends of the bands; a customer belongs to the last one reached.
RECENCY_ENDS = (0, 8, 31, 91, 181, 366)
ORDER_ENDS = (1, 2, 3, 6, 11, 21, 51)
RECENCY = Bands("recency", "recency_days", RECENCY_ENDS)
ORDERS = Bands("orders", "orders", ORDER_ENDS)


def rfm_cells(inputs: Inputs) -> pd.DataFrame:
    """Return customers and expected_value (with shares) of each r_score and f_score that occur."""
    base = inputs.base
    found = base.group_by("r_score", "f_score").aggregate(
        customers=base.count(), expected_value=base.expected_value.sum()
    )
    table = found.to_pandas().sort_values(["r_score", "f_score"], ignore_index=True)
    return with_shares(table, ["customers", "expected_value"])


def rfm_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on RFM."""
    cells = rfm_cells(inputs)
    bins = inputs.rfm_bins
    high = max(bins - 1, bins // 2 + 1)  # of two scores only the upper one
    corner = cells[(cells["r_score"] >= high) & (cells["f_score"] >= high)]
    write = say.write.about(corner["customers"].sum())
    headline = say(
        "rfm.headline",
        share=write.share(float(corner["customers_share"].sum())),
        value_share=write.share(float(corner["expected_value_share"].sum())),
    )
    most = cells.iloc[int(cells["customers"].to_numpy().argmax())]
    write = say.write.about(most.customers)
    title = say(
        "rfm.chart",
        r=str(int(most.r_score)),
        f=str(int(most.f_score)),
        customers=write.count(most.customers),
        share=write.share(most.customers_share),
    )
    chart = Chart(
        id="chart-rfm",
        title=title,
        figure=_heatmap(cells, bins, say),
        groups=_grid(cells, bins)[0].tolist(),
        alt=say("rfm.alt", finding=headline),
        reading=say("rfm.reading", bins=str(bins)),
    )
    parts = (chart, _named(inputs, say), _recency_chart(inputs, say), _orders_chart(inputs, say))
    return Section("rfm", say("rfm.title"), headline, parts)


def _recency_chart(inputs: Inputs, say: MessageCatalogue) -> Chart:
    table = RECENCY.table(inputs.base)
    recent = table.iloc[:2].sum()
    share = say.write.about(recent.customers).share(recent.customers_share)
    title = say("recency.title", share=share)
    return RECENCY.chart(title, band_labels(RECENCY_ENDS, say, "recency"), table, say)


def _orders_chart(inputs: Inputs, say: MessageCatalogue) -> Chart:
    table = ORDERS.table(inputs.base)
    # The smallest group of loyal buyers that brought at least half of the money.
    loyal = int((table["past_value_share"][::-1].cumsum() < 0.5).sum())
    first = max(len(table) - 1 - loyal, 0)
    rows = table.iloc[first:].sum()
    write = say.write.about(rows.customers)
    title = say(
        "orders.title",
        least=str(ORDER_ENDS[first]),
        share=write.share(rows.customers_share),
        value_share=write.share(rows.past_value_share),
    )
    return ORDERS.chart(title, band_labels(ORDER_ENDS, say, "orders"), table, say)


def _heatmap(cells: pd.DataFrame, bins: int, say: MessageCatalogue) -> dict[str, Any]:
    scores = [str(score) for score in range(1, bins + 1)]
    trace = go.Heatmap(
        **_boxes(*_grid(cells, bins), say),
        x=scores,
        y=scores,
        texttemplate="%{text}",
        textfont={"size": 11},
        hovertemplate=say("rfm.hover") + "<extra></extra>",
        colorscale=[list(stop) for stop in SEQUENCE],
        colorbar={**_colour_scale(say("rfm.colour")), **money_ticks(say.write)},
        xgap=3,
        ygap=3,
    )
    axis = {"type": "category", "showgrid": False, "showline": False, "ticks": ""}
    return figure(
        [trace],
        height=500,
        plot_bgcolor=PAPER,
        xaxis={**axis, "title": {"text": say("rfm.x")}},
        yaxis={**axis, "title": {"text": say("rfm.y")}},
        margin={"t": 12},
    )


def _boxes(
    counts: FloatArray, means: FloatArray, say: MessageCatalogue
) -> dict[str, list[list[Any]]]:
    """Return the boxes' colours (None where nobody is), texts and texts on pointing."""
    shares = counts / max(counts.sum(), 1)
    rows, columns = (range(size) for size in counts.shape)
    return {
        "z": [[None if np.isnan(v) else round(float(v), 2) for v in row] for row in means],
        "text": [[_box_text(counts[f, r], shares[f, r], say) for r in columns] for f in rows],
        "customdata": [
            [[say.write.count(counts[f, r]), say.write.money(means[f, r])] for r in columns]
            for f in rows
        ],
    }


def _colour_scale(title: str) -> dict[str, Any]:
    return {
        "orientation": "h",
        "y": -0.17,
        "yanchor": "top",
        "thickness": 10,
        "outlinewidth": 0,
        "title": {"text": title, "side": "top", "font": {"color": QUIET, "size": 13}},
    }


def _grid(cells: pd.DataFrame, bins: int) -> tuple[FloatArray, FloatArray]:
    """Return customers and mean expected value, each of shape (frequency, recency)."""
    counts = np.zeros((bins, bins))
    means = np.full((bins, bins), np.nan)
    places = cells["f_score"].to_numpy(int) - 1, cells["r_score"].to_numpy(int) - 1
    counts[places] = cells["customers"]
    means[places] = cells["expected_value"] / cells["customers"]
    return counts, means


def _box_text(customers: float, share: float, say: MessageCatalogue) -> str:
    return f"<b>{say.write.count(customers)}</b><br>{say.write.share(share)}" if customers else ""


def _named(inputs: Inputs, say: MessageCatalogue) -> Table:
    """Return the table of named RFM segments, biggest expected value first."""
    base = inputs.base
    found = base.group_by("rfm_segment").aggregate(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        churn=base.churn_probability.mean(),
    )
    table = with_shares(found.to_pandas(), ["customers", "expected_value"]).sort_values(
        ["expected_value", "rfm_segment"], ascending=[False, True]
    )
    columns = common(say, "customers", "customers_share", "expected_value_share", "churn")
    segments = table["rfm_segment"].tolist()
    names = [say.label("rfm_segment", name) for name in segments]
    details = [_meaning(name, say) for name in segments]
    note = say("rfm.named_note")
    first = (say("rfm.segment"), names)
    return Table.of(say("rfm.named"), table, first, columns, details=details, note=note)


def _meaning(segment: str, say: MessageCatalogue) -> str:
    key = f"rfm.meanings.{segment}"
    return say(key) if say.has(key) else ""
