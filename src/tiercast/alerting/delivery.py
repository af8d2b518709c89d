"""The delivery of a day's alerts to one sink."""

from dataclasses import dataclass

from tiercast.config.message import Message, filled


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
        sent = filled(
            "{sent:,} alert sent" if self.sent == 1 else "{sent:,} alerts sent", vars(self)
        )
        before = filled(", {sent_before:,} before", vars(self)) if self.sent_before else ""
        line = "{sink}: {sent}{before}; {error}" if self.error else "{sink}: {sent}{before}"
        return Message.of(line, sink=self.sink, sent=sent, before=before, error=self.error)
