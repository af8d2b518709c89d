"""Whether a number is that of one order: tills begin again, and lines may be sent apart."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiercast.config.message import Message

OFTEN, MOSTLY = 0.1, 0.5  # shares of the orders with several lines
WEEK = 7  # days; the lines of one order are seldom further apart


@dataclass(frozen=True)
class OrderNumbers:
    """Orders (a customer's lines with one number) of several lines, and those of several days.

    `span_days` is the median of the days between their first and last lines.
    """

    several_lines: int
    several_days: int
    span_days: float

    @classmethod
    def of(cls, lines: ir.Table) -> "OrderNumbers":
        """Return the count for lines with customer_id, order_id and ordered_at."""
        days = lines.ordered_at.date()
        orders = lines.group_by("customer_id", "order_id").agg(
            lines=lines.count(), span=days.max().delta(days.min(), unit="day")
        )
        found = orders.agg(
            several_lines=(orders.lines > 1).sum().fill_null(0),
            several_days=(orders.span > 0).sum().fill_null(0),
            span_days=orders.span.median(where=orders.span > 0).fill_null(ibis.literal(0.0)),
        )
        return cls(**found.to_pyarrow().to_pylist()[0])

    @property
    def restart(self) -> bool:
        """Whether the numbers begin again: most stand on days far apart."""
        return self._share >= MOSTLY and self.span_days >= WEEK

    def note(self, column: str) -> tuple[str, ...]:
        """Return a note on the other reading, if many orders have lines of several days."""
        if self._share < OFTEN:
            return ()
        text = RESTART if self.restart else APART
        return (Message.of(text, column=column, found=self),)

    @property
    def _share(self) -> float:
        return self.several_days / max(self.several_lines, 1)


RESTART = (
    "`{column}` is left out: {found.several_days:,} of {found.several_lines:,} of its numbers "
    "stand on several days of one customer, {found.span_days:.0f} days apart (median), as tills' "
    "numbers do. Rows of one customer and time are one order. If the number is that of one "
    "order, map it as `order_id`."
)
APART = (
    "`{column}`: {found.several_days:,} of {found.several_lines:,} orders with several lines have "
    "lines of several days, and count as one order on the first. If its numbers begin again, "
    "take `order_id` out of the config."
)
