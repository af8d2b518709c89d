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


def numbers_by_arm(text: str, option: str) -> dict[str, float]:
    """Return a number for each arm, such as its share or its cost.

    Raises
    ------
    typer.BadParameter
        The text of the option is not written so.

    Examples
    --------
    >>> numbers_by_arm("control=0.1, mail=0.9", "--shares")
    {'control': 0.1, 'mail': 0.9}
    """
    try:
        pairs = (one.rsplit("=", 1) for one in text.split(","))
        return {name.strip(): float(number) for name, number in pairs}
    except ValueError:
        what = f"numbers are written as ARM=NUMBER,ARM=NUMBER, but got {text!r}"
        raise typer.BadParameter(what, param_hint=option) from None
