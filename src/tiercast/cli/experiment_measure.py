"""`experiment measure` and `ledger`: what campaigns changed, and what they earned."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import AS_ROWS, show, show_rows, watch
from tiercast.cli.experiment_options import CampaignId, Days, numbers_by_arm
from tiercast.cli.options import ConfigFile, Language, spoken
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.campaigns.measure import Measurement

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
            shares=None if shares is None else numbers_by_arm(shares, "--shares"),
            cost=cost,
            money=money,
            progress=progress,
        )
    if AS_ROWS.get():
        show_rows(found.rows())
        return
    _show(found)


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
