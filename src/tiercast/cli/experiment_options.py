"""Arguments that the commands of `experiment` share."""

from typing import Annotated

import typer

CampaignId = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The campaign: its name or id.")
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, help="Length of the window. Default: the horizon."),
]


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
