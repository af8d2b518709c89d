"""What a training on a label table learns from: customers with a label, and all customers."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Self

import pandas as pd

from tiercast.config.message import Message
from tiercast.features.label_table import LabelColumns, as_frame
from tiercast.snapshots.sample import sampled
from tiercast.sources.canonical import CustomerBase

MAX_ROWS = 600_000


@dataclass(frozen=True)
class LabelPanel:
    """The columns, the rows with a label (features, `ordered`, `value`), and the table's day.

    `customers` is the number of all customers, `share` how many of the labelled are in `rows`.
    `without` names what the config leaves out of models; a value column is in `rows` all the same.
    """

    as_of: dt.date
    columns: LabelColumns
    rows: pd.DataFrame
    customers: int
    share: float
    without: tuple[str, ...] = ()
    protected: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def of(cls, base: CustomerBase, as_of: dt.date) -> Self:
        """Read the panel of a base.

        Raises
        ------
        InputError
            The config names a column or a value that the table does not have.
        """
        columns = LabelColumns.of(base)
        customers = base.report.table(base.config.kind.lead).rows_used
        share = min(1.0, MAX_ROWS / max(1, customers))
        rows = as_frame(columns.labelled(sampled(base.lead, share), as_of), as_of)
        without = (*base.config.features.without, *base.config.protected)
        protected = _protected(base, share)
        return cls(as_of, columns, rows, customers, share, without, protected)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns that a model may look at."""
        return tuple(self.columns.features)

    @property
    def value_feature(self) -> str | None:
        """The column with what a customer is worth; None: each counts 1."""
        names = {own: name for name, own in self.columns.features.items()}
        return None if self.columns.value_column is None else names[self.columns.value_column]

    @property
    def learned(self) -> pd.DataFrame:
        """The rows with the columns that models look at."""
        unlearned = self.columns.value_column in self.without
        return self.rows.drop(columns=[self.value_feature] if unlearned else [])

    def describe(self) -> str:
        """Return a description of the training rows."""
        return Message.of(
            "{rows:,} customers with a label ({left:.1%} of them left) of {customers:,}, a "
            "cross-section: no time stands between what is known and the outcome",
            rows=len(self.rows),
            left=1.0 - float(self.rows["ordered"].mean()),
            customers=self.customers,
        )


def _protected(base: CustomerBase, share: float) -> pd.DataFrame:
    names = ("customer_id", *base.config.protected)
    rows = sampled(base.lead, share).select(*names)
    return rows.order_by("customer_id").to_pandas()
