"""Draw a campaign's arms from a list of customers, once."""

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.arms import CONTROL_NAMES
from tiercast.campaigns.assignments import NAME, SCORES, Assignments, drawn, freeze
from tiercast.config.errors import InputError
from tiercast.config.lists import CustomerList
from tiercast.config.schema import Config
from tiercast.lists.base import ListBase
from tiercast.lists.selection import select
from tiercast.sources.workspace import workspace

DEFAULT_ARMS = {"control": 0.5, "treated": 0.5}
BAD_NAME = (
    "A campaign that is assigned has a name of letters, digits, `_`, `.` and `-`, but got "
    "{name!r}."
)
BAD_ARMS = (
    "Arms need two names or more, each with a share above 0, and one of them called control, "
    "such as control=0.5,mail=0.5, but got {given}."
)
OTHER = (
    "Campaign {campaign} was assigned as {before}; that is never drawn again. Name another "
    "campaign for {now}."
)
NOBODY = "List {list} holds {customers:,} customers on {day}, too few for {arms} arms."


def assign(  # noqa: PLR0913  # each is an option of the command
    config: Config,
    campaign: str,
    wanted: CustomerList,
    arms: Mapping[str, float],
    *,
    as_of: dt.date | str | None,
    start: dt.date | None,
    limit: int | None,
) -> Assignments:
    """Return the assignments of a campaign, drawn now if they were not before.

    Raises
    ------
    InputError
        The name or the arms are wrong, the campaign was assigned otherwise, or too few customers
        are on the list.
    """
    if not NAME.fullmatch(campaign):
        raise InputError.of(BAD_NAME, name=campaign)
    shares, control = _checked(arms)
    output = OutputFolder.of(config)
    before = Assignments.read(output, campaign)
    if before is not None:
        _refuse_other(before, wanted.name, shares, limit)
        return before
    day = output.scored_day(as_of)
    with workspace() as connection:
        base = ListBase.read(connection, config, day)
        chosen = select(base.table, wanted, limit)
        known = chosen.select("customer_id", *(name for name in SCORES if name in chosen.columns))
        rows = drawn(known, f"{config.name}/{campaign}", shares).mutate(
            start=ibis.date((start or day).isoformat()), scored_on=ibis.date(day.isoformat())
        )
        rows = connection.create_table("assigned", rows)
        base.refuse_if_scored_again()
        sizes = _sizes(rows, shares)
        if min(sizes.values()) < 2:
            count = sum(sizes.values())
            raise InputError.of(
                NOBODY, list=wanted.name, customers=count, day=day, arms=len(shares)
            )
        facts = {
            "campaign": campaign,
            "list": wanted.name,
            "arms": dict(shares),
            "control": control,
            "start": (start or day).isoformat(),
            "scored_on": day.isoformat(),
            "limit": limit,
            "customers": sizes,
            "model_version": base.model_version,
            "holdout": config.holdout,
        }
        freeze(output.experiment(campaign), rows, _contacts(rows, campaign, control), facts)
    found = Assignments.read(output, campaign)
    assert found is not None
    return found


def balance(assigned: Assignments) -> pd.DataFrame:
    """Return customers and mean expected value of each tier by arm: a draw leaves them alike."""
    with workspace() as connection:
        rows = assigned.rows(connection)
        group = [name for name in ("tier", "arm") if name in rows.columns]
        means = {
            name: rows[name].mean()
            for name in ("expected_value", "churn_probability")
            if name in rows.columns
        }
        found: pd.DataFrame = (
            rows.group_by(group).agg(customers=rows.count(), **means).order_by(group).to_pandas()
        )
    return found


def _contacts(rows: ir.Table, campaign: str, control: str) -> ir.Table:
    """Return the rows for the table `contacts`, those left alone among them, with their arm."""
    return rows.select(
        "customer_id",
        contacted_at=rows.start.cast("timestamp(6)"),
        campaign_id=ibis.literal(campaign),
        arm=rows.arm,
        exposed=rows.arm != control,
    ).order_by("customer_id")


def _checked(arms: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """Return the shares of arms, which sum to 1, and the name of the control."""
    controls = [name for name in arms if CONTROL_NAMES.fullmatch(name)]
    whole = sum(arms.values())
    if len(arms) < 2 or len(controls) != 1 or not all(share > 0 for share in arms.values()):
        raise InputError.of(BAD_ARMS, given=dict(arms))
    return {name: share / whole for name, share in arms.items()}, controls[0]


def _refuse_other(
    before: Assignments, name: str, shares: Mapping[str, float], limit: int | None
) -> None:
    then, now = _described(before.list, before.arms, before.limit), _described(name, shares, limit)
    if then != now:
        raise InputError.of(OTHER, campaign=before.campaign, before=then, now=now)


def _described(name: str, shares: Mapping[str, float], limit: int | None) -> str:
    arms = ",".join(f"{arm}={share:g}" for arm, share in shares.items())
    return f"--list {name} --arms {arms}" + (f" --limit {limit}" if limit else "")


def _sizes(rows: ir.Table, shares: Mapping[str, float]) -> dict[str, int]:
    counted = rows.group_by("arm").agg(customers=rows.count()).to_pyarrow().to_pylist()
    found = {row["arm"]: int(row["customers"]) for row in counted}
    return {name: found.get(name, 0) for name in shares}
