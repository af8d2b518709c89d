import datetime as dt

from tiercast.contract.tally import CountedLines, HashSums, RuleMatches, Tally

EARLY, LATE = dt.datetime(2024, 1, 1), dt.datetime(2024, 2, 1)


def test_tallies_add_up():
    one = Tally(2, 1, EARLY, EARLY, {"return": RuleMatches(1, ("-1.0",))})
    other = Tally(
        3, 0, LATE, LATE, {"return": RuleMatches(2, ("-2.0", "-1.0")), "zero": RuleMatches(0)}
    )
    both = one + other
    assert (both.rows_used, both.rows_quarantined, both.rows_read) == (5, 1, 6)
    assert (both.first, both.last) == (EARLY, LATE)
    assert both.found == {"return": RuleMatches(3, ("-1.0", "-2.0")), "zero": RuleMatches(0)}


def test_a_part_without_a_time_leaves_the_span():
    assert (Tally(0, 2, None, None) + Tally(1, 0, EARLY, LATE)).last == LATE
    assert (Tally(0, 2, None, None) + Tally(0, 0, None, None)).first is None


def test_the_three_first_examples_stay_empty_ones_last():
    found = RuleMatches(2, ("b", None)) + RuleMatches(3, ("a", "c", "d"))
    assert found.examples == ("a", "b", "c")
    assert (RuleMatches(1, (None,)) + RuleMatches(1, ("z",))).examples == ("z", None)


def test_a_fingerprint_shows_the_high_sum_in_64_bits():
    assert str(HashSums(2, 255, -1)) == "2-ff-ffffffffffffffff"
    assert str(HashSums(1, 5, 3) + HashSums(1, 250, -4)) == "2-ff-ffffffffffffffff"


def test_kept_lines_add_up_and_end_with_the_later_day():
    part = CountedLines(EARLY.date(), Tally(2, 0, EARLY, EARLY), HashSums(2, 1, 1), {"channel": 1})
    later = CountedLines(LATE.date(), Tally(1, 0, LATE, LATE), HashSums(1, 1, 1), {"channel": 1})
    both = part + later
    assert both.until == LATE.date()
    assert both.empty == {"channel": 2}
    assert both.hashes == HashSums(3, 2, 2)
