"""How long steps say where they are; the command line shows it, everyone else may ignore it."""

from typing import Protocol


class Progress(Protocol):
    """What a long job tells its caller."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a named stage of so many steps; ends the one before.

        None: it is not known how many; 0: all was done before, and nothing is left to do.
        """

    def step(self, note: str = "") -> None:
        """Finish one step of the stage; `note` is a figure worth showing."""

    def say(self, line: str) -> None:
        """Tell one line that should stay on the screen."""


class Silent:
    """Says nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage."""

    def step(self, note: str = "") -> None:
        """Finish a step."""

    def say(self, line: str) -> None:
        """Tell a line."""
