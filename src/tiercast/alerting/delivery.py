"""The delivery of a day's alerts to one sink."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivery:
    """How many alerts a sink got now, how many it had before, and what stopped the delivery.

    `error` is "" if the sink has all of them.
    """

    sink: str
    sent: int
    sent_before: int = 0
    error: str = ""

    def describe(self) -> str:
        """Return the delivery as text."""
        sent = f"{self.sent:,} alert{'' if self.sent == 1 else 's'} sent"
        before = f", {self.sent_before:,} before" if self.sent_before else ""
        return f"{self.sink}: {sent}{before}{'; ' if self.error else ''}{self.error}"
