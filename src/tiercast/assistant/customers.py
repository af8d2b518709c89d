"""Answers about customers: one of them, and those of a list."""

from typing import Any

from tiercast.app.called import OWN_ID
from tiercast.app.scored_base import SCORES
from tiercast.app.whole_day import read_whole
from tiercast.assistant.asked_base import AskedBase
from tiercast.config.errors import InputError
from tiercast.config.lists import CustomerList, find_row
from tiercast.lists.base import ListBase
from tiercast.lists.selection import first_of_list
from tiercast.modeling.translated_reason import translated_reason
from tiercast.reporting.actions import ID as ACTION
from tiercast.reporting.actions import plays_of
from tiercast.snapshots.one_customer import rows_of_customer
from tiercast.sources.workspace import workspace

MOST_LISTED = 100
NOT_SCORED = (
    "Customer {customer!r} is not in the scores of {day}; give the whole id, or the pseudonym "
    "where `report.ids` is pseudonymous."
)
OUT_OF_RANGE = "`first` must be 1 to {most}, but got {first}; ask for fewer customers."
LEFT_OUT = (OWN_ID, "run_id", "model_name")
LISTED = (
    "customer_id",
    "tier",
    "segment",
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "value_at_stake",
    "action_id",
    "action",
)


def customer(asked: AskedBase, customer_id: str) -> dict[str, Any]:
    """Return the score row of a customer, with the reasons as sentences.

    Raises
    ------
    InputError
        The customer was not scored.
    """
    with asked.scored.cursor() as database:
        table = database.table(SCORES)
        rows = rows_of_customer(table, customer_id).to_pyarrow().to_pylist()
    if not rows:
        day = str(asked.scored.as_of)
        raise InputError.of(NOT_SCORED, customer=customer_id, day=day)
    row = {name: value for name, value in rows[0].items() if name not in LEFT_OUT}
    row["customer_id"] = asked.shown_id(row["customer_id"])
    row["reasons"] = [_reason(asked, one) for one in row["reasons"] or []]
    row["action"] = _action(asked, row)
    return {**asked.about(), "customer": row}


def customers_of_list(asked: AskedBase, name: str, first: int) -> dict[str, Any]:
    """Return the first customers of a list, and how many it holds.

    Raises
    ------
    InputError
        There is no such list, or `first` is out of range.
    """
    if not 1 <= first <= MOST_LISTED:
        raise InputError.of(OUT_OF_RANGE, most=MOST_LISTED, first=first)
    wanted = find_row(_lists(asked), name, "list")
    rows, count = read_whole(
        asked.scored.config, asked.scored.as_of, lambda _: _first(asked, wanted, first)
    )
    ids = asked.shown_ids([row["customer_id"] for row in rows])
    shown = [
        {**row, "customer_id": one, "action": _action(asked, row)}
        for row, one in zip(rows, ids, strict=True)
    ]
    language = asked.scored.config.language
    return {
        **asked.about(),
        "list": name,
        "title": wanted.title.in_language(language),
        "explanation": wanted.explanation.in_language(language),
        "total": count,
        "customers": shown,
    }


def lists_on_offer(asked: AskedBase) -> dict[str, Any]:
    """Return the names of the lists, each with its title."""
    language = asked.scored.config.language
    found = _lists(asked)
    titles = {name: one.title.in_language(language) for name, one in found.items()}
    return {**asked.about(), "lists": titles}


def _lists(asked: AskedBase) -> dict[str, CustomerList]:
    config = asked.scored.config
    return dict(config.customer_lists)


def _first(asked: AskedBase, wanted: CustomerList, first: int) -> tuple[list[dict[str, Any]], int]:
    with workspace() as connection:
        base = ListBase.read(connection, asked.scored.config, asked.scored.as_of)
        return first_of_list(base.table, wanted, LISTED, first)


def _action(asked: AskedBase, row: dict[str, Any]) -> str | None:
    """Return what to do in the config's language, which need not be that of the scores."""
    play = plays_of(asked.scored.inputs).get(str(row.get(ACTION)))
    stored: str | None = row.get("action")
    return stored if play is None else play.action.in_language(asked.scored.config.language)


def _reason(asked: AskedBase, reason: dict[str, Any]) -> dict[str, Any]:
    config = asked.scored.config
    text = translated_reason(reason, config.language, config.currency)
    return {"text": text, "effect_on_log_odds_of_leaving": reason["effect"]}
