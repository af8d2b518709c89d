"""`experiment`: campaigns as experiments."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import AS_ROWS, show, show_rows, watch
from tiercast.cli.options import ConfigFile, Language, spoken
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
SAID = (
    "Everybody counts in the arm that was assigned, reached or not. p is corrected for all arms "
    "and outcomes (Holm). The sizes of the arms fit the plan: p = {p:.2g}."
)
ADJUSTED = (
    "Means and intervals are adjusted for {covariate} as of {day} (CUPED): every arm at the same "
    "value."
)


def measure(
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
    measure: "tiercast experiment measure pipelines/hillstrom.yaml e-mail",
}
for command, example in COMMANDS.items():
    experiment.command(epilog=f"Example: {example}")(command)
