import json

import pandas as pd
import pytest

from tiercast.fairness.groups import Grouping
from tiercast.reporting.fairness import fairness_section, group_of
from tiercast.reporting.messages import load_messages
from tiercast.reporting.report import render
from tiercast.sources.workspace import workspace

FIGURES = [
    {"attribute": "region", "group": g, "customers": n, "measure": m, "value": v, "low": v - 0.1}
    | {"high": v + 0.1}
    for g, n, best in (("north", 50, 0.5), ("south", 40, 0.2))
    for m, v in (("level", 0.02), ("error", 0.2), ("leavers", 0.4), ("best_tier", best))
]
RECORD = {
    "groupings": {"region": {"edges": [], "words": ["north", "south"]}},
    "figures": FIGURES,
    "hidden": {"region": 1},
    "ratios": [
        {"attribute": "region", "lowest": "south", "highest": "north", "ratio": 0.4}
        | {"is_below": True, "is_sure": True}
    ],
    "proxies": [
        {"attribute": "region", "group": "north", "feature": "channel", "auc": 0.8, "low": 0.7}
    ],
}


@pytest.fixture
def audited(run, reading):
    folder = run.output / "evaluation" / "model_version=3"
    (folder / "fairness.json").write_text(json.dumps(RECORD))
    return reading(run)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "the share of “south” in the best tier is 0.40 of that of “north”, below .8, and"),
        ("zh", "“south”进入最高层级的比例是“north”的 0.40，低于 0.8，且差异超出偶然波动"),
    ],
)
def test_the_chapter_says_who_is_left_behind_in_both_languages(audited, language, told):
    section = fairness_section(audited, load_messages(language))
    assert any(told in getattr(part, "text", "") for part in section.parts)


def test_the_page_has_the_chapter_with_its_proxies(audited):
    page = render(audited)
    assert "How the groups of protected columns fare" in page
    assert "Groups of fewer than 10 customers are not shown (1 here)" in page
    assert "Features that reveal a protected column" in page


def test_a_model_that_was_not_audited_has_no_such_chapter(inputs, say):
    assert fairness_section(inputs, say) is None


def test_groups_of_a_report_are_those_of_the_audit():
    ages = pd.DataFrame({"age": [20.0, 30.0, 80.0, None]})
    grouping = Grouping(edges=(30.0, 50.0))
    with workspace() as connection:
        table = connection.create_table("ages", ages)
        found = group_of(table.age, grouping).to_pandas()
    assert found.tolist() == grouping.apply(ages["age"]).tolist()
