import pytest

from ready import READY, but
from tiercast.readiness.rule import ReadinessRule, error, recommendation, warning

NEEDS = (
    error(lambda facts: facts.span.horizon_days, "none"),
    warning(200, "few"),
    recommendation(300, "some"),
)
AT_LEAST = ReadinessRule("r", "m", "rows", "at least", lambda _: 0, NEEDS)
AT_MOST = ReadinessRule("r", "m", "share", "at most", lambda _: 0, (error(0.5, "half"),))


@pytest.mark.parametrize(
    ("value", "state"),
    [(89, "error"), (90, "warning"), (199, "warning"), (299, "recommendation"), (300, None)],
)
def test_the_gravest_need_missed_tells(value, state):
    missed = AT_LEAST.missed(READY, value)
    assert (missed and missed.state) == state


def test_a_limit_may_depend_on_the_base():
    assert AT_LEAST.missed(but(span={"horizon_days": 30}), 60).state == "warning"
    assert AT_LEAST.missed(but(span={"horizon_days": 90}), 60).state == "error"


def test_at_most_is_missed_above_the_limit():
    assert AT_MOST.missed(READY, 0.5) is None
    assert AT_MOST.missed(READY, 0.51).state == "error"
