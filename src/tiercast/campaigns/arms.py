"""Whom each arm of a campaign holds, and since when: from its assignments, or from contacts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiercast.config.errors import InputError

MOST_NAMED = 8
CONTROL_NAMES = re.compile(r"(control|hold-?out|none|no)\b.*", re.IGNORECASE)
NO_CONTACTS = (
    "Campaign {campaign} has no assignments in {place}, and the config names no table "
    "`contacts`; assign it first (`tiercast experiment assign CONFIG`), or name the table."
)
UNKNOWN = "Campaign {campaign} has neither assignments in {place} nor contacts; there are {known}."
NO_ARMS = "`contacts` has no column `arm`; map it: `columns: {{arm: ...}}`."
NO_ARM = "{rows:,} contacts of campaign {campaign} have no `arm`; say it for each customer."
TWO_ARMS = (
    "A customer belongs to one arm, but {customers:,} of campaign {campaign} were contacted in "
    "several, such as {example}; keep the arm that each was drawn for."
)
ONE_ARM = (
    "An effect is the difference of two arms, but campaign {campaign} has one, {arm}; record "
    "those who were held out, too, each with an `arm`."
)


@dataclass(frozen=True)
class Arms:
    """The customers of a campaign.

    `table` has customer_id, arm, start (the day of assignment, or of the first contact) and cost
    (of all contacts, money; null: unknown), a row per customer. `shares` are the planned shares
    of arms (None: not recorded), `control` the arm that was held out, if it is recorded.
    """

    table: ir.Table
    names: tuple[str, ...]
    shares: Mapping[str, float] | None = None
    control: str | None = None


def contacted(contacts: ir.Table, campaign: str, place: str) -> Arms:
    """Return the arms of a campaign as its contacts record them.

    Raises
    ------
    InputError
        There are no such contacts, a contact has no arm, a customer has several, or all have one.
    """
    rows = of_campaign(contacts, campaign)
    if "arm" not in rows.columns:
        raise InputError.of(NO_ARMS)
    grouped = rows.group_by("customer_id").agg(
        arm=rows.arm.min(),
        arms=rows.arm.nunique(),
        unnamed=rows.arm.isnull().sum(),
        start=rows.contacted_at.min().date(),
        cost=rows.cost.sum() if "cost" in rows.columns else ibis.null("float64"),
    )
    _refuse_unclear(grouped, contacts, campaign, place)
    table = grouped.select("customer_id", "arm", "start", "cost")
    return Arms(table, _names(table, campaign))


def of_campaign(contacts: ir.Table, campaign: str) -> ir.Table:
    """Return the contact rows of a campaign, whose id may be a number or a text."""
    return contacts.filter(contacts.campaign_id.cast("string") == campaign)


def _refuse_unclear(grouped: ir.Table, contacts: ir.Table, campaign: str, place: str) -> None:
    several = grouped.arms > 1
    (seen,) = (
        grouped.agg(
            customers=grouped.count(),
            unnamed=grouped.unnamed.sum(),
            several=several.sum(),
            example=grouped.customer_id.min(where=several),
        )
        .to_pyarrow()
        .to_pylist()
    )
    if not seen["customers"]:
        raise InputError.of(UNKNOWN, campaign=campaign, place=place, known=_known(contacts))
    if seen["unnamed"]:
        raise InputError.of(NO_ARM, campaign=campaign, rows=int(seen["unnamed"]))
    if seen["several"]:
        count, example = int(seen["several"]), repr(seen["example"])
        raise InputError.of(TWO_ARMS, campaign=campaign, customers=count, example=example)


def _names(table: ir.Table, campaign: str) -> tuple[str, ...]:
    found = table.select("arm").distinct().to_pyarrow()["arm"].to_pylist()
    if len(found) == 1:
        raise InputError.of(ONE_ARM, campaign=campaign, arm=found[0])
    return tuple(sorted(found))


def _known(contacts: ir.Table) -> list[str]:
    ids = contacts.select(id=contacts.campaign_id.cast("string")).distinct().order_by("id")
    found: list[str] = ids.limit(MOST_NAMED + 1).to_pyarrow()["id"].to_pylist()
    return found if len(found) <= MOST_NAMED else [*found[:MOST_NAMED], "..."]
