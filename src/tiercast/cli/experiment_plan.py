"""`experiment design` and `assign`: the size of a campaign, and its arms."""

import datetime as dt
from typing import Annotated

import typer

from tiercast.cli.console import AS_ROWS, show, show_rows, watch
from tiercast.cli.experiment_options import CampaignId, Days, numbers_by_arm
from tiercast.cli.options import ConfigFile, Language, in_language, parse_day, spoken
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

ScoredDay = Annotated[
    dt.date | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        parser=parse_day,
        help="The scored day to draw from. Default: the newest.",
    ),
]

PLANNED = (
    "List {list}: {customers:,} customers, {control_customers:,} left alone and {treated:,} "
    "treated. Mean of {outcome} within {days} days: {baseline:.4g} (standard deviation "
    "{deviation:.4g}), as of {planned_on}. Effect to be seen: {effect:+.4g}."
)
COST = "If the effect is real, those left alone bring {holdout_cost:money} less in {days} days."
PLANS = {
    "Comparison": "{plan!t}",
    "Variance": "{variance:.0%}",
    "Wanted power": "{wanted:.0%}",
    "Customers needed": "{needed:,}",
    "Power now": "{power:.0%}",
    "Least effect seen now": "{detectable:.4g}",
}
STRATA = {
    "Tier": "{tier}",
    "Risk": "{risk!t}",
    "Customers": "{customers:,}",
    "Mean": "{response:.4g}",
    "Standard deviation": "{deviation:.4g}",
}
ARMS = {"Arm": "{arm}", "Share": "{share:.0%}", "Customers": "{customers:,}", "File": "{file}"}
BALANCE = {
    "Tier": "{tier}",
    "Arm": "{arm}",
    "Customers": "{customers:,}",
    "Expected value": "{expected_value:.4g}",
    "Churn risk": "{churn_probability:.1%}",
}


def design(  # noqa: PLR0913  # Typer reads the options from here
    config: ConfigFile,
    list_: Annotated[str, typer.Option("--list", metavar="NAME", help="Whom to draw from.")],
    effect: Annotated[
        float,
        typer.Option(
            "--effect",
            metavar="NUMBER",
            help="The difference of means to be seen, such as 0.02: 2 points more who order.",
        ),
    ],
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="NAME", help="ordered, orders or money.")
    ] = "ordered",
    days: Days = None,
    control_share: Annotated[
        float, typer.Option("--control-share", metavar="SHARE", help="Left alone, of all.")
    ] = 0.5,
    power: Annotated[
        float, typer.Option("--power", metavar="SHARE", help="The chance to see the effect.")
    ] = 0.8,
    language: Language = None,
) -> None:
    """Plan a campaign on a list: size, power and what the holdout costs."""
    from tiercast.campaigns.design import experiment_design

    settings = spoken(config, language)
    with watch() as progress:
        found = experiment_design(
            settings,
            list_,
            effect,
            outcome=outcome,
            days=days,
            control_share=control_share,
            power=power,
            progress=progress,
        )
    rows = [{**row, "wanted": found.wanted_power} for row in found.plans.to_dict("records")]
    if AS_ROWS.get():
        show_rows({str(key): value for key, value in row.items()} for row in rows)
        return
    shown = {
        **vars(found),
        "treated": found.customers - found.control_customers,
        "outcome": Message.of(found.outcome),
    }
    show(
        Message.of(PLANNED, **shown),
        TextTable.of("Customers needed", PLANS, rows),
        TextTable.of("Strata", STRATA, found.strata.to_dict("records")),
        *([] if found.holdout_cost is None else [Message.of(COST, **shown)]),
        *found.notes,
    )


def assign(  # noqa: PLR0913  # Typer reads the options from here
    config: ConfigFile,
    campaign: CampaignId,
    list_: Annotated[str, typer.Option("--list", metavar="NAME", help="Whom to draw from.")],
    arms: Annotated[
        str | None,
        typer.Option(
            "--arms",
            metavar="ARM=SHARE,...",
            help="Arms and their shares, one of them called control. Default: two halves.",
        ),
    ] = None,
    as_of: ScoredDay = None,
    start: Annotated[
        dt.date | None,
        typer.Option(
            "--start",
            metavar="YYYY-MM-DD",
            parser=parse_day,
            help="First day on which outcomes count. Default: the scored day.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="The first N of the list.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Of the lists, as in `export`.")
    ] = "csv",
    language: Language = None,
) -> None:
    """Draw the arms of a campaign, once, and write contacts and a list for each arm."""
    from tiercast.verbs.experiment_assign import experiment_assign

    settings = in_language(config, language)
    with watch() as progress:
        found = experiment_assign(
            settings,
            campaign,
            list_,
            arms=None if arms is None else numbers_by_arm(arms, "--arms"),
            as_of=as_of,
            start=start,
            limit=limit,
            format=format_,
            progress=progress,
        )
    drawn = found.assignments
    rows = [
        {"arm": arm, "customers": drawn.customers[arm], "share": share, "file": found.lists[arm]}
        for arm, share in drawn.arms.items()
    ]
    title = Message.of("Arms of {campaign}, drawn from {list}", **vars(drawn))
    show(
        TextTable.of(title, ARMS, rows),
        TextTable.of("Balance of the draw", BALANCE, found.balance.to_dict("records")),
        Message.of("Contacts: {file}", file=found.contacts),
        Message.of(
            "Assignments: {folder}/ (scores of {scored_on}, outcomes count from {start}); they "
            "are never drawn again.",
            **vars(drawn),
        ),
    )
