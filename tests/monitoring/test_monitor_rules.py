import datetime as dt

import pandas as pd
import pytest

from tiercast.artifacts.reference import Tracked, Usual
from tiercast.config.schema import Limits, MonitorConfig
from tiercast.modeling.column_profile import ColumnChange, NumberProfile
from tiercast.monitoring.drift import ColumnDrift
from tiercast.monitoring.monitor_rules import RULES, findings, worst
from tiercast.monitoring.order_flow import OrderFlow, Volume
from tiercast.monitoring.population import Population
from tiercast.monitoring.scoring_rhythm import ScoringRhythm
from tiercast.monitoring.signal import MonitoringData, Signal
from tiercast.monitoring.track_record import TrackRecord
from tiercast.snapshots.silence import Silence

DAY = dt.date(2024, 4, 1)
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
NONE, PEOPLE = Usual(), Population(100, 102, 2, 0.05)
ORDERS = Volume("orders", 100, 95, 110)
SOME = NumberProfile.of([1.0, 2.0, 3.0])


def column(name="orders", kind="feature", usual=NONE, weight=0.1, **change):
    told = {"psi": 0.0, "noise_psi": 0.01, "ks": 0.0, "noise_ks": 0.02, "missing": 0.0} | change
    return ColumnDrift(Tracked(kind, name, SOME, usual, weight), ColumnChange(**told))


def record(missed=0, **came):
    figures = {"churn": (0.6, 0.61), "ece": (0.01, 0.01), "interval": (0.9, 0.9)}
    figures |= {"tier_set": (0.9, 0.91)}
    told_came = {name: (told, came.get(name, c)) for name, (told, c) in figures.items()}
    frame = pd.DataFrame(told_came, index=["predicted", "actual"]).T.assign(customers=10_000)
    return TrackRecord("1", DAY, frame, missed)


def data(
    *columns,
    people=PEOPLE,
    last_day="2024-03-31",
    volumes=(ORDERS,),
    track=None,
    scored=("2024-03-30", "2024-03-31", "2024-04-01"),
    **limits,
):
    last = dt.date.fromisoformat(last_day)
    flow = OrderFlow(Silence(DAY, last, (DAY - last).days, 0, 1.0), volumes)
    held = MonitorConfig.model_validate(limits)
    days = [dt.date.fromisoformat(day) for day in scored]
    rhythm = ScoringRhythm.of(days, DAY)
    return MonitoringData(list(columns), people, flow, track or record(), held, rhythm)


STABLE = (column(), column("churn_probability", "score"), column("tier", "score"))
# What is planted, the rule that finds it, what it says, and words of the reason.
PLANTED = (
    ({"drift": [column(psi=0.3)]}, "feature_psi", "look", "PSI of orders is 0.30"),
    ({"drift": [column(ks=0.4)]}, "feature_ks", "look", "distance of orders is 0.40"),
    (
        {"drift": [column(psi=0.3, weight=0.3), column("gap", psi=0.9, weight=0.2)]},
        "drifted",
        "retrain",
        "50% of what the model goes by lies in features that moved far: orders (30%), gap (20%)",
    ),
    ({"drift": [column("expected_value", "score", psi=0.3)]}, "forecast_psi", "retrain", "0.30"),
    ({"drift": [column("expected_value", "score", ks=0.2)]}, "forecast_ks", "look", "0.20"),
    ({"drift": [column("segment", "score", psi=5.0)]}, "group_psi", "look", "PSI of segment"),
    ({"drift": [column("value_high", "score", ks=0.9)]}, "group_ks", "look", "value_high"),
    ({"drift": [column(missing=1.0)]}, "missing", "retrain", "is missing in 100% of the rows"),
    ({"drift": [column(new={"west": 0.02})]}, "new_categories", "look", "'west'"),
    ({"drift": [column(gone={"north": 0.4})]}, "gone_categories", "look", "'north'"),
    ({"people": Population(100, 50, 0, 0.0)}, "customers_gone", "retrain", "50 of 100 customers"),
    ({"people": Population(100, 170, 70, 0.1)}, "customers_new", "look", "70 customers are new"),
    ({"last_day": "2024-02-21"}, "stale", "look", "40 days before 2024-04-01"),
    (
        {"scored": ("2024-03-24", "2024-03-25", "2024-03-26")},
        "unscored",
        "look",
        "the newest scores are of 2024-03-26, 6 days before 2024-04-01",
    ),
    ({"volumes": (Volume("value", 0, 90, None),)}, "volume", "look", "value in the last 28 days"),
    (
        {"track": record(churn=0.7)},
        "churn_error",
        "retrain",
        "60.0% predicted to leave, 70.0% left",
    ),
    ({"track": record(ece=0.06)}, "ece", "look", "off by 0.060"),
    ({"track": record(interval=0.7)}, "interval_coverage", "retrain", "70.0% of values lay"),
    ({"track": record(tier_set=0.84)}, "tier_set_coverage", "look", "84.0% of tiers lay"),
    ({"track": record(missed=2)}, "total_missed", "retrain", "2 horizons running"),
)


def planted(drift=(), **changes):
    return data(*STABLE, *drift, **changes)


def test_a_stable_base_is_fine():
    found = findings(planted())
    assert worst(found) == "fine"
    assert {one.verdict for one in found} == {"fine"}


@pytest.mark.parametrize(("changes", "rule", "verdict", "words"), PLANTED)
def test_each_rule_finds_what_is_planted(changes, rule, verdict, words):
    found = [one for one in findings(planted(**changes)) if one.rule == rule]
    assert found[0].verdict == verdict
    assert words in found[0].reason


@EACH
def test_each_rule_has_a_planted_case_limits_and_a_meaning(rule):
    assert rule.name in {name for _, name, _, _ in PLANTED}
    assert isinstance(getattr(MonitorConfig(), rule.limits), Limits)
    assert rule.meaning


@EACH
def test_each_rule_follows_its_limits(rule):
    limits = Limits(look=1.0, retrain=2.0)
    said = [rule.verdict(Signal("x", value, ""), limits) for value in (0.9, 1.0, 2.0)]
    assert said == ["fine", "look", rule.most]
    assert rule.verdict(Signal("x", 5.0, "", usual=5.0), limits) == "fine"
    assert rule.verdict(Signal("x", float("nan"), ""), limits) == "fine"
    assert rule.verdict(Signal("x", 5.0, ""), Limits()) == "fine"


def test_what_is_usual_is_no_news():
    moved = column("tenure_days", psi=6.0, ks=0.9, weight=0.9, usual=Usual(psi=5.0, ks=0.8))
    assert worst(findings(planted([moved]))) == "fine"


def test_chance_in_a_small_base_is_no_news():
    assert worst(findings(planted([column(psi=0.2, noise_psi=0.5)]))) == "fine"


def test_limits_are_the_configs():
    found = findings(planted([column(psi=0.3)], psi={"look": 0.5, "retrain": 0.5}))
    assert worst(found) == "fine"
    assert {one.look for one in found if one.rule == "feature_psi"} == {0.5}


def test_the_worst_comes_first():
    found = findings(planted([column(psi=0.2), column(missing=1.0)]))
    assert [one.verdict for one in found[:3]] == ["retrain", "look", "fine"]
    assert worst(found) == "retrain"


def test_a_version_without_grades_is_not_judged_by_them():
    known = planted()
    ungraded = MonitoringData(known.drift, known.population, known.flow, None, known.limits)
    rules = {one.rule for one in findings(ungraded)}
    assert rules.isdisjoint({"churn_error", "ece", "interval_coverage", "total_missed"})
