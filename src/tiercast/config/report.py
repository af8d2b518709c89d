"""What the report shows, and how customers are called in results."""

import hashlib
import hmac
from typing import Literal, Self

from pydantic import Field, model_validator

from tiercast.config.environment import Expanded
from tiercast.config.settings import Settings
from tiercast.config.text import Text

PSEUDONYM_DIGITS = 16  # 64 bits: no two of a billion customers are likely to share one
LEAST_KEY = 16


class ReportConfig(Settings):
    """What the report shows of customers."""

    ids: Literal["masked", "full", "pseudonymous"] = "masked"
    """Customer ids: `masked` (first and last characters), `full`, or `pseudonymous` (a keyed hash,
    in report, app and exported lists alike)."""
    small_cells: int = Field(default=10, ge=0)
    """Groups of fewer customers are shown as `<10`, without money; 0: all are shown."""
    id_key: Text | None = Field(default=None, repr=False, exclude=True)
    """The key of pseudonyms, from the environment: `${SHOP_ID_KEY}`, 16 characters or more."""

    @model_validator(mode="after")
    def _pseudonyms_have_a_key(self) -> Self:
        if self.id_key is None:
            if self.ids == "pseudonymous":
                raise ValueError(
                    "`ids: pseudonymous` needs a key; write `id_key: ${SHOP_ID_KEY}` and set it "
                    "in the environment"
                )
            return self
        if not isinstance(self.id_key, Expanded):
            raise ValueError(
                "id_key must come from the environment, as ${SHOP_ID_KEY} does; it is a secret"
            )
        if len(self.id_key) < LEAST_KEY:
            raise ValueError(
                f"the key of id_key must have {LEAST_KEY} characters or more, but has "
                f"{len(self.id_key)}"
            )
        return self

    def pseudonym(self, customer: object) -> str:
        """Return a customer's pseudonym: HMAC-SHA256 of the id, the same wherever it is shown."""
        assert self.id_key is not None
        made = hmac.new(str(self.id_key).encode(), str(customer).encode(), hashlib.sha256)
        return made.hexdigest()[:PSEUDONYM_DIGITS]
