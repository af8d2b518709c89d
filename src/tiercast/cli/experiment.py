"""`experiment`: campaigns as experiments."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import AS_ROWS, show, show_rows, watch
from tiercast.cli.experiment_target import target
from tiercast.cli.options import ConfigFile, Language, in_language, parse_day, spoken
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.campaigns.measure import Measurement

CampaignId = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The campaign: its name or id.")
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, help="Length of the window. Default: the horizon."),
]
ScoredDay = Annotated[
    dt.date | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        parser=parse_day,
        help="The scored day to draw from. Default: the newest.",
    ),
]

MEANS = {"Arm": "{arm}", "Outcome": "{outcome!t}", "Customers": "{n:,}", "Mean": "{mean:.5g}"}
EFFECTS = {
    "Arm": "{arm}",
    "Outcome": "{outcome!t}",
    "Control": "{control:.4g}",
    "Treated": "{treated:.4g}",
    "Effect": "{effect:+.4g}",
    "95% interval": "{low:+.4g} to {high:+.4g}",
    "Relative": "{relative:+.1%}",
    "Its interval": "{relative_low:+.1%} to {relative_high:+.1%}",
    "p": "{p:.2g}",
    "p, corrected": "{adjusted:.2g}",
}
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
ARMS = {
    "Arm": "{arm}",
    "Share": "{share:.0%}",
    "Customers": "{customers:,}",
    "File": "{file}",
}
BALANCE = {
    "Tier": "{tier}",
    "Arm": "{arm}",
    "Customers": "{customers:,}",
    "Expected value": "{expected_value:.4g}",
    "Churn risk": "{churn_probability:.1%}",
}
LEDGER = {
    "Campaign": "{campaign}",
    "Arm": "{arm}",
    "First": "{first}",
    "Customers": "{n:,}",
    "Cost": "{cost:money}",
    "Brought": "{brought:money}",
    "95% interval": "{brought_low:money} to {brought_high:money}",
    "Profit": "{profit:money}",
    "Return": "{return:+.0%}",
    "Cumulative profit": "{cumulative:money} ({cumulative_low:money} to {cumulative_high:money})",
}
SAID = (
    "Everybody counts in the arm that was assigned, reached or not. p is corrected for all arms "
    "and outcomes (Holm). The sizes of the arms fit the plan: p = {p:.2g}."
)
ADJUSTED = (
    "Means and intervals are adjusted for {covariate} as of {day} (CUPED): every arm at the same "
    "value."
)


def measure(  # noqa: PLR0913  # Typer reads the options from here
    config: ConfigFile,
    campaign: CampaignId,
    control: Annotated[
        str | None, typer.Option("--control", metavar="ARM", help="The arm that was left alone.")
    ] = None,
    days: Days = None,
    shares: Annotated[
        str | None,
        typer.Option(
            "--shares",
            metavar="ARM=SHARE,...",
            help="Planned shares of the arms. Default: as assigned, or else equal ones.",
        ),
    ] = None,
    cost: Annotated[
        float | None,
        typer.Option(
            "--cost",
            metavar="MONEY",
            min=0,
            help="Of a customer who was not left alone. Default: the contacts' own.",
        ),
    ] = None,
    money: Annotated[
        str, typer.Option("--money", metavar="OUTCOME", help="What the ledger counts as money.")
    ] = "money",
    language: Language = None,
) -> None:
    """Measure what each arm of a campaign changed, with 95% intervals."""
    from tiercast.campaigns.measure import experiment_measure

    settings = spoken(config, language)
    with watch() as progress:
        found = experiment_measure(
            settings,
            campaign,
            control=control,
            days=days,
            shares=None if shares is None else parse_shares(shares),
            cost=cost,
            money=money,
            progress=progress,
        )
    if AS_ROWS.get():
        show_rows(found.rows())
        return
    _show(found)


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
            arms=None if arms is None else parse_shares(arms),
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


def _show(found: "Measurement") -> None:
    means = found.means.assign(arm=found.means["arm"].fillna(Message.of("all")))
    title = Message.of(
        "Effects against {control}, {days} days from {first}",
        control=found.control,
        days=found.days,
        first=found.first,
    )
    show(
        TextTable.of("Arms", MEANS, means.to_dict("records")),
        TextTable.of(title, EFFECTS, found.effects),
        Message.of(SAID, p=found.sample_ratio_p),
        *found.notes,
    )
    if found.covariate is not None:
        show(Message.of(ADJUSTED, covariate=found.covariate, day=found.scored_on))


def ledger(config: ConfigFile, language: Language = None) -> None:
    """Show what measured campaigns cost, brought and earned, and their sum."""
    from tiercast.campaigns.ledger import experiment_ledger

    rows = experiment_ledger(spoken(config, language)).to_dict("records")
    if AS_ROWS.get():
        show_rows({str(k): None if v != v else v for k, v in row.items()} for row in rows)
        return
    if not rows:
        show(Message.of("No campaign is measured yet: `tiercast experiment measure CONFIG`."))
        return
    show(
        TextTable.of("Ledger of campaigns", LEDGER, rows),
        Message.of("Money has 95% intervals; a profit needs a cost: `--cost` of measure."),
    )


def parse_shares(text: str) -> dict[str, float]:
    """Return the shares of arms.

    Examples
    --------
    >>> parse_shares("control=0.1, mail=0.9")
    {'control': 0.1, 'mail': 0.9}
    """
    try:
        pairs = (one.rsplit("=", 1) for one in text.split(","))
        return {name.strip(): float(share) for name, share in pairs}
    except ValueError:
        raise typer.BadParameter(
            f"shares are written as ARM=SHARE,ARM=SHARE, but got {text!r}", param_hint="--shares"
        ) from None


experiment = typer.Typer(
    no_args_is_help=True,
    help="Plan campaigns as experiments, draw their arms, and measure what they changed.",
)
COMMANDS: dict[Callable[..., None], str] = {
    design: "tiercast experiment design pipelines/cdnow.yaml --list win_back --effect 0.02",
    assign: "tiercast experiment assign pipelines/cdnow.yaml spring --list win_back "
    "--arms control=0.5,mail=0.5",
    ledger: "tiercast experiment ledger pipelines/cdnow.yaml",
    measure: "tiercast experiment measure pipelines/hillstrom.yaml e-mail",
    target: "tiercast experiment target pipelines/hillstrom.yaml e-mail --outcome visit",
}
for command, example in COMMANDS.items():
    experiment.command(epilog=f"Example: {example}")(command)
