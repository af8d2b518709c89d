"""What the model card says of groups of customers."""

from collections.abc import Sequence

from tiercast.config.text_table import markdown_table
from tiercast.training.group_choice import (
    LEAST_CUSTOMERS,
    LEAST_OUTCOMES,
    WAYS,
    GroupChoice,
    WayFigures,
)


def groups_part(by: str | None, choices: Sequence[GroupChoice]) -> str:
    """Return the part on groups as Markdown; "" without groups."""
    if not choices:
        return ""
    headings = (
        *(by, "customers", "forecast by", choices[0].metric),
        *("against the model of all (95 % interval)", "ECE", "total off by", "tiers", "why"),
    )
    table = markdown_table(headings, [row for choice in choices for row in _rows(choice)])
    return (
        f"## Groups by {by}\n\nEach group has totals and tier sizes of its own. Three ways to "
        "forecast it were judged on past days that no model had seen, calibrated by the others: "
        "the model of all customers, the same at the level of the group's own past, and a model "
        "of its own. Another way than the first is taken where it is better beyond chance and "
        f"its total is not further off. A group of fewer than {LEAST_CUSTOMERS} customers, or "
        f"with fewer than {LEAST_OUTCOMES} past customers who ordered or who left, has the model "
        f"of all. Chosen ways are marked *:\n\n{table}\n\nFurther horizons are forecast by the "
        "model of all customers. The gate and this card's evaluation go by the ways chosen.\n"
    )


def _rows(choice: GroupChoice) -> list[tuple[str, ...]]:
    group, tiers = (choice.name, f"{choice.customers:,}"), "own" if choice.own_tiers else "as all"
    return [
        (
            *(*group, f"{WAYS[how]}{' *' * (how == choice.how)}"),
            *(f"{one.metric:.4f}", _difference(one), f"{one.ece:.3f}", f"{one.total_error:.1%}"),
            *(tiers, choice.why if how == choice.how else ""),
        )
        for how, one in choice.figures.items()
    ] or [(*group, f"{WAYS[choice.how]} *", *("",) * 4, tiers, choice.why)]


def _difference(figures: WayFigures) -> str:
    if figures.difference is None:
        return ""
    difference, low, high = figures.difference
    return f"{difference:+.4f} ({low:+.4f} to {high:+.4f})"
