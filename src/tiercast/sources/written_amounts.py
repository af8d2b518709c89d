r"""Numbers as people write them: `1,234.50`, `1.234,50`, `1 234,50 €`, `(12.50)`, `$-3`.

A single separator before three digits (`1.234`) has two readings. Other values of the column
settle it; if none does, the config must. All regular expressions work in DuckDB (RE2) and Spark
(Java).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
from babel.numbers import is_currency

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.origin import describe

Decimal = Literal[".", ","]

CODES = (
    "EUR|USD|GBP|CHF|JPY|CNY|CNH|RMB|CAD|AUD|NZD|INR|BRL|MXN|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN"
    "|HKD|TWD|SGD|KRW|THB|IDR|MYR|PHP|VND|RUB|UAH|TRY|ZAR|ILS|AED|SAR|EGP|NGN|KES|ARS|CLP|COP|PEN"
)
WORDS = (
    r"euros?|dollars?|pounds?|kr\.?|fr\.?|zł|kč|ft|lei|lv|лв\.?|руб\.?|р\.|rs\.?|rm|rp\.?"
    r"|元|円|圆|圓|원"
)
CURRENCY = rf"(?:[A-Z]{{0,3}}\p{{Sc}}|{CODES}|{WORDS})"
MINUS = r"[-\x{2212}\x{2010}\x{2013}]"
GAP = r"[\s\p{Z}'\x{2019}\x{b4}`]"
SIGN = rf"(?:{MINUS}|[+(])"
MONEY = (
    rf"(?i)^{SIGN}? ?(?:({CURRENCY}) ?{SIGN}? ?)?([0-9.,](?:[0-9.,]|{GAP})*)"
    rf"({CURRENCY})? ?(?:{MINUS}|\))? ?({CURRENCY})?\)?$"
)
NUMERAL, CURRENCY_PLACES = 2, (1, 3, 4)
SWISS = rf"[.,](?:{MINUS}|\x{{2014}})+"  # 25.- is 25.00

WHOLE = r"^[0-9]+$"
GROUPED = r"^[0-9]{1,3}('[0-9]{3})+([.,][0-9]+)?$"
# `p` is the decimal separator, `t` the one between groups of digits.
SETTLED = (
    r"^([0-9]*p[0-9]{1,2}|[0-9]*p[0-9]{4,}|0[0-9]*p[0-9]+|[0-9]{4,}p[0-9]+|p[0-9]+|[0-9]+p"
    r"|[0-9]{1,3}(t[0-9]{2,3})*t[0-9]{3}p[0-9]*|[0-9]{1,3}(t[0-9]{2,3})*t[0-9]{3}t[0-9]{3})$"
)
UNSETTLED = r"^[1-9][0-9]{0,2}p[0-9]{3}$"

# One currency has several names; a name that is not here is its own.
SAME_CURRENCY: Mapping[str, str] = {
    **dict.fromkeys(("€", "EURO", "EUROS"), "EUR"),
    **dict.fromkeys(("$", "US$", "DOLLAR", "DOLLARS"), "USD"),
    **dict.fromkeys(("£", "POUND", "POUNDS"), "GBP"),
    **dict.fromkeys(("元", "圆", "CNH", "RMB", "CN¥"), "CNY"),
    **dict.fromkeys(("円", "圓", "JP¥"), "JPY"),
    **dict.fromkeys(("FR", "FR."), "CHF"),
    **dict.fromkeys(("KČ",), "CZK"),
    **dict.fromkeys(("ZŁ",), "PLN"),
    **dict.fromkeys(("KR.",), "KR"),
    **dict.fromkeys(("RS.", "RS", "₹"), "INR"),
    **dict.fromkeys(("₽", "РУБ", "РУБ.", "Р."), "RUB"),
    **dict.fromkeys(("원", "₩"), "KRW"),
    "￥": "¥",
}
EITHER = {"¥": {"CNY", "JPY"}, "KR": {"SEK", "NOK", "DKK", "ISK"}}


@dataclass(frozen=True)
class NumberStyle:
    """How a column's numbers are written.

    `decimal` is the decimal separator of values with two readings. A `strict` style (of the
    config) holds for all values; otherwise a value with one reading is read by it.
    """

    decimal: Decimal | None = None
    strict: bool = False

    @classmethod
    def given(cls, source: SourceConfig) -> "NumberStyle | None":
        """Return the style that a config names; None if it names none."""
        other: Mapping[str | None, Decimal] = {",": ".", ".": ","}
        decimal = source.decimal or other.get(source.thousands)
        return None if decimal is None else cls(decimal, strict=True)


def read_number(text: ir.StringValue, style: NumberStyle) -> ir.FloatingValue:
    """Return each text as a float; null where it is no number in this style."""
    shape = _numeral(text)
    point, comma = _as_number(shape, "."), _as_number(shape, ",")
    if style.strict:
        sign, number = (".", point) if style.decimal == "." else (",", comma)
        other = "," if sign == "." else "."
        fits = _settled(shape, sign) | _unsettled(shape, sign) | _unsettled(shape, other)
        fits |= shape.re_search(GROUPED) & ~shape.contains(other)
        number = (fits | shape.re_search(WHOLE)).ifelse(number, None)
    else:
        unsettled = point if style.decimal != "," else comma
        number = ibis.cases(
            (_settled(shape, ".") | shape.re_search(WHOLE), point),
            (_settled(shape, ","), comma),
            (shape.re_search(GROUPED), shape.contains(",").ifelse(comma, point)),
            (_unsettled(shape, ".") | _unsettled(shape, ","), unsettled),
        )
    # Exponents, nan and inf (the contract has rules for them) are read as engines read them.
    odd = (shape == "").ifelse(text.try_cast("float64"), None)
    return _signed(text, number).coalesce(odd)


def number_styles(
    table: ir.Table, texts: Mapping[str, str], source: SourceConfig
) -> dict[str, NumberStyle]:
    """Return the number style of columns of text by canonical name; `texts` has their own names.

    The style of the amounts holds for other columns with values of two readings.

    Raises
    ------
    DataContractError
        Amounts have two readings and no other value settles which; or they are of several
        currencies, which cannot be added.
    """
    if "amount" in texts:
        _refuse_currencies(table, texts["amount"], source)
    given = NumberStyle.given(source)
    if given is not None:
        return dict.fromkeys(texts, given)
    styles = {name: _shown_style(table, own, source) for name, own in texts.items()}
    main = styles.get("amount")
    if "amount" in texts and main is None:
        raise DataContractError(_two_readings(table, texts["amount"], source))
    return {name: style or main or NumberStyle(".") for name, style in styles.items()}


def _shown_style(table: ir.Table, column: str, source: SourceConfig) -> NumberStyle | None:
    """Return the style that a column's values show; None if some have two readings."""
    seen = _evidence(table, column)
    settled = [sign for sign in (".", ",") if seen[f"settled_{sign}"]]
    unsettled = [sign for sign in (".", ",") if seen[f"unsettled_{sign}"]]
    if len(settled) == 1:
        return NumberStyle("." if settled == ["."] else ",")
    if not unsettled:
        return NumberStyle()
    if source.thousands is not None and len(unsettled) == 1:  # another sign separates groups
        return NumberStyle("," if unsettled == [","] else ".")
    return None


