"""For how long results that hold customers are stored."""

from pydantic import Field

from tiercast.config.settings import Settings


class RetentionConfig(Settings):
    """Days that results are stored, counted back from the newest scored day. Left out: for ever.

    Nothing is removed before `tiercast forget CONFIG --expired` is run.
    """

    scores: int | None = Field(default=None, ge=1)
    """Scores, their features, alerts and migrations; at least the longest horizon."""
    exports: int | None = Field(default=None, ge=1)
    """Exported lists and the records of who was on them."""
    reports: int | None = Field(default=None, ge=1)
    """Reports."""
    quarantine: int | None = Field(default=None, ge=1)
    """The rows that `check` excluded, counted from the last day of their data."""
