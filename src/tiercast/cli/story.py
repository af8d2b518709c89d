"""`explain`: one customer's history, scores and reasons."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiercast.cli.console import show
from tiercast.cli.options import AsOf, ConfigFile
from tiercast.config.text_table import TextTable, cell

if TYPE_CHECKING:
    import pandas as pd

    from tiercast.modeling.target import Target
    from tiercast.scoring.explain import CustomerStory


def explain(
    config: ConfigFile,
    customer_id: Annotated[
        str, typer.Argument(metavar="CUSTOMER_ID", help="The id as in the scores.")
    ],
    as_of: AsOf = None,
) -> None:
    """Explain one customer: history, scores, reasons, and what would change the tier.

    The default day is the newest scored day.
    """
    from tiercast.scoring.explain import explain as explain_customer

    _show_story(explain_customer(config, customer_id, as_of))


def _show_story(story: "CustomerStory") -> None:
    score: Mapping[str, Any] = story.score
    title = f"Customer {story.customer_id} as of {story.as_of}"
    show(TextTable(title, ("Field", "Value"), (*_fields(score, story.target), *_step_up(story))))
    show("", *(f"Why: {reason}" for reason in _reasons(score)), "")
    show(_table("Last orders", story.orders))
    if len(story.past) > 1:
        show(_table("Scores over time", story.past))
    if story.left_out:
        show(f"Not {story.target}, and so not shown beside it: {story.left_out}.")


def _fields(score: Mapping[str, Any], target: "Target") -> tuple[tuple[str, str], ...]:
    fields = {
        "tier": "{tier} (confidence {tier_confidence:.0%})",
        "possible tiers": ", ".join(score["tier_set"]),
        f"probability of no order in {target.horizon_days} days": "{churn_probability:.1%}",
        f"expected {target}": "{expected_value:,.2f} ({value_low:,.2f} to {value_high:,.2f})",
        "next order": str(score["next_order_date"] or "not within the horizon"),
        "segment": "{segment} (confidence {segment_confidence:.0%})",
        "RFM": "{rfm_segment} ({r_score}{f_score}{m_score})",
        "lifecycle stage": "{lifecycle_stage}",
        "action": "{action}",
    }
    return tuple((name, form.format_map(score)) for name, form in fields.items())


def _step_up(story: "CustomerStory") -> tuple[tuple[str, str], ...]:
    above = story.next_tier
    if above is None:
        return ()
    return (("next tier", f"{above.tier} starts {above.missing:,.2f} higher"),)


def _reasons(score: Mapping[str, Any]) -> list[str]:
    return [
        f"{reason['text']} ({'higher' if reason['effect'] > 0 else 'lower'} risk than the "
        "average customer's)"
        for reason in score["reasons"] or []
    ]


def _table(title: str, frame: "pd.DataFrame") -> TextTable:
    rows = [
        [cell(v, ",.2f" * isinstance(v, float)) for v in row]
        for row in frame.itertuples(index=False)
    ]
    headings = (name.replace("_", " ").capitalize() for name in frame.columns)
    return TextTable(title, tuple(headings), tuple(map(tuple, rows)))
