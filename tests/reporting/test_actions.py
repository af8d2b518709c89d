from tiercast.reporting.actions import action_table, alert_table


def test_actions_are_counted_over_the_whole_base(inputs, say):
    table = action_table(inputs, say)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Call them", "8", "100%", "100%", "53%"]
    ]


def test_alerts_are_counted_in_words(inputs, say):
    rows = alert_table(inputs, say).rows
    assert [[cell.text for cell in row] for row in rows] == [
        ["Ordered again after a long absence", "1"]
    ]


def test_without_actions_and_alerts_there_are_no_tables(
    empty_run, base, base_scores, reading, say
):
    quiet = base_scores.assign(alerts=[[]] * 8, action=None).astype({"action": "str"})
    empty_run.write_all(base)
    file = next(empty_run.output.glob("scores/*/part-*.parquet"))
    quiet.to_parquet(file)
    assert alert_table(reading(empty_run), say) is None