def _evidence(table: ir.Table, column: str) -> dict[str, object]:
    """Return the counts of values that settle each decimal sign or not, and an example."""
    shapes = table.select(shape=_numeral(table[column]), text=table[column])
    shape = shapes["shape"]
    counts: dict[str, ir.Value] = {}
    for sign in (".", ","):
        settles = _settled(shape, sign) | (shape.re_search(GROUPED) & shape.contains(sign))
        counts[f"settled_{sign}"] = settles.sum().fill_null(0)
        counts[f"unsettled_{sign}"] = _unsettled(shape, sign).sum().fill_null(0)
    unsettled = _unsettled(shape, ".") | _unsettled(shape, ",")
    counts["example"] = shapes["text"].max(where=unsettled)
    seen: dict[str, object] = shapes.agg(**counts).to_pyarrow().to_pylist()[0]
    return seen


def _two_readings(table: ir.Table, column: str, source: SourceConfig) -> str:
    seen = _evidence(table, column)
    example = str(seen["example"])
    shape = "".join(sign for sign in example if sign.isdigit() or sign in ".,")
    sign = "," if "," in shape else "."
    whole, fraction = shape.replace(sign, ""), shape.replace(sign, ".")
    readings = {sign: fraction, "," if sign == "." else ".": whole}
    both = "other values are written in both ways"
    reason = both if seen["settled_."] else "no other value settles it"
    return (
        f"{describe(source)}: column `{column}` has values with two readings: {example!r} is "
        f"{readings['.']} or {readings[',']}, and {reason}. Say which in the source: "
        f'`decimal: "."` reads {readings["."]}, `decimal: ","` reads {readings[","]}.'
    )


