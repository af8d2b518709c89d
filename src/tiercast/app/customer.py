"""The page of one customer: scores, reasons, orders, contacts, changes of tier."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir
from starlette.responses import Response

from tiercast.app.called import OWN_ID
from tiercast.app.pages import render
from tiercast.app.scored_base import SCORES, TABLE
from tiercast.app.timeline import Timeline
from tiercast.app.timeline_chart import PastScore, timeline_chart
from tiercast.app.visit import Problem, Visit
from tiercast.app.whole_day import listed_parts, read_whole
from tiercast.artifacts.dataset import rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import EVENT_TYPES
from tiercast.formats import MISSING
from tiercast.modeling.translated_reason import translated_reason
from tiercast.reporting.actions import ID as ACTION
from tiercast.reporting.actions import how, plays_of
from tiercast.reporting.contracts import contract_facts, contract_table
from tiercast.reporting.contribution import assumption, parts_in_words
from tiercast.reporting.customer_facts import event_facts, signal_facts
from tiercast.reporting.horizons import customer_table
from tiercast.scoring.explain import next_tier
from tiercast.snapshots.one_customer import rows_of_customer

PAST = ("as_of", "tier", "tier_confidence", "churn_probability", "expected_value", "segment")


def customer_page(visit: Visit, timeline: Timeline, customer_id: str) -> Response:
    """Return the page of a customer.

    Raises
    ------
    Problem
        The customer is not in the scores.
    """
    day = visit.base.as_of
    with visit.base.cursor() as database:
        score = _one(database.table(SCORES), customer_id)
        facts = _one(database.table(TABLE), customer_id)
        if score is None or facts is None:
            raise Problem(
                404, "app.problems.no_customer", customer=customer_id, day=visit.say.date(day)
            )
        above = next_tier(database.table(TABLE), score, visit.base.tier_names)
    own = str(score.get(OWN_ID, customer_id))
    orders = timeline.orders(own, day)
    contacts = timeline.contacted(own, day)
    contracts = timeline.contracts(own, day)
    past = _past(visit, own)
    return render(
        visit,
        "customer",
        score=score,
        action=_action(visit, score),
        reasons=_reasons(score, visit),
        facts=facts,
        parts_of_value=parts_in_words(facts, visit.say),
        assumption=assumption(visit.base.inputs.target, visit.say),
        above=above,
        is_best=score["tier"] == visit.base.tier_names[0],
        orders=orders,
        more=contract_facts(contracts, visit.say)
        + signal_facts(score, facts, visit.say)
        + event_facts(visit.base.inputs.manifest.get(EVENT_TYPES, ()), facts, visit.say),
        contracts=[contract_table(contracts, visit.say)] if contracts else [],
        contacts=contacts,
        past=past,
        trouble=timeline.trouble,
        horizons=customer_table(score, visit.base.inputs.manifest, visit.say),
        charts=[timeline_chart(visit.say, orders, contacts, past)] if orders else [],
    )


def _action(visit: Visit, score: Mapping[str, Any]) -> tuple[str, str]:
    """Return what to do, and by whom and until when; "" where nothing says so."""
    play = plays_of(visit.base.inputs).get(str(score.get(ACTION)))
    if play is None:  # of an earlier version
        return str(score["action"] or MISSING), ""
    return play.action.in_language(visit.say.language), how(play, visit.base.inputs, visit.say)


def _reasons(score: Mapping[str, Any], visit: Visit) -> list[tuple[str, float]]:
    """Return the sentences of the reasons, and how much each raises the risk."""
    say = visit.say
    return [
        (translated_reason(one, say.language, say.write.currency), one["effect"])
        for one in score["reasons"] or []
    ]


def _one(table: ir.Table, customer_id: str) -> dict[str, Any] | None:
    rows = rows_of_customer(table, customer_id).limit(1)
    found: list[dict[str, Any]] = rows.to_pyarrow().to_pylist()
    return found[0] if found else None


def _past(visit: Visit, customer_id: str) -> list[PastScore]:
    """Return the scores of all days up to the page's that forecast the same, newest first."""
    output = OutputFolder.of(visit.base.config)
    days = [day for day in visit.days if day <= visit.base.as_of]
    alike = output.sort_days(days, visit.base.inputs.target).alike
    rows = [row for day in alike for row in _scores_of(visit, day, customer_id)]
    before = [
        "",
        *(one["tier"] if one["tier"] != now["tier"] else "" for one, now in pairwise(rows)),
    ]
    return [PastScore(row, was) for row, was in zip(rows, before, strict=True)][::-1]


def _scores_of(visit: Visit, day: dt.date, customer_id: str) -> Sequence[dict[str, Any]]:
    folder = OutputFolder.of(visit.base.config).scores(day)

    def read(_: str) -> Sequence[dict[str, Any]]:
        with visit.base.cursor() as database:
            table = rows_of(database, listed_parts(folder))
            return list(
                rows_of_customer(table, customer_id).select(*PAST).to_pyarrow().to_pylist()
            )

    return read_whole(visit.base.config, day, read)
