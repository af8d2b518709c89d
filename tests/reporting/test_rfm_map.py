from tiercast.reporting.rfm_map import rfm_cells, rfm_section


def test_cells_count_customers_and_their_expected_value(inputs):
    cells = rfm_cells(inputs).set_index(["r_score", "f_score"])
    assert cells.loc[(4, 3), "customers"] == 2
    assert cells.loc[(4, 3), "expected_value"] == 190


def test_the_map_has_recency_to_the_right_and_frequency_upward(inputs, say):
    heat = rfm_section(inputs, say).parts[0].figure["data"][0]
    assert heat["text"][4][4] == "<b>1</b><br>12%"
    assert heat["z"][4][4] == 400
    assert heat["z"][4][1] == 300  # bob: often, but not lately
    assert heat["z"][0][4] is None


def test_named_groups_come_with_their_meaning(inputs, say):
    rows = rfm_section(inputs, say).parts[1].rows
    assert rows[0][0].text == "RFM: loyal"
    assert {row[0].text: row[0].detail for row in rows}["RFM: champions"] == (
        "more recent, more frequent and of higher revenue than most"
    )


def test_more_bins_make_a_larger_map(run, run_at, reading, say):
    inputs = reading(run_at(run.output, settings={"rfm": {"bins": 7}}))
    chart = rfm_section(inputs, say).parts[0]
    assert len(chart.figure["data"][0]["z"]) == 7
    assert "from 1 to 7" in chart.reading


def test_the_headline_counts_the_upper_right_corner(inputs, say):
    assert rfm_section(inputs, say).headline == (
        "The classic view by past orders alone: 12% of customers ordered recently and often; they "
        "will bring 40% of the revenue expected in the next 90 days."
    )


def test_recency_bands_hold_every_customer_once(inputs, say):
    table = rfm_section(inputs, say).parts[2].table
    counts = {row[0].text: row[1].text for row in table.rows}
    assert counts == {
        "0–7 days ago": "1",
        "8–30 days ago": "3",
        "31–90 days ago": "2",
        "181–365 days ago": "1",
        "over a year ago": "1",
    }


def test_loyal_buyers_are_the_fewest_who_brought_half_of_the_money(inputs, say):
    # 11-20 orders: ann and bob, 3,800 of 6,100.
    title = rfm_section(inputs, say).parts[3].title
    assert title == (
        "Customers with 11 or more orders are 25% of the base and brought 62% of past revenue"
    )
