"""What may be posted: customers, each with rows of the canonical tables."""

import datetime as dt
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from tiercast.config.schema import TableName

ID_RULE = "must be a whole number or a text of 1 to 200 characters"
MOST_CUSTOMERS = 1_000
MOST_ROWS = 100_000  # of all customers of a request
# Where the rows of each canonical table are posted.
FIELDS: dict[TableName, str] = {
    "transactions": "orders",
    "customers": "profile",
    "events": "events",
    "contacts": "contacts",
    "referrals": "referrals",
    "subscriptions": "subscriptions",
}


def _one_rule(value: object, read: ValidatorFunctionWrapHandler) -> int | str:
    """Return an id; of a wrong one say the whole rule once, not what each type lacks."""
    try:
        known: int | str = read(value)
    except ValidationError:
        raise PydanticCustomError("customer_id", ID_RULE) from None
    return known


CustomerId = Annotated[
    StrictInt | Annotated[StrictStr, Field(min_length=1, max_length=200)],
    WrapValidator(_one_rule),
]
Row = dict[str, Any]


class PostedCustomer(BaseModel):
    """One customer. Rows have the columns of the canonical tables, without `customer_id`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    customer_id: CustomerId
    """Its id, a number or a text as in the base."""
    stored: bool = False
    """Whether the stored rows of this customer count, too; the posted ones are what is new."""
    orders: list[Row] = []
    """Order lines: `ordered_at`, `amount`, and the optional columns that the base has."""
    events: list[Row] = []
    """Events: `event_at`, `event_type` and more."""
    contacts: list[Row] = []
    """Contacts of campaigns: `contacted_at`, `campaign_id` and more."""
    referrals: list[Row] = []
    """Whom this customer brought: `referred_customer_id`, `referred_at`."""
    subscriptions: list[Row] = []
    """Contracts: `started_at`, `ended_at` and more."""
    profile: Row | None = None
    """Profile columns; they replace the stored profile."""

    def rows(self, table: TableName) -> list[tuple[str, Row]]:
        """Return the rows of a canonical table, and the field of each."""
        name = FIELDS[table]
        given = getattr(self, name)
        if table == "customers":
            return [] if given is None else [(name, given)]
        return [(f"{name}[{number}]", row) for number, row in enumerate(given)]


class ScoreRequest(BaseModel):
    """Customers to score, at most 1,000 in a request."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    customers: list[PostedCustomer] = Field(min_length=1, max_length=MOST_CUSTOMERS)
    """The customers."""
    as_of: dt.date | None = None
    """Only rows before this day exist. Default: the scored day, or the day after the newest
    posted row if that is later."""


def example_of(customer_id: int | str, day: dt.date) -> dict[str, Any]:
    """Return a request about a stored customer and a new one, on a scored day."""
    last, before = (dt.datetime.combine(day - dt.timedelta(days=n), dt.time(10)) for n in (1, 2))
    new = 900001 if isinstance(customer_id, int) else "new-customer"
    return {
        "customers": [
            {
                "customer_id": customer_id,
                "stored": True,
                "orders": [{"ordered_at": last.isoformat(), "amount": 29.9}],
            },
            {
                "customer_id": new,
                "orders": [
                    {"ordered_at": before.date().isoformat(), "amount": 12.5},
                    {"ordered_at": last.date().isoformat(), "amount": 40.0},
                ],
            },
        ]
    }
