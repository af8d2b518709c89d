"""Discovered segments side by side: size, value, and what sets each apart from the base."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import ibis
import pandas as pd

from tiercast.formats import MISSING, Form, ratio
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Chart, Part, Section, Table, Tone
from tiercast.reporting.segment_names import segment_label
from tiercast.reporting.share_bars import share_bars, with_shares

SHOWN_WORDS = 6
# A median this many times the base's stands out, or stands out much.
STANDS_OUT = 1.25
STANDS_OUT_MUCH = 2.0


@dataclass(frozen=True)
class ProfileRow:
    """One line of the profile: a column of the base and how its number is written."""

    column: str
    written: Form
    mean: bool = False


PROFILE: tuple[ProfileRow, ...] = (
    ProfileRow("recency_days", "decimal"),
    ProfileRow("orders", "decimal"),
    ProfileRow("revenue_365d", "money"),
    ProfileRow("average_order_value", "money"),
    ProfileRow("gap_mean_days", "decimal"),
    ProfileRow("tenure_days", "decimal"),
    ProfileRow("category_count", "decimal"),
    ProfileRow("discount_share", "share"),
    ProfileRow("churn_probability", "share", mean=True),
    ProfileRow("expected_value", "money", mean=True),
)

OF_CONTRACTS: tuple[ProfileRow, ...] = (
    ProfileRow("contract_age_days", "decimal"),
    ProfileRow("contract_price", "money"),
    ProfileRow("contract_term_months", "decimal"),
    ProfileRow("contracts_running", "decimal"),
    ProfileRow("event_active_days_90d", "decimal"),
    *(row for row in PROFILE if row.column == "revenue_365d" or row.mean),
)


def profile_of(inputs: Inputs) -> list[ProfileRow]:
    """Return the lines of the profile that the base has columns for."""
    rows = OF_CONTRACTS if inputs.config.has_contracts else PROFILE
    return [row for row in rows if row.column in inputs.base.columns]


def known_rows(inputs: Inputs, table: pd.DataFrame) -> list[ProfileRow]:
    """Return the lines of the profile that a table of segments has a figure for."""
    return [row for row in profile_of(inputs) if table[row.column].notna().any()]


def segment_table(inputs: Inputs) -> pd.DataFrame:
    """Return one row per segment, most expected value first, then the base as row None.

    Columns: customers, expected_value, their shares, confidence, and each profile column's
    median (or mean).
    """
    base = inputs.base
    measures = {
        row.column: base[row.column].mean() if row.mean else base[row.column].median()
        for row in profile_of(inputs)
    }
    sums = {
        "customers": base.count(),
        "value": base.expected_value.sum(),
        "confidence": base.segment_confidence.mean(),
    }
    found = base.group_by("segment").aggregate(**sums, **measures).to_pandas()
    table = with_shares(found, ["customers", "value"]).sort_values(
        ["value", "segment"], ascending=[False, True]
    )
    whole = base.aggregate(**sums, **measures).to_pandas()
    return pd.concat([table, whole], ignore_index=True)


def segments_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on segments."""
    table = segment_table(inputs)
    groups = table.iloc[:-1]
    best = groups.iloc[0]
    write = say.write.about(best.customers)
    headline = say(
        "segments.headline",
        count=str(len(groups)),
        segment=segment_label(str(best.segment), say),
        share=write.share(best.customers_share),
        value_share=write.share(best.value_share),
    )
    labels = [segment_label(str(name), say) for name in groups["segment"]]
    columns = [say("segments.corner"), *labels, say("segments.base")]
    stability = _stability(inputs, list(groups["segment"]))
    profile = _profile(table, columns, known_rows(inputs, table), stability, say)
    parts: list[Part] = [_chart(groups, labels, headline, say), profile]
    words = _word_rows(inputs, list(groups["segment"]), say)
    if words:
        counts = table["customers"].tolist()
        words = [[first, *_of_groups(cells, counts, is_count=False)] for first, *cells in words]
        note = say("segments.words_note")
        parts.append(Table(say("segments.words"), columns, words, note=note, words=True))
    return Section("segments", say("segments.title"), headline, parts)


def _chart(groups: pd.DataFrame, labels: list[str], headline: str, say: MessageCatalogue) -> Chart:
    bars = [
        (say("common.customers_share"), groups["customers_share"].tolist()),
        (say("common.expected_value_share"), groups["value_share"].tolist()),
    ]
    customers = groups["customers"].sum()
    each = ratio(groups["value"].iloc[0], groups["customers"].iloc[0])
    return Chart(
        id="chart-segments",
        title=say(
            "segments.chart",
            segment=labels[0],
            each=say.write.about(groups["customers"].iloc[0]).money(each),
            mean=say.write.about(customers).money(ratio(groups["value"].sum(), customers)),
        ),
        figure=share_bars(labels, bars, say.write),
        groups=groups["customers"].tolist(),
        alt=say("segments.alt", finding=headline),
        reading=say("segments.reading"),
    )


