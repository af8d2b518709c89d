"""`experiment target`: whom to treat, as a past campaign shows it."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import AS_ROWS, show, show_rows, watch
from tiercast.cli.experiment_options import numbers_by_arm
from tiercast.cli.options import ConfigFile, Language, spoken
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.campaigns.target import Targeting

POLICIES = {
    "Policy": "{policy!t}",
    "Contacted": "{treated:.0%}",
    "Value": "{value:.4g}",
    "95% interval": "{low:.4g} to {high:.4g}",
    "Gain": "{gain:+.4g}",
    "Interval of the gain": "{gain_low:+.4g} to {gain_high:+.4g}",
}
RANKINGS = {
    "Arm": "{arm}",
    "Ranking": "{ranking!t}",
    "Area (AUUC)": "{auuc:.4g}",
    "Qini": "{qini:+.4g}",
    "95% interval": "{qini_low:+.4g} to {qini_high:+.4g}",
}
PROFITS = {
    "Save rate": "{save_rate:.1%}",
    "Contacts": "{contacts:,}",
    "Cost": "{cost:money}",
    "Profit": "{profit:money}",
    "90% interval": "{low:money} to {high:money}",
}
PROFIT_TITLE = "Contacts that pay on {day}: {worth:,}"
PROFIT_TITLE_OF_LIST = "Contacts that pay of list {list} on {day}: {worth:,}"
TITLE = "{outcome!t} per customer, less the cost of contacts, of {n:,} customers in {days} days"
SAID = (
    "Values are measured on customers that the models did not see (doubly robust, cross-fitted). "
    "Gains are against {baseline!t}; those of models hold together. A Qini of 0 is that of a "
    "random ranking."
)


def target(  # noqa: PLR0913  # Typer reads the options from here
    config: ConfigFile,
    campaign: Annotated[
        str, typer.Argument(metavar="CAMPAIGN", help="A past campaign whose arms were drawn.")
    ],
    budget: Annotated[
        int | None,
        typer.Option(
            "--budget", metavar="N", min=1, help="The most contacts. Default: all that pay."
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="NAME", help="Default: money, or else the first."),
    ] = None,
    control: Annotated[
        str | None, typer.Option("--control", metavar="ARM", help="The arm that was left alone.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="N", min=1, help="Length of the window.")
    ] = None,
    costs: Annotated[
        str | None,
        typer.Option(
            "--costs",
            metavar="ARM=COST,...",
            help="What a contact costs, in the unit of the outcome.",
        ),
    ] = None,
    language: Language = None,
) -> None:
    """Tell whom to treat next time, and whether the data support choosing at all."""
    from tiercast.campaigns.target import experiment_target

    settings = spoken(config, language)
    with watch() as progress:
        found = experiment_target(
            settings,
            campaign,
            budget=budget,
            outcome=outcome,
            control=control,
            days=days,
            costs=None if costs is None else numbers_by_arm(costs, "--costs"),
            progress=progress,
        )
    if AS_ROWS.get():
        show_rows(found.rows())
        return
    _show(found)


def _show(found: "Targeting") -> None:
    from tiercast.campaigns.verdict import ranking_words

    policies = [
        {
            "policy": found.words_of(one),
            "treated": one.treated,
            "value": one.value.mean,
            "low": one.value.low,
            "high": one.value.high,
            "gain": None if one.gain is None else one.gain.mean,
            "gain_low": None if one.gain is None else one.gain.low,
            "gain_high": None if one.gain is None else one.gain.high,
        }
        for one in found.comparison.policies
    ]
    rankings = [
        {**row, "ranking": ranking_words(str(row["ranking"]))}
        for row in found.rows()
        if row["kind"] == "ranking"
    ]
    title = Message.of(TITLE, outcome=found.outcome, n=found.customers, days=found.days)
    baseline = found.words_of(found.comparison.baseline)
    show(
        TextTable.of(title, POLICIES, policies),
        TextTable.of("Rankings", RANKINGS, rankings),
        Message.of(SAID, baseline=baseline),
        *found.notes,
        found.answer,
        *_contacts(found),
    )


def _contacts(found: "Targeting") -> tuple["TextTable | str", ...]:
    """Return what the next contacts bring, and what that stands on; nothing without a budget."""
    if (said := found.contacts) is None:
        return ()
    template = PROFIT_TITLE if said.list_name is None else PROFIT_TITLE_OF_LIST
    title = Message.of(template, list=said.list_name, day=said.as_of, worth=said.worth)
    return TextTable.of(title, PROFITS, said.profits.values()), said.basis
