"""`explain`: one customer's story on the screen."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiercast.cli.console import cell, show_lines, show_table
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    import pandas as pd

    from tiercast.scoring.explain import CustomerStory


def explain(
    config: ConfigFile,
    customer_id: Annotated[
        str, typer.Argument(metavar="CUSTOMER_ID", help="As the scores have it.")
    ],
    as_of: AsOf = None,
) -> None:
    """Explain one customer: history, scores, reasons, what would change the tier.

    The default day is the newest that was scored.
    """
    from tiercast.scoring.explain import explain as tell_story

    _show_story(tell_story(config, customer_id, as_of))


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: tiercast explain pipelines/cdnow.yaml 1024")(explain)


def _show_story(story: "CustomerStory") -> None:
    show_table(f"Customer {story.customer_id} as of {story.as_of}", ("what", "told"), _told(story))
    show_lines("", *(f"Why: {reason}" for reason in _reasons(story.score)), "")
    show_table("Last orders", *_text(story.orders))
    if len(story.past) > 1:
        show_table("ContenderForecast before", *_text(story.past))
    if story.left_out:
        show_lines(f"Not {story.target}, and so not shown beside it: {story.left_out}.")


def _told(story: "CustomerStory") -> list[tuple[str, str]]:
    score: Mapping[str, Any] = story.score
    rows = [
        ("tier", f"{score['tier']} (confidence {score['tier_confidence']:.0%})"),
        ("tiers possible", ", ".join(score["tier_set"])),
        (
            f"chance of no order in {story.target.horizon_days} days",
            f"{score['churn_probability']:.1%}",
        ),
        (
            f"expected {story.target}",
            f"{score['expected_value']:,.2f} "
            f"({score['value_low']:,.2f} to {score['value_high']:,.2f})",
        ),
        ("next order", str(score["next_order_date"] or "not within the horizon")),
        ("segment", f"{score['segment']} (confidence {score['segment_confidence']:.0%})"),
        (
            "RFM",
            f"{score['rfm_segment']} ({score['r_score']}{score['f_score']}{score['m_score']})",
        ),
        ("stage", str(score["lifecycle_stage"])),
        ("action", str(score["action"])),
    ]
    return rows + _step_up(story)


def _step_up(story: "CustomerStory") -> list[tuple[str, str]]:
    above = story.next_tier
    if above is None:
        return []
    return [("to the next tier", f"{above.tier} starts {above.missing:,.2f} higher")]


def _reasons(score: Mapping[str, Any]) -> list[str]:
    return [
        f"{reason['text']} ({'higher' if reason['effect'] > 0 else 'lower'} risk than the "
        "average customer's)"
        for reason in score["reasons"] or []
    ]


def _text(frame: "pd.DataFrame") -> tuple[Sequence[str], list[tuple[str, ...]]]:
    rows = [tuple(cell(v, ",.2f") for v in row) for row in frame.itertuples(index=False)]
    return tuple(map(str, frame.columns)), rows
