"""The customers that two tables of forecasts have in common."""

import datetime as dt

import pandas as pd


def shared_customers(
    one: pd.DataFrame, other: pd.DataFrame, as_of: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables' rows of a day for the customers of both, in the order of the first.

    A source may have changed its ids from numbers to text: ids of two types are read as text.

    Examples
    --------
    >>> day = dt.date(2024, 1, 1)
    >>> numbers = pd.DataFrame({"customer_id": [7, 8], "as_of": day})
    >>> texts = pd.DataFrame({"customer_id": ["7"], "as_of": day})
    >>> [len(rows) for rows in shared_customers(numbers, texts, day)]
    [1, 1]
    """
    rows = [frame[frame["as_of"] == as_of] for frame in (one, other)]
    kinds = {pd.api.types.is_numeric_dtype(frame["customer_id"]) for frame in rows}
    if len(kinds) > 1:
        rows = [frame.assign(customer_id=frame["customer_id"].astype(str)) for frame in rows]
    first, second = (frame.set_index("customer_id") for frame in rows)
    shared = first.index[first.index.isin(second.index)]
    return first.loc[shared], second.loc[shared]
