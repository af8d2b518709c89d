"""Progress of long steps: the command line shows it, other callers may ignore it."""

from typing import Protocol


class Progress(Protocol):
    """The progress that a long job reports to its caller."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a named stage of `total` steps, and end the one before.

        None: their number is unknown; 0: all was done before, and nothing remains.
        """

    def step(self, note: str = "") -> None:
        """Finish one step of the stage; `note` is a figure worth showing."""

    def say(self, line: str) -> None:
        """Show one line that should stay on the screen."""


class Silent:
    """Progress that is not shown."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage."""

    def step(self, note: str = "") -> None:
        """Finish a step."""

    def say(self, line: str) -> None:
        """Show a line."""