def currency_code(name: str) -> str | None:
    """Return the code of ISO 4217 that a sign, word or code stands for; None: none, or several.

    Examples
    --------
    >>> [currency_code(name) for name in ("€", "usd", "RMB", "¥", "points", "")]
    ['EUR', 'USD', 'CNY', None, None, None]
    """
    code = SAME_CURRENCY.get(name.upper(), name.upper())
    return code if is_currency(code) else None


def currency_beside(amount: str) -> ir.StringValue:
    """Return the sign, word or code of the currency in a written amount; "" if it has none."""
    return _currency(ibis.literal(amount))


def _refuse_currencies(table: ir.Table, column: str, source: SourceConfig) -> None:
    """Refuse a column with money of more than one currency."""
    tokens = table.select(token=_currency(table[column]))
    named = tokens.filter(tokens.token != "")
    rows = named.group_by("token").agg(rows=named.count()).to_pyarrow().to_pylist()
    found: dict[str, int] = {}
    for row in rows:
        token = str(row["token"]).upper()
        name = SAME_CURRENCY.get(token, token)
        found[name] = found.get(name, 0) + int(row["rows"])
    names = {name for name in found if not EITHER.get(name, set()) & set(found)}
    if len(names) > 1:
        shown = ", ".join(f"{name} ({found[name]:,} rows)" for name in sorted(found))
        raise DataContractError(
            f"{describe(source)}: column `{column}` holds several currencies, which cannot be "
            f"added: {shown}. Keep one, or convert them, with a `query` over the file."
        )


def _tidy(text: ir.StringValue) -> ir.StringValue:
    tidy = text.re_replace(r"[\s\p{Z}]+", " ").strip()
    return tidy.re_search(SWISS + "$").ifelse(tidy.re_replace(SWISS, ""), tidy)


def _numeral(text: ir.StringValue) -> ir.StringValue:
    """Return the digits and separators of money, gaps as `'`; empty if it is no money."""
    tidy = _tidy(text)
    balanced = tidy.contains("(") == tidy.contains(")")
    numeral = tidy.re_extract(MONEY, NUMERAL).strip().re_replace(GAP, "'")
    return (balanced & tidy.re_search("[0-9]")).ifelse(numeral, "")


def _currency(text: ir.StringValue) -> ir.StringValue:
    tidy = _tidy(text)
    first, *others = (tidy.re_extract(MONEY, place) for place in CURRENCY_PLACES)
    for other in others:
        first = first + other
    return first.fill_null("")


def _signed(text: ir.StringValue, number: ir.FloatingValue) -> ir.FloatingValue:
    tidy = _tidy(text)
    return (tidy.re_search(MINUS) | tidy.contains("(")).ifelse(-number, number)


def _as_number(shape: ir.StringValue, decimal: Decimal) -> ir.FloatingValue:
    other = "," if decimal == "." else "."
    digits = shape.replace(other, "").replace("'", "").replace(decimal, ".")
    return digits.try_cast("float64")


def _settled(shape: ir.StringValue, decimal: str) -> ir.BooleanValue:
    return shape.re_search(_form(SETTLED, decimal))


def _unsettled(shape: ir.StringValue, decimal: str) -> ir.BooleanValue:
    return shape.re_search(_form(UNSETTLED, decimal))


def _form(pattern: str, decimal: str) -> str:
    """Return a pattern with its decimal separator and the separator of groups of digits."""
    other = "," if decimal == "." else "."
    return pattern.replace("p", f"[{decimal}]").replace("t", f"[{other}]")
