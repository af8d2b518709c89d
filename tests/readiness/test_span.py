import datetime as dt
from dataclasses import replace

from ready import AS_OF, READY
from tiercast.readiness.span import Span
from tiny_model import tiny_config


def test_cutoffs_are_those_of_a_training():
    span = Span.of(tiny_config(), dt.date(2024, 1, 1), AS_OF, AS_OF)
    # 8 are wanted, every 30 days; the first can lie 60 days after the first order.
    assert span.cutoffs == (dt.date(2024, 3, 3), dt.date(2024, 4, 2))
    assert (span.wanted_cutoffs, span.every_days, span.past_windows) == (8, 30, 0)


def test_a_history_too_short_has_no_cutoff_and_says_when_it_will_do():
    span = Span.of(tiny_config(), dt.date(2024, 6, 1), AS_OF, AS_OF)
    assert (span.history_days, span.cutoffs) == (30, ())
    assert span.earliest_as_of == dt.date(2024, 10, 29)


def test_days_beyond_what_is_known_are_counted():
    assert READY.span.days_ahead == 0
    assert replace(READY.span, observed_until=dt.date(2024, 6, 29)).days_ahead == 2
    assert replace(READY.span, observed_until=dt.date(2024, 8, 1)).days_ahead == 0
