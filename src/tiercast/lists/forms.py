"""How contact data is written: phone numbers with their country code, hashes for ad audiences."""

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from tiercast.config.export_formats import Form

E164 = r"^\+[1-9][0-9]{5,14}$"


def formed(column: Any, form: Form) -> Any:
    """Return a column in a form; a text without anything in it is missing.

    Hashes are SHA-256 in lower-case hexadecimals: of e-mail addresses without blanks in lower
    case, of phone numbers in E.164 (`+491701234567`) or by its digits alone. A phone number
    without a country code has no hash.
    """
    if not column.type().is_string():
        return column if form == "plain" else FORMS[form](column.cast("string"))
    text = column.strip()
    return FORMS[form](ibis.ifelse(text == "", ibis.null("string"), column))


def _email(text: ir.StringValue) -> ir.StringValue:
    return text.lower().re_replace(r"\s", "")


def _e164(text: ir.StringValue) -> ir.StringValue:
    """Return phone numbers as E.164, null where the country code is missing."""
    digits = text.re_replace(r"[^0-9+]", "").re_replace("^00", "+")
    return ibis.ifelse(digits.re_search(E164), digits, ibis.null("string"))


def _phone(text: ir.StringValue) -> ir.StringValue:
    return ibis.coalesce(_e164(text), text)


def _hash(text: ir.StringValue) -> ir.StringValue:
    return text.hexdigest("sha256")


FORMS: Mapping[Form, Callable[[ir.StringValue], ir.StringValue]] = {
    "plain": lambda text: text,
    "phone": _phone,
    "email_sha256": lambda text: _hash(_email(text)),
    "phone_sha256": lambda text: _hash(_e164(text)),
    "phone_digits_sha256": lambda text: _hash(_e164(text).substr(1)),
}
