from tiercast.formats import MISSING
from tiercast.reporting.segments import known_rows, segment_table, segments_section
from tiercast.reporting.small_cells import without_small_cells


def test_segments_come_by_expected_value_and_the_base_last(inputs):
    table = segment_table(inputs)
    assert table["segment"].tolist()[:2] == ["recent_frequent", "lapsed_occasional"]
    assert table["customers"].tolist() == [4, 4, 8]
    assert table["value_share"].tolist()[:2] == [0.65, 0.35]


def test_profiles_are_medians_beside_the_base(inputs):
    # Recent: 2, 10, 12, 25; lapsed: 40, 70, 300, 400.
    assert segment_table(inputs)["recency_days"].tolist() == [11.0, 185.0, 32.5]


def test_what_stands_out_is_marked_without_colour_too(inputs, say):
    profile = segments_section(inputs, say).parts[1]
    recency = next(row for row in profile.rows if row[0].text.startswith("Days since"))
    assert [(cell.text, cell.tone, cell.mark) for cell in recency[1:]] == [
        ("11", "much_lower", "▼▼"),
        ("185", "much_higher", "▲▲"),
        ("32", "", ""),
    ]


def test_what_is_missing_throughout_is_left_out_of_the_profile(inputs, say):
    names = [row[0].text for row in segments_section(inputs, say).parts[1].rows]
    assert "Categories bought" not in names
    assert "Average order value" in names


def test_a_comparison_has_no_line_of_what_nobody_knows(inputs):
    table = segment_table(inputs)
    columns = [row.column for row in known_rows(inputs, table)]
    unknown = table.assign(**{columns[0]: None})
    assert [row.column for row in known_rows(inputs, unknown)] == columns[1:]


def test_words_show_the_commonest_entry_among_those_known(inputs, say):
    words = segments_section(inputs, say).parts[2]
    assert [cell.text for cell in words.rows[0]] == [
        "Region",
        "north (100%)",
        "south (67%)",
        "north (71%)",
    ]


def test_a_word_of_few_customers_is_not_shown(inputs, say):
    section = segments_section(inputs, say)
    (shown,) = without_small_cells([section], least=4)
    whole, few = section.parts[2].rows[0], shown.parts[2].rows[0]
    assert [cell.customers for cell in whole] == [None, 4, 2, 5]
    assert [cell.text for cell in few] == ["Region", "north (100%)", MISSING, "north (71%)"]


def test_the_headline_names_the_segment_that_counts_most(inputs, say):
    assert segments_section(inputs, say).headline == (
        "2 groups buy alike; “Recent frequent buyers” counts most: 50% of customers, "
        "65% of the expected revenue."
    )
