import datetime as dt
import json

import pandas as pd
import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.modeling.target import Target
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.migration import migration_section
from tiercast.reporting.sankey import FELL, ROSE, STAYED
from tiercast.reporting.section import Cards, Chart, Table
from tiercast.reporting.stored_migration import newest_migration

DAY = "2024-03-01"
BEFORE = dt.date(2024, 2, 1)
TOLD = {"horizon_days": 90, "value": "revenue"}
TIERS = ["top", "potential", "general", "dormant"]
# Before, now, customers, expected then, expected now, revenue between.
ARROWS = (
    ("top", "top", 6, 600.0, 660.0, 100.0),
    ("top", "general", 2, 200.0, 50.0, 20.0),
    ("general", "top", 1, 20.0, 120.0, 80.0),
    ("dormant", "gone", 3, 3.0, 0.0, 0.0),
    ("new", "dormant", 4, 0.0, 8.0, 40.0),
)
CAUSES = (("behaviour", 1, 1, 0), ("threshold", 0, 1, -1), ("model", 0, 0, 0), ("all", 1, 2, -1))


def keep_migration(output, before, now=DAY):
    folder = output / "migration" / f"from={before}_to={now}"
    folder.mkdir(parents=True)
    columns = ["before", "now", "customers", "expected_value_before", "expected_value_now"]
    ways = pd.DataFrame(list(ARROWS), columns=[*columns, "revenue_between"])
    ways.to_parquet(folder / "tiers.parquet", index=False)
    ways.replace({"top": "recent_big_basket", "general": "VIP_2024"}).to_parquet(
        folder / "segments.parquet", index=False
    )
    causes = pd.DataFrame(
        list(CAUSES), columns=["cause", "customers_up", "customers_down", "steps_up"]
    )
    causes.to_parquet(folder / "causes.parquet", index=False)
    tiers = [
        {
            "tier": tier,
            "customers_before": 8 if tier == "top" else 1,
            "customers_now": 7 if tier == "top" else 1,
            "expected_value_before": 800.0,
            "expected_value_now": 780.0,
            "value_growth": -0.025 if tier == "top" else None,
            "retention": 0.75 if tier == "top" else None,
        }
        for tier in TIERS
    ]
    figures = {"moved_up": 1, "moved_down": 2, "net_upward_rate": -1 / 9, "tiers": tiers}
    days = {name: {"as_of": day, **TOLD} for name, day in (("from", before), ("to", now))}
    told = days | {"tier_names": TIERS, "figures": figures}
    (folder / "migration.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture
def chapter(run, reading, say):
    keep_migration(run.output, "2024-01-01")
    return migration_section(reading(run), say)


def parts(chapter, kind):
    return [part for part in chapter.parts if isinstance(part, kind)]


def test_without_a_migration_up_to_the_day_there_is_no_chapter(run, reading, say):
    keep_migration(run.output, "2024-03-01", "2024-04-01")
    assert migration_section(reading(run), say) is None


def test_the_newest_migration_before_the_day_is_shown_with_its_days(run, reading, say):
    keep_migration(run.output, "2023-12-01", "2024-01-01")
    keep_migration(run.output, "2024-01-01", "2024-02-01")
    chapter = migration_section(reading(run), say)
    assert chapter.headline.startswith("From 1 January 2024 to 1 February 2024, the newest days")


def test_of_several_the_one_from_the_latest_day_is_shown(run):
    for before in ("2023-12-01", "2024-02-01", "2024-01-01"):
        keep_migration(run.output, before)
    found, left = newest_migration(OutputFolder(run.output), DAY, Target(90, "revenue"), "3")
    assert (str(found.before), left) == ("2024-02-01", [])


def test_the_headline_counts_who_moved(chapter):
    assert chapter.headline == (
        "Since 1 January 2024, 1 moved up a tier and 2 moved down: net -11.1% of the customers "
        "scored on both days."
    )


def test_cards_tell_who_moved_with_their_money(chapter):
    (cards,) = parts(chapter, Cards)
    assert [(card.value, card.detail) for card in cards.cards] == [
        ("1", "expected revenue: 20.0 then, 120 now"),
        ("2", "expected revenue: 200 then, 50.0 now"),
        ("4", "expected revenue: 8.0"),
        ("3", "expected revenue: 3.0 then"),
    ]


def test_the_chart_says_what_those_who_moved_bring(chapter):
    assert parts(chapter, Chart)[0].title == (
        "Those who moved up are expected to bring 120 (then 20.0), those who moved down 50.0 "
        "(then 200)"
    )


def test_the_sankey_has_a_band_for_each_way_as_wide_as_its_customers(chapter):
    trace = parts(chapter, Chart)[0].figure["data"][0]
    assert list(trace["node"]["label"]) == [
        "Top<br>8 · 800",
        "General<br>1 · 20.0",
        "Dormant<br>3 · 3.0",
        "new: 4 · 8.0",
        "Top<br>7 · 780",
        "General<br>2 · 50.0",
        "Dormant<br>4 · 8.0",
        "gone: 3 · 3.0",
    ]
    link = trace["link"]
    bands = list(zip(link["source"], link["target"], link["value"], strict=True))
    assert bands == [(0, 4, 6), (0, 5, 2), (1, 4, 1), (2, 7, 3), (3, 6, 4)]
    assert list(link["color"]) == [STAYED, FELL, ROSE, STAYED, STAYED]


def test_causes_that_moved_nobody_are_left_out(chapter):
    up, down = parts(chapter, Chart)[1].figure["data"]
    assert up["y"] == ["customer<br>behaviour", "tier boundaries"]
    assert (list(up["x"]), list(down["x"])) == ([1, 0], [-1, -1])


def test_where_nothing_moved_anybody_no_cause_is_named(run, reading, say):
    keep_migration(run.output, "2024-01-01")
    file = next(run.output.glob("migration/*/causes.parquet"))
    pd.read_parquet(file).assign(customers_up=0, customers_down=0).to_parquet(file)
    chapter = migration_section(reading(run), say)
    assert [chart.id for chart in parts(chapter, Chart)] == ["chart-migration"]


def test_tables_tell_the_money_of_those_who_moved(chapter):
    money = parts(chapter, Chart)[0].table
    tiers, segments = parts(chapter, Table)
    assert [[cell.text for cell in row] for row in money.rows] == [
        ["Top → General", "2", "200", "50.0", "20.0"],
        ["General → Top", "1", "20.0", "120", "80.0"],
        ["Dormant → gone", "3", "3.0", "0", "0"],
        ["new → Dormant", "4", "0", "8.0", "40.0"],
    ]
    # Of eight then in the best tier six are in it; of 800 then, 780 now.
    assert [cell.text for cell in tiers.rows[0]] == ["Top", "8", "7", "800", "780", "-2%", "75%"]
    assert segments.rows[0][0].text == "new → Dormant"
    assert "Recent big-basket buyers → VIP 2024" in [row[0].text for row in segments.rows]


@pytest.fixture
def moved(empty_run, base, base_scores):
    """Two days: ann rose, bob and hal fell, gus is gone, and hal was not new."""
    then = base_scores.assign(expected_value=[90.0, 500, 100, 90, 60, 30, 15, 60])
    then["tier"] = ["potential", "top", *then["tier"].tolist()[2:7], "general"]
    empty_run.write_scores(then.drop(index=4), BEFORE)
    now = base_scores.drop(index=6).assign(tier=lambda rows: rows["tier"].where(ann_or(rows)))
    now["tier"] = now["tier"].fillna("general")
    empty_run.write_all(base)
    file = next(empty_run.output.glob(f"scores/as_of={DAY}/part-*.parquet"))
    now.to_parquet(file)
    manifest = file.with_name("manifest.json")
    told = json.loads(manifest.read_text()) | {"previous_as_of": str(BEFORE)}
    manifest.write_text(json.dumps(told))
    return empty_run


def ann_or(rows):
    return rows["customer_id"] != "bob"


def test_without_a_stored_migration_the_scores_of_both_days_are_compared(moved, reading, say):
    """Ann rose from 90 to 400; bob fell from 500 to 300, hal from 60 to 5; eve is new."""
    chapter = migration_section(reading(moved), say)
    (cards,) = parts(chapter, Cards)
    assert [(card.value, card.detail) for card in cards.cards] == [
        ("1", "expected revenue: 90.0 then, 400 now"),
        ("2", "expected revenue: 560 then, 305 now"),
        ("1", "expected revenue: 60.0"),
        ("1", "expected revenue: 15.0 then"),
    ]
    assert chapter.headline.startswith("Since 1 February 2024, 1 moved up")


def test_who_moved_with_most_money_is_listed_masked(moved, reading, say):
    chapter = migration_section(reading(moved), say)
    _, risen, fallen = parts(chapter, Table)
    rows = [
        [(cell.text, cell.detail) if cell.detail else cell.text for cell in row]
        for row in (*risen.rows, *fallen.rows)
    ]
    assert rows == [
        [("a…n", "Potential → Top"), "90.0", "400"],
        [("b…b", "Top → General"), "500", "300"],
        [("h…l", "General → Dormant"), "60.0", "5.0"],
    ]
    assert "--list fallen" in fallen.note


def changed(run, day, **columns):
    """Write other columns into the stored scores of a day."""
    file = next(run.output.glob(f"scores/as_of={day}/part-*.parquet"))
    pd.read_parquet(file).assign(**columns).to_parquet(file)


def test_who_fell_and_is_expected_to_bring_more_lost_nothing(moved, reading, say):
    """Bob fell from 500 and hal from 60; 600 are expected of bob now."""
    changed(moved, DAY, expected_value=[400.0, 600, 100, 90, 60, 30, 5])
    fallen = parts(migration_section(reading(moved), say), Table)[2]
    assert [row[0].text for row in fallen.rows] == ["h…l"]


def test_of_few_who_moved_no_money_is_said(moved, reading):
    few = migration_section(reading(moved), load_messages("en", small_cells=2))
    assert few.headline == "Since 1 February 2024, <2 moved up a tier and 2 moved down."
    title = "Those who moved down are expected to bring 305 (then 560)"
    assert parts(few, Chart)[0].title == title


def test_where_nobody_moved_the_chapter_says_so(moved, reading, say):
    for day in (BEFORE, DAY):
        changed(moved, day, tier="dormant")
    nobody = migration_section(reading(moved), say)
    assert nobody.headline == "Since 1 February 2024, no customer moved to another tier."
    assert parts(nobody, Chart)[0].title == "Customers in each tier, then and now"


def test_scores_of_other_tiers_are_not_compared(moved, reading, say):
    folder = moved.output / "scores" / f"as_of={BEFORE}"
    told = json.loads((folder / "manifest.json").read_text())
    other = told | {"tiers": {"gold": 4, "none": 3}}
    (folder / "manifest.json").write_text(json.dumps(other))
    assert migration_section(reading(moved), say) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_chapter(run, reading, language):
    keep_migration(run.output, "2024-01-01")
    assert migration_section(reading(run), load_messages(language)).headline
