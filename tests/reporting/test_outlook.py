from dataclasses import replace

import pandas as pd
import pytest

from tiercast.config.report import ReportConfig
from tiercast.reporting.outlook import (
    outlook_section,
    quadrant_table,
    sample_of,
    value_threshold,
)


def test_the_top_fifth_is_valuable(inputs):
    # 0, 100, 150, 200, 300, 400, 900, 1000: at .8, three fifths of the way from 400 to 900.
    assert value_threshold(inputs) == pytest.approx(700)


def test_where_most_bought_nothing_for_a_year_valuable_is_who_bought(empty_run, base, reading):
    empty_run.write_all(base.assign(revenue_365d=[10.0] + [0.0] * 7))
    inputs = reading(empty_run)
    counts = quadrant_table(inputs, value_threshold(inputs))["customers"]
    assert counts.to_dict() == {"keep": 1, "save": 0, "grow": 2, "rest": 5}


def test_quadrants_hold_every_customer_once(inputs):
    counts = quadrant_table(inputs, 700.0)["customers"]
    assert counts.to_dict() == {"keep": 1, "save": 1, "grow": 2, "rest": 4}


def test_the_headline_counts_who_is_about_to_leave_with_their_money(inputs, say):
    """Bob, dan and fay: 540 + 100 + 70."""
    assert outlook_section(inputs, say).headline == (
        "3 customers will more likely stay away than order within 90 days but can still be "
        "reached: 710 of revenue is at stake."
    )


def test_the_chart_counts_who_is_to_be_saved(inputs, say):
    """Bob alone brought 700 or more and is likely to stay away."""
    assert outlook_section(inputs, say).parts[1].title == (
        "“Save”: 1 customer of high past value is more likely than not to stay away; this one "
        "brought 900 in the last 12 months"
    )


def test_points_show_masked_ids(inputs, say):
    chart = outlook_section(inputs, say).parts[1]
    shown = {row[0] for trace in chart.figure["data"] for row in trace["customdata"]}
    assert "a…n" in shown
    assert "ann" not in shown


def test_a_sample_is_the_same_twice_and_of_the_size_asked(inputs):
    first, second = sample_of(inputs, 5), sample_of(inputs, 5)
    pd.testing.assert_frame_equal(first, second)
    assert first["customer_id"].nunique() == 5


def test_the_chart_says_how_many_customers_it_shows(empty_run, base, reading, say):
    many = pd.concat([base] * 400, ignore_index=True)
    many["customer_id"] = [f"c{number}" for number in range(len(many))]
    empty_run.write_all(many)
    chart = outlook_section(reading(empty_run), say).parts[1]
    assert chart.reading.endswith("3,000 of 3,200 customers shown.")
    assert sum(len(trace["x"]) for trace in chart.figure["data"]) == 3000


def test_labels_of_points_are_shown_as_they_are(empty_run, base, reading, say):
    empty_run.write_all(base.assign(customer_id=[f"<b>{name}</b>" for name in base.customer_id]))
    found = reading(empty_run)
    full = found.config.model_copy(update={"report": ReportConfig(ids="full")})
    chart = outlook_section(replace(found, config=full), say).parts[1]
    shown = {row[0] for trace in chart.figure["data"] for row in trace["customdata"]}
    assert "&lt;b&gt;ann&lt;/b&gt;" in shown
