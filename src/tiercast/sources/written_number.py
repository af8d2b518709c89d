"""Numbers for a quick look at a column: signs and names of currencies, separators, brackets."""

import ibis
import ibis.expr.types as ir

from tiercast.sources.written_amounts import CURRENCY

DIGITS = r"(?:[0-9]{1,3}(?:[., '’\x{a0}\x{202f}][0-9]{3})+|[0-9]*)(?:[.,][0-9]+)?"
MONEY = rf"(?i)^\s*[-+−(]?\s*{CURRENCY}?\s*[-+−(]?\s*{DIGITS}\s*{CURRENCY}?\s*[-−)]?\s*$"
NEGATIVE = r"^[^0-9]*[-−(]|[0-9][^0-9]*[-−]\s*$"
DECIMALS = r"[.,]([0-9]{1,2})$"


def written_number(value: ir.Value) -> ir.FloatingValue:
    """Return each value as a float; null if it is no number.

    `init` looks so at every column of a file. The contract's `read_number` is exact, but takes 17
    times as long. Here an open separator of money is one of thousands, as in `€ 1.234`.
    """
    number = value.try_cast("float64")
    return number.coalesce(_of_money(value)) if value.type().is_string() else number


def has_decimal_comma(value: ir.Value) -> ir.BooleanValue:
    """Return whether each value has a decimal comma, such as 12,50 or 1.234,5."""
    if not value.type().is_string():
        return ibis.literal(False)
    return value.re_search(r"[0-9],[0-9]{1,2}[^0-9]*$") & value.re_search(MONEY)


def _of_money(text: ir.StringValue) -> ir.FloatingValue:
    digits = text.re_replace(r"[^0-9.,]", "")
    whole = digits.re_replace(DECIMALS, "").re_replace(r"[.,]", "")
    number = (whole + "." + digits.re_extract(DECIMALS, 1)).try_cast("float64")
    signed = text.re_search(NEGATIVE).ifelse(-number, number)
    is_money = text.re_search(MONEY) & text.re_search("[0-9]")
    return is_money.ifelse(signed, None)
