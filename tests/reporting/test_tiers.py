from tiercast.reporting.messages import load_messages
from tiercast.reporting.tiers import tier_table, tiers_section


def test_tiers_come_best_first_with_their_shares(inputs):
    table = tier_table(inputs)
    assert list(table.index) == ["top", "potential", "general", "dormant"]
    assert table["customers"].tolist() == [2, 2, 2, 2]
    assert table["expected_value_share"].round(9).tolist() == [0.70, 0.19, 0.09, 0.02]


def test_the_headline_weighs_customers_against_value(inputs, say):
    headline = tiers_section(inputs, say).headline
    assert headline == (
        "Tier “Top”, 25% of customers, will bring 70% of the revenue expected in the next 90 days."
    )


def test_the_chart_weighs_a_best_customer_against_the_average(inputs, say):
    """Ann and bob are expected to bring 700, all eight 1,000."""
    assert tiers_section(inputs, say).parts[0].title == (
        "A customer of “Top” is expected to bring 350 within 90 days; the average customer 125"
    )


def test_a_tier_without_customers_is_shown_empty(empty_run, base, reading, say):
    empty_run.write_all(base[base["tier"] != "general"].reset_index(drop=True))
    table = tiers_section(reading(empty_run), say).parts[1]
    assert [cell.text for cell in table.rows[2]] == ["General", "0", "0%", "0", "–", "0%", *"–––"]


def test_tier_sizes_are_called_right_only_where_they_were(empty_run, past, reading, say):
    empty_run.write_all()
    empty_run.write_evaluation(past.assign(tier=past["true_tier"]))
    note = tiers_section(reading(empty_run), say).parts[2].text
    assert "the actual size of every tier was within 10% of the forecast" in note


def test_tiers_that_missed_their_size_are_named(inputs, say):
    # Told 4, 6, 2 and 8; 4, 4, 3 and 9 came.
    note = tiers_section(inputs, say).parts[2].text
    assert (
        "differed from the forecast: “Potential” was predicted 50% too large (6 predicted; 4 "
        "actual), "
        "“General” was predicted 33% too small (2 predicted; 3 actual), "
        "“Dormant” was predicted 11% too small (8 predicted; 9 actual)."
    ) in note


def test_without_past_days_nothing_is_claimed_of_sizes(empty_run, reading, say):
    empty_run.write_all()
    assert (
        "have not been compared with actual outcomes"
        in tiers_section(reading(empty_run), say).parts[2].text
    )


def test_each_tier_has_the_interval_of_its_sum(empty_run, reading, say):
    tiers = {"top": {"customers": 5, "expected_value": 9.0, "value_low": 7.0, "value_high": 12.0}}
    empty_run.write_all(sums={"base": tiers["top"], "tiers": tiers, "segments": {}})
    table = tiers_section(reading(empty_run), say).parts[1]
    assert [row[4].text for row in table.rows] == ["7.0 – 12.0", "–", "–", "–"]


def test_the_headline_is_about_the_best_tier_that_has_customers(empty_run, base, reading, say):
    empty_run.write_all(base[base["tier"] != "top"].reset_index(drop=True))
    section = tiers_section(reading(empty_run), say)
    chart, _numbers, sureness, *_ = section.parts
    assert section.headline.startswith("Tier “Potential”, 33% of customers, will bring")
    assert chart.title.startswith("A customer of “Potential” is expected to bring 95.0")
    assert "of 100 customers assigned to “Potential”, about 35" in sureness.text


def test_tiers_too_small_for_figures_are_said_to_have_missed_their_size(inputs):
    note = tiers_section(inputs, load_messages("en", small_cells=5)).parts[2].text
    assert "“General” was predicted too small (too few customers for figures)" in note
    assert "– too" not in note
