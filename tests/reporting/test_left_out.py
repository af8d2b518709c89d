import json

import pandas as pd
import pytest

from tiercast.modeling.target import Target
from tiercast.reporting.actions import alert_table
from tiercast.reporting.left_out import LeftOut, left_out_sentence
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.overview import overview_section
from tiercast.reporting.report import render
from tiercast.reporting.section import Table
from tiercast.reporting.tiers import tiers_section

OURS, OTHER = Target(90, "revenue"), Target(28, "margin")
DAY = "2024-03-01"


def keep(folder, name, record):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(record), encoding="utf-8")


def keep_migration(run, before, **told):
    folder = run.output / "migration" / f"from={before}_to={DAY}"
    sides = {"from": {"as_of": before}, "to": {"as_of": DAY}}
    keep(folder, "migration.json", {name: side | told for name, side in sides.items()})
    for name in ("tiers", "segments", "causes"):
        pd.DataFrame().to_parquet(folder / f"{name}.parquet")


def keep_grades(run, day, record):
    folder = run.output / "ledger" / f"as_of={day}"
    keep(folder, "manifest.json", record)
    pd.DataFrame({"as_of": [day]}).to_parquet(folder / "part-00000.parquet")


def test_nothing_is_said_where_nothing_is_left_out(inputs, say):
    assert inputs.left_out == []
    assert left_out_sentence([], OURS, say) == ""
    notes = overview_section(inputs, say).parts
    assert not any("Left out" in getattr(part, "text", "") for part in notes)


def test_what_is_left_out_is_named_with_its_horizon_and_value(say):
    days = [pd.Timestamp(f"2024-02-{day:02}").date() for day in range(1, 6)]
    left = [LeftOut("backtest", days[:1], OTHER), LeftOut("grades", days, None)]
    assert left_out_sentence(left, OURS, load_messages("en", horizon_days=90)) == (
        "Not included, because this report covers revenue within 90 days: the backtest as of "
        "2024-02-01 (margin within 28 days); the outcomes of the scores of 2024-02-03, "
        "2024-02-04, 2024-02-05 and 2 earlier (target not recorded)."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words(language):
    say = load_messages(language)
    for kind in ("backtest", "grades", "migration", "monitoring", "moves"):
        left = LeftOut(kind, [pd.Timestamp(DAY).date()], OTHER)
        assert DAY in left_out_sentence([left], OURS, say)


def test_grades_of_another_target_are_left_out(run, reading):
    keep_grades(run, "2023-10-01", OTHER.to_record())
    keep_grades(run, "2023-11-01", OURS.to_record())
    keep_grades(run, "2023-11-02", {})
    found = reading(run)
    assert [str(day) for day in found.monitoring.grades["as_of"]] == ["2023-11-01"]
    assert [(one.kind, str(one.days[0]), one.target) for one in found.left_out] == [
        ("grades", "2023-10-01", OTHER),
        ("grades", "2023-11-02", None),
    ]


def test_a_migration_from_another_target_is_left_out(run, reading):
    keep_migration(run, "2024-01-01", **OURS.to_record())
    keep_migration(run, "2024-02-01", **OTHER.to_record())
    found = reading(run)
    assert str(found.migration.before) == "2024-01-01"
    (left,) = found.left_out
    assert (left.kind, str(left.days[0]), left.target) == ("migration", "2024-02-01", OTHER)


def test_an_older_migration_goes_by_the_scores_of_its_days(run, reading, base_scores):
    run.write_scores(base_scores, pd.Timestamp("2024-02-01").date(), **OTHER.to_record())
    keep_migration(run, "2024-02-01")
    found = reading(run)
    assert found.migration is None
    assert [one.target for one in found.left_out] == [OTHER]


def test_a_migration_or_a_look_at_scores_that_were_replaced_is_left_out(run, reading, say):
    keep_migration(run, "2024-01-01", model_version="2", **OURS.to_record())
    look = {"as_of": "2024-03-05", "scored_as_of": DAY, "model_version": "2"}
    keep(run.output / "monitor" / "as_of=2024-03-05", "summary.json", look)
    found = reading(run)
    assert (found.migration, found.monitoring) == (None, None)
    assert [(one.kind, one.target) for one in found.left_out] == [
        ("monitoring", OURS),
        ("migration", OURS),
    ]
    assert "based on scores that have since been replaced" in left_out_sentence(
        found.left_out, OURS, say
    )


def test_moves_and_alerts_since_scores_of_another_target_are_left_out(
    empty_run, base_scores, base, reading, say
):
    empty_run.write_scores(base_scores, pd.Timestamp("2024-02-01").date(), **OTHER.to_record())
    empty_run.write_all(base, previous_as_of="2024-02-01")
    file = next(empty_run.output.glob(f"scores/as_of={DAY}/part-*.parquet"))
    base_scores.assign(previous_tier="top").to_parquet(file)
    found = reading(empty_run)
    tables = [part for part in tiers_section(found, say).parts if isinstance(part, Table)]
    assert len(tables) == 1
    assert alert_table(found, say) is None
    page = render(found)
    assert "changes of tier and alerts since the scores of 2024-02-01 (margin within 28" in page
