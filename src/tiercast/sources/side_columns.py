"""Columns beside the canonical ones that show in which currency the money is."""

import re
from collections.abc import Collection
from dataclasses import replace

from tiercast.config.message import Message
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import has_word, plain_name, words
from tiercast.sources.layout_query import text_value
from tiercast.sources.source_parts import SourceParts
from tiercast.sources.written_amounts import currency_code

MOST_KINDS = 50
CURRENCY = """
    currency currency_code order_currency transaction_currency currencyisocode waehrung wahrung
    doccur
    order_currency_code base_currency_code currency_iso presentment_currency invoice_currency
    sale_currency payment_currency amount_currency waerk waers wkz wkz_umsatz
    devise moneda moeda valuta 币种 货币 通貨 통화 валюта
"""
CURRENCY_WORDS = "currency ccy cur curr waehrung wahrung devise moneda moeda valuta"
CODE_WORDS = "code iso id symbol"
CODE = re.compile(r"[A-Za-z]{3}|[0-9]{3}")


def currency_column(looks: Collection[ColumnLook]) -> ColumnLook | None:
    """Return the column of currencies, if there is one: by its name, or by name and values."""
    sounding = (look for look in looks if _sounds_like_currency(look))
    return named_column(looks, CURRENCY) or next(sounding, None)


def _sounds_like_currency(look: ColumnLook) -> bool:
    """Return whether the last word of a column's name is a currency, and its values are short."""
    own = [word for word in words(look.name) if not has_word(word, CODE_WORDS)]
    is_code = CODE.fullmatch(look.example) or currency_code(look.example)
    is_named = bool(own) and has_word(own[-1], CURRENCY_WORDS)
    return bool(is_named and is_code and 0 < look.distinct <= MOST_KINDS)


def named_column(looks: Collection[ColumnLook], names: str) -> ColumnLook | None:
    """Return the first column of text and few values with one of the names, if there is one."""
    known = {plain_name(name) for name in names.split()}
    fitting = (k for k in looks if plain_name(k.name) in known and k.kind == "text")
    return next((k for k in fitting if 0 < k.distinct <= MOST_KINDS), None)


def with_one_currency(
    parts: SourceParts, currency: str | None
) -> tuple[SourceParts, tuple[str, ...]]:
    """Return the parts with the currency of most orders alone, its code, and a note on the others.

    Amounts of two currencies are never summed.
    """
    if currency is None or "amount" not in parts.select:
        return parts, ()
    found = parts.tally(currency, (), parts.where)
    named = [tally for tally in found if tally.value != "(empty)"]
    if not named:
        return parts, ()
    main, others = named[0], [tally for tally in found if tally != named[0]]
    parts = replace(parts, currency=currency_code(main.value))
    kept = replace(parts, where=(*parts.where, f"{currency} = {text_value(main.value)}"))
    if not others:
        return (parts if parts.plain and not parts.where else kept), ()
    left = "; ".join(map(str, others))
    return kept, (
        Message.of(
            "Several currencies: {main} is kept, being that of most orders. Left out: {left}. To "
            "use them, convert the amounts first, or make a config for each currency.",
            main=main,
            left=left,
        ),
    )
