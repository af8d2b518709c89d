from dataclasses import replace
from functools import reduce

import ibis

from tiercast.reporting.usage import usage_by_tier, usage_section

# ann and bob are top customers, cat and dan potential, eve and fay general, gus and hal dormant.
USE = {"ann": "deep", "bob": "deep", "cat": "medium", "dan": "shallow", "eve": "deep"}
LIKES = {"ann": "technical", "cat": "technical", "eve": "my_group"}


def with_use(inputs, copies=1):
    """Return the inputs with depth of use and preference, each customer so many times."""
    base = inputs.base
    words = {"usage_tier": USE, "preference": LIKES}
    columns = {
        name: ibis.cases(*((base.customer_id == who, word) for who, word in known.items()))
        for name, known in words.items()
    }
    return replace(inputs, base=reduce(ibis.union, [base.mutate(**columns)] * copies))


def test_customers_are_counted_by_depth_of_use_and_tier(inputs):
    counts = usage_by_tier(with_use(inputs))
    assert counts.index.tolist() == ["deep", "medium", "shallow", "none"]
    assert counts.loc["deep"].tolist() == [2, 0, 1, 0]
    assert counts.loc["none"].tolist() == [0, 0, 1, 2]


def test_a_base_without_use_has_no_such_chapter(inputs, say):
    assert usage_section(inputs, say) is None


def test_few_deep_users_are_not_compared(inputs, say):
    found = usage_section(with_use(inputs), say)
    assert found.headline == "38% of customers use the product deeply."
    assert not any(cell.mark for row in found.parts[0].rows for cell in row)


def test_the_headline_compares_deep_users_with_all_others(inputs, say):
    found = usage_section(with_use(inputs, copies=20), say)
    assert found.headline == (
        "38% of customers use the product deeply. "
        "Of these, 67% are in the tier Top; of all others, 0%."
    )
    assert [cell.text for cell in found.parts[0].rows[0]][:2] == ["Deep", "40 (67%)"]
    assert [cell.mark for cell in found.parts[0].rows[0]] == ["", "▲", "▼", "▲", "▼"]


def test_preferences_are_named_in_words_the_largest_first(inputs, say):
    names = [row[0].text for row in usage_section(with_use(inputs), say).parts[2].rows]
    assert names == ["No preference", "Technical", "My group"]


def test_the_trend_of_use_has_a_table_where_it_is_scored(inputs, say):
    used = with_use(inputs)
    trend = ibis.cases((used.base.customer_id == "ann", "falling"), else_="steady")
    section = usage_section(replace(used, base=used.base.mutate(usage_trend=trend)), say)
    table = next(part for part in section.parts if part.title == "Trend of use in numbers")
    assert [row[0].text for row in table.rows] == ["Steady", "Falling"]


def test_discovered_groups_are_told_with_their_features(inputs, say):
    groups = {"api": ["api", "sdk"], "report": ["report"]}
    used = replace(with_use(inputs), manifest={**inputs.manifest, "preferences": groups})
    assert (
        "Api: api, sdk. Report: report. A customer prefers"
        in usage_section(used, say).parts[2].note
    )
