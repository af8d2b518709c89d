import pandas as pd
import pytest

from tiercast.contract.data_rules import RULES
from tiercast.reporting.excluded_rows import excluded_rows, excluded_section
from tiercast.reporting.messages import LANGUAGES, load_messages

BAD = (
    (None, "2024-01-05", 75.0, "tea", "web"),
    (None, "2024-01-06", -25.0, "tea", "web"),
    ("ann", None, 10.0, "tea", "web"),
    ("bob", "2024-01-05", None, "tea", "web"),
    (None, "2024-01-07", None, "tea", "web"),  # counts at its first fault
)


@pytest.fixture
def inputs(with_orders, order_lines_of):
    return with_orders(pd.concat([order_lines_of(), order_lines_of(BAD)], ignore_index=True))


def test_money_stands_beside_the_rows_of_each_rule(inputs):
    """Of 15 lines with 435 net (375 used) 5 with 60 are excluded; without signs 110 of 525."""
    found = excluded_rows(inputs.past)
    assert found.rules[["rule", "rows", "net"]].to_numpy().tolist() == [
        ["null_customer", 3, 50.0],
        ["null_time", 1, 10.0],
        ["null_amount", 1, 0.0],
    ]
    assert (found.rows, found.net, found.all_rows) == (5, 60.0, 15)
    shares = (found.rows_share, found.net_share, found.money_share)
    assert shares == pytest.approx((5 / 15, 60 / 435, 110 / 525))


def test_the_chapter_tells_rows_and_money(inputs):
    section = excluded_section(inputs, load_messages("en"))
    assert section.headline == (
        "5 order lines (33.3%) with net amounts of 60.0 (13.8%) were excluded: no figure counts "
        "them."
    )
    (table,) = section.parts
    assert [cell.text for cell in table.rows[0]] == ["no customer", "3", "20.0%", "50.0", "11.5%"]


def test_money_that_another_line_has_is_not_counted_twice(with_orders, order_lines_of):
    lines = order_lines_of().assign(order_id=[f"o{n}" for n in range(10)])
    twice = pd.concat([lines, lines.tail(2)], ignore_index=True)
    section = excluded_section(with_orders(twice), load_messages("en"))
    (table,) = section.parts
    assert [cell.text for cell in table.rows[0]][1:4] == ["2", "16.7%", "–"]


def test_nothing_excluded_is_one_sentence(with_orders):
    section = excluded_section(with_orders(), load_messages("en"))
    assert section.headline == "Nothing was excluded: all 10 order lines count."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_that_excludes_lines_has_words(language):
    say = load_messages(language)
    names = {rule.name for rule in RULES if rule.outcome == "quarantined"}
    of_other_tables = {"duplicate_customer", "unparsable_end", "end_before_start"}
    assert {name for name in names if not say.has(f"excluded.rules.{name}")} <= of_other_tables
