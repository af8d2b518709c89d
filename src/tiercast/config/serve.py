"""Who may ask `tiercast serve`."""

from pydantic import Field

from tiercast.config.settings import Settings
from tiercast.config.text import Text


class ServeConfig(Settings):
    """What `tiercast serve` asks of those who ask it."""

    token: Text | None = Field(default=None, repr=False)
    """The token that requests send: `${NAME}` of the environment. `TIERCAST_TOKEN` goes before."""
