"""The text of a first config of a label table."""

import json

from tiercast.sources.label_guess import LabelGuess
from tiercast.verbs.config_text import Draft, scalar

CROSS_SECTION = (
    "one row per customer and no dates: a label table. Its figures are those of a cross-section, "
    "optimistic about the future"
)
DAY_MISSING = (
    "the file does not say of which day it is: write `outlook.as_of`, or use --as-of with each "
    "command; without either, it is the day on which the file was last changed"
)


def label_config_text(draft: Draft, guess: LabelGuess) -> str:
    """Return the YAML text."""
    source = draft.proposal.source
    keys = (("encoding", source.encoding), ("sheet", source.sheet))
    worth = guess.column("value_column")
    lines = [
        f"# {draft.say('Guessed from {data}. Look over each guess, then run:', data=draft.data)}",
        f"#   tiercast check {draft.written_to}",
        f"# {draft.say('To know: {note}', note=draft.say(CROSS_SECTION))}",
        f"# {draft.say('TO MEND: {gap}', gap=draft.say(DAY_MISSING))}",
        f"name: {scalar(draft.name)}",
        *([f"language: {draft.language}"] if draft.language else []),
        "sources:",
        "  customers:",
        f"    path: {scalar(str(source.path))}",
        *(f"    {key}: {scalar(value)}" for key, value in keys if value is not None),
        "    columns:",
        f"      customer_id: {_name(guess, 'customer_id')}  # {_why(draft, guess, 'customer_id')}",
        "outlook:",
        "  churn: label",
        f"  column: {_name(guess, 'column')}  # {_why(draft, guess, 'column')}",
        f"  positive: {json.dumps(guess.positive)}  # {draft.say('guessed')}",
    ]
    if worth is None:
        lines.append(
            "  # value_column: ...  # what a customer who stays is worth, if a column says"
        )
    else:
        lines.append(f"  value_column: {scalar(worth)}  # {_why(draft, guess, 'value_column')}")
    lines.append("  # as_of: 2024-01-31  # the day of the table")
    return "\n".join(lines) + "\n"


def _name(guess: LabelGuess, role: str) -> str:
    return scalar(str(guess.column(role)))


def _why(draft: Draft, guess: LabelGuess, role: str) -> str:
    reason = next(one.reason for one in guess.map.guesses if one.role == role)
    return draft.say("guessed: {reason}", reason=draft.say(reason))
