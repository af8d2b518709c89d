"""A number from 0 to 1 for each customer, drawn by a keyed hash: the same whenever it is drawn."""

import ibis
import ibis.expr.types as ir

DIGITS = 13  # hexadecimal, 52 bits: what a float holds exactly


@ibis.udf.scalar.builtin
def sha256(text: str) -> str:  # type: ignore[empty-body]  # the engine has it
    """Return the SHA-256 of a text, in hexadecimal."""


def keyed_share(customer_id: ir.Value, key: str) -> ir.FloatingValue:
    """Return a number in [0, 1) that depends on the key and the customer's id alone.

    It is uniform over customers, and that of another key is independent of it.
    """
    digest: ir.StringValue = sha256(ibis.literal(f"{key}/") + customer_id.cast("string"))
    whole = (ibis.literal("0x") + digest.substr(0, DIGITS)).cast("int64")
    return whole.cast("float64") / 16**DIGITS
