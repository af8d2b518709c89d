import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.reporting.section import Note, PeopleList, Reason
from tiercast.reporting.watchlists import (
    climbers,
    leaver_list,
    leavers,
    mainstay_list,
    mainstays,
)


def ranked(table):
    rows = table.select("customer_id", "rank_by").to_pyarrow().to_pylist()
    return [(row["customer_id"], pytest.approx(row["rank_by"])) for row in rows]


def test_mainstays_are_the_best_tier_by_expected_value(inputs):
    assert ranked(mainstays(inputs)) == [("ann", 400), ("bob", 300)]


def test_leavers_are_likely_to_leave_and_not_yet_gone(inputs):
    # gus has .9 * 400 at stake, but is lost; eve stays more likely than not.
    assert ranked(leavers(inputs)) == [("bob", 540), ("dan", 100), ("fay", 70)]


def test_who_is_beyond_reach_is_no_longer_about_to_leave(empty_run, base, reading):
    risks = base["churn_probability"].replace({0.6: 0.81, 0.7: 0.8})
    empty_run.write_all(base.assign(churn_probability=risks))
    assert [name for name, _ in ranked(leavers(reading(empty_run)))] == ["dan", "fay"]


def test_climbers_have_the_best_chance_of_a_better_tier(inputs):
    assert ranked(climbers(inputs)) == [("eve", 0.5), ("cat", 0.3), ("fay", 0.15), ("dan", 0.1)]


def test_tier_probabilities_may_be_a_map(run, reading, say):
    file = next(run.output.glob("scores/*/part-*.parquet"))
    table = pq.read_table(file, partitioning=None)
    place = table.schema.get_field_index("tier_probabilities")
    pairs = [list(row.items()) for row in table["tier_probabilities"].to_pylist()]
    maps = pa.array(pairs, pa.map_(pa.string(), pa.float64()))
    pq.write_table(table.set_column(place, "tier_probabilities", maps), file)
    mapped = reading(run)
    assert ranked(climbers(mapped))[0] == ("eve", 0.5)
    assert mainstay_list(mapped, say).people[0].sureness == "70% confidence"


def test_a_person_is_told_in_words(inputs, say):
    bob = leaver_list(inputs, say).people[0]
    assert (bob.customer, bob.tier, bob.churn) == ("b…b", "Top", "60%")
    assert (bob.expected, bob.interval, bob.highlight) == ("300", "150 – 600", "540")
    assert (bob.segment, bob.action) == ("Lapsed occasional buyers", "Call them")
    assert bob.reasons == [Reason("bob waits", raises=True)]


def test_a_likelier_tier_is_named_in_place_of_a_low_confidence(inputs, say):
    people = {
        person.customer: person.sureness
        for part in (mainstay_list(inputs, say), leaver_list(inputs, say))
        for person in part.people
    }
    assert people["a…n"] == "70% confidence"
    # Top with 20 %, but with 60 % no order at all.
    assert people["b…b"] == "most\u00a0likely Dormant\u00a0(60%)"


def test_an_empty_list_says_so(empty_run, base, reading, say):
    empty_run.write_all(base[base["churn_probability"] < 0.5].reset_index(drop=True))
    found = reading(empty_run)
    assert isinstance(mainstay_list(found, say), PeopleList)
    assert leaver_list(found, say) == Note(
        "Customers about to leave: nobody within reach has a churn risk of 50% or more."
    )
