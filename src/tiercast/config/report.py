"""What the report shows."""

from typing import Literal

from tiercast.config.settings import Settings


class ReportConfig(Settings):
    """What the report shows of customers."""

    ids: Literal["masked", "full"] = "masked"
    """Customer ids: `masked` (first and last characters) or `full`."""
