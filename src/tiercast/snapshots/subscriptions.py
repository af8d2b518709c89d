"""Contracts as they were known at a cutoff, and who had one running."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.contract.days import SECONDS_A_DAY, midnight
from tiercast.contract.subscriptions import RUNNING, months_begun
from tiercast.snapshots.history import AS_OF, history
from tiercast.snapshots.one_customer import rows_of_customer

AGO_DAYS = 90  # what a customer paid so long ago is compared with what they pay now
CONTRACT_END, RELATION_END = "contract_until", "relation_until"


def has_contracts(orders: ir.Table) -> bool:
    """Return whether orders are payments of contracts, whose customers are those with one."""
    return CONTRACT_END in orders.columns


def customers_at(cut: ir.Table) -> ir.Table:
    """Return the rows, cut at cutoffs, of those who were customers at each.

    A customer is who has ordered; where there are contracts, who has one running.
    """
    if not has_contracts(cut):
        return cut.filter(cut.is_order)
    return cut.filter(cut[CONTRACT_END] >= _moment(cut))


def contracts_at(subscriptions: ir.Table, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return the contracts that had started by each cutoff, as they were known then.

    Columns beside those of `completed` and `history`: `running`, `ended_days_ago` (null: running),
    `known_end_days` (days to an end that is known already), `renewals` (terms completed),
    `renewal_days` (days to the next one), `payment_days` (days to the next payment, which
    `payment_comes` unless a known end lies before it) and `ran_before` (`AGO_DAYS` ago).
    """
    rows = history(subscriptions, "started_at", cutoffs)
    rows = rows.mutate(moment=_moment(rows))
    running = (rows.ended_at >= rows.moment).fill_null(True)
    known = (rows.end_known_at < rows.moment).fill_null(False)
    rows = rows.mutate(
        running=running,
        known_end=ibis.ifelse(running & known, rows.ended_at, ibis.null("timestamp(6)")),
        past_end=ibis.ifelse(running, ibis.null("timestamp(6)"), rows.ended_at),
    )
    rows = rows.mutate(
        ended_days_ago=_days(rows.past_end, rows.moment),
        known_end_days=_days(rows.moment, rows.known_end),
        begun=months_begun(rows.started_at, rows.moment),
    )
    return _with_dates(rows)


def contracts_of(subscriptions: ir.Table, customer_id: str, day: dt.date) -> ir.Table:
    """Return a customer's contracts that had started by a day, the newest first.

    Columns: started_on, ended_on (null: no end was known), renews_on (null: it does not), plan,
    price (a month), term_months, renewals, running, ran_before (`AGO_DAYS` ago).
    """
    rows = contracts_at(rows_of_customer(subscriptions, customer_id), [day])
    ended = ibis.ifelse(rows.running, rows.known_end_days, -rows.ended_days_ago)
    end = ibis.ifelse(ended.notnull(), rows.ended_at, ibis.null("timestamp(6)"))
    renewal = rows.moment + rows.renewal_days.round().cast("int64").as_interval("D")
    goes_on = rows.running & (renewal < _end(end))
    shown = rows.select(
        "plan",
        "price",
        "term_months",
        "renewals",
        "running",
        "ran_before",
        started_on=rows.started_at.date(),
        ended_on=end.date(),
        renews_on=ibis.ifelse(goes_on, renewal.date(), ibis.null("date")),
    )
    return shown.order_by(ibis.desc("started_on"), "plan", "price")


def payments_due(rows: ir.Table, horizon_days: int) -> ir.IntegerValue:
    """Return how many payments of each contract at a cutoff fall into a horizon, if it goes on."""
    stop = ibis.least(rows.moment + ibis.interval(days=horizon_days), _end(rows.known_end))
    return ibis.greatest(months_begun(rows.started_at, stop) - rows.begun, 0)


def _with_dates(rows: ir.Table) -> ir.Table:
    """Return the rows with the days to their next renewal and payment."""
    term = rows.term_months
    phase = (_month_number(rows.renews_at) - _month_number(rows.started_at)).fill_null(0)
    ahead = (((phase - rows.begun) % term) + term) % term
    payment = _month_of(rows, rows.begun)
    paid_until = ibis.least(rows.moment, _end(rows.past_end))
    before = (rows.days_ago > AGO_DAYS) & (rows.ended_days_ago < AGO_DAYS).fill_null(True)
    return rows.mutate(
        renewals=(months_begun(rows.started_at, paid_until) - 1) // term,
        renewal_days=_days(rows.moment, _month_of(rows, rows.begun + ahead)),
        payment_days=_days(rows.moment, payment),
        payment_comes=payment < _end(rows.known_end),
        ran_before=before,
    ).drop("past_end")


def relation_ends(orders: ir.Table, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return the days from each cutoff to the end of every customer's relation.

    Columns: customer_id, as_of, left_after_days (null: no end is known). It looks ahead: whoever
    learns from it takes only ends that had come, grace days included.
    """
    rows = customers_at(history(orders, "ordered_at", cutoffs))
    ends = rows.group_by("customer_id", AS_OF).agg(until=rows[RELATION_END].max())
    ended = ends.until < midnight(RUNNING)
    days = ibis.ifelse(ended, _days(_moment(ends), ends.until), ibis.null("float64"))
    return ends.select("customer_id", AS_OF, left_after_days=days)


def _moment(rows: ir.Table) -> ir.TimestampValue:
    return rows[AS_OF].cast("timestamp(6)")


def _days(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
    seconds = end.epoch_seconds() - start.epoch_seconds()
    return seconds.cast("float64") / SECONDS_A_DAY


def _month_number(time: ir.TimestampValue) -> ir.IntegerValue:
    return (time.year() * 12 + time.month()).cast("int64")


def _month_of(rows: ir.Table, number: ir.IntegerValue) -> ir.TimestampValue:
    return rows.started_at + number.as_interval("M")


def _end(time: ir.TimestampValue) -> ir.TimestampValue:
    return time.fill_null(midnight(RUNNING))
