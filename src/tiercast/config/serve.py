"""Who may ask `tiercast serve`."""

from typing import Self

from pydantic import Field, model_validator

from tiercast.config.environment import Expanded
from tiercast.config.settings import Settings
from tiercast.config.text import Text


class ServeConfig(Settings):
    """What `tiercast serve` asks of those who ask it."""

    token: Text | None = Field(default=None, repr=False)
    """The token that requests send: `${NAME}` of the environment. `TIERCAST_TOKEN` goes before."""

    @model_validator(mode="after")
    def _token_stands_in_the_environment(self) -> Self:  # of the whole: its message shows no value
        if self.token is not None and not isinstance(self.token, Expanded):
            raise ValueError(
                "token must come from the environment, as ${SHOP_TOKEN} does; it is a secret"
            )
        return self