def _profile(
    table: pd.DataFrame,
    columns: list[str],
    profile: Sequence[ProfileRow],
    stability: list[float],
    say: MessageCatalogue,
) -> Table:
    customers = [Cell(say.write.count(value)) for value in table["customers"]]
    sure = [Cell(say.write.share(value)) for value in table["confidence"]]
    rows = [[Cell(say("common.customers")), *customers]]
    rows += [
        [
            Cell(say(f"segments.rows.{row.column}")),
            *_compared(table[row.column], say.write.named(row.written)),
        ]
        for row in profile
    ]
    rows.append([Cell(say("segments.rows.confidence")), *sure])
    if stability:
        stable = [Cell(say.write.share(value)) for value in [*stability, math.nan]]
        rows.append([Cell(say("segments.rows.stability")), *stable])
    counts = table["customers"].tolist()
    rows = [
        [first, *_of_groups(cells, counts, is_count=not n)]
        for n, (first, *cells) in enumerate(rows)
    ]
    return Table(say("segments.profile"), columns, rows, note=say("segments.profile_note"))


def _of_groups(cells: Sequence[Cell], counts: Sequence[float], *, is_count: bool) -> list[Cell]:
    """Return the cells of a row, each of which knows how many customers it is about.

    These are the customers of its column, where the cell does not say that they are fewer.
    """
    return [
        replace(
            cell, customers=count if cell.customers is None else cell.customers, is_count=is_count
        )
        for cell, count in zip(cells, counts, strict=True)
    ]


def _stability(inputs: Inputs, segments: Sequence[str]) -> list[float]:
    """Return how stable each segment proved under resampling, nothing where it is not stored."""
    stored = inputs.segments
    if stored is None or "stability" not in stored:
        return []
    return stored.set_index("segment")["stability"].reindex(list(segments)).tolist()


def _compared(values: "pd.Series[float]", written: Callable[[float], str]) -> list[Cell]:
    """Return the cells of one line, each but the last, the base's own, shaded against it."""
    whole = float(values.iloc[-1])
    cells = [Cell(written(float(value)), *_standing(float(value), whole)) for value in values[:-1]]
    return [*cells, Cell(written(whole))]


def _standing(value: float, whole: float) -> tuple[Tone, str]:
    """Return shade and mark of a segment's number against the base's.

    Examples
    --------
    >>> _standing(30.0, 10.0), _standing(7.0, 10.0), _standing(10.0, 10.0), _standing(1.0, 0.0)
    (('much_higher', '▲▲'), ('lower', '▼'), ('', ''), ('much_higher', '▲▲'))
    >>> _standing(-28.0, 39.0), _standing(5.0, -2.0), _standing(-3.0, -1.0)
    (('much_lower', '▼▼'), ('much_higher', '▲▲'), ('', ''))
    """
    if value < 0 <= whole:
        return "much_lower", "▼▼"
    if whole < 0 <= value:
        return "much_higher", "▲▲"
    if not (value >= 0 and whole >= 0) or value == whole:
        return "", ""
    # A zero on either side is further apart than any ratio says.
    times = value / whole if whole else float("inf")
    if times >= STANDS_OUT_MUCH:
        return "much_higher", "▲▲"
    if times <= 1 / STANDS_OUT_MUCH:
        return "much_lower", "▼▼"
    if times >= STANDS_OUT:
        return "higher", "▲"
    return ("lower", "▼") if times <= 1 / STANDS_OUT else ("", "")


def _word_rows(inputs: Inputs, segments: Sequence[str], say: MessageCatalogue) -> list[list[Cell]]:
    """Return a line for each column of words: its commonest word by segment and in the base."""
    rows = []
    for column in list(inputs.profile_columns)[:SHOWN_WORDS]:
        by_segment = _commonest(inputs, column, say)
        cells = (by_segment.get(name, Cell(MISSING)) for name in [*segments, ""])
        rows.append([Cell(say.label("column", column)), *cells])
    return rows


def _commonest(inputs: Inputs, column: str, say: MessageCatalogue) -> dict[str, Cell]:
    """Return the commonest word with its share of those known, by segment; "" is the base.

    A cell is about the customers who have the word: an e-mail address is one customer's.
    """
    known = inputs.base.filter(inputs.base[column].notnull())
    counts = known.group_by(known.segment, word=known[column]).aggregate(n=known.count())
    whole = counts.group_by("word").aggregate(n=counts.n.sum()).mutate(segment=ibis.literal(""))
    both = counts.union(whole.select("segment", "word", "n").cast({"n": "int64"})).to_pandas()
    both = both.sort_values(["n", "word"], ascending=[False, True])
    sums = both.groupby("segment")["n"].sum()
    first = both.drop_duplicates("segment")
    return {
        str(row.segment): Cell(
            f"{row.word} ({say.write.share(row.n / sums[row.segment])})", customers=int(row.n)
        )
        for row in first.itertuples()
    }
