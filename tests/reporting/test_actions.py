import datetime as dt

from tiercast.config.playbook import default_plays, playbook_record
from tiercast.reporting.actions import action_table, actions_section, alert_table

AS_OF = dt.date(2024, 3, 1)


def cells(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_actions_are_counted_over_the_whole_base_with_money(inputs, say):
    ((action, customers, share, expected, at_risk, churn),) = cells(action_table(inputs, say))
    assert (action, customers, share, churn) == ("Call them", "8", "100%", "53%")
    assert (expected, at_risk) == ("1,000", "1,280")  # of 1,000 and 1,275, in three digits


def test_owner_and_deadline_are_those_of_the_playbook_of_the_scores(
    empty_run, base, base_scores, reading, say
):
    """Scored on 2024-03-01; to be done within seven days."""
    file = "scores/*/part-*.parquet"
    empty_run.write_all(base, playbook=playbook_record(default_plays()))
    scores = base_scores.assign(action_id="win_back", as_of=AS_OF)
    scores.to_parquet(next(empty_run.output.glob(file)))
    ((first, *_),) = action_table(reading(empty_run), say).rows
    assert first.text == "Remind now: overdue by own rhythm but still reachable"
    day = say.date(AS_OF + dt.timedelta(days=7))
    assert first.detail.startswith(f"Owner: customer retention; by {day}; channel: e-mail")


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
    found = reading(empty_run)
    assert alert_table(found, say) is None
    assert actions_section(found, say) is None
