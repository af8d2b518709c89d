"""What became of a day's alerts at one sink."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivery:
    """How many alerts went to a sink now, how many were there before, and what stopped it.

    `error` is "" where all of them are there.
    """

    sink: str
    sent: int
    sent_before: int = 0
    error: str = ""

    def told(self) -> str:
        """Return it in words."""
        sent = f"{self.sent:,} alert{'' if self.sent == 1 else 's'} sent"
        before = f", {self.sent_before:,} before" if self.sent_before else ""
        return f"{self.sink}: {sent}{before}{'; ' if self.error else ''}{self.error}"
