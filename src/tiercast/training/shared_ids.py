"""Customer ids of two records that meet: a source may have changed from numbers to text."""

import pandas as pd


def with_shared_ids(one: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two records by customer with ids of one type: as text where their types differ.

    Examples
    --------
    >>> numbers, texts = pd.DataFrame({"customer_id": [7]}), pd.DataFrame({"customer_id": ["7"]})
    >>> len(pd.merge(*with_shared_ids(numbers, texts), on="customer_id"))
    1
    """
    kinds = [pd.api.types.is_numeric_dtype(frame["customer_id"]) for frame in (one, other)]
    if kinds[0] == kinds[1]:
        return one, other
    texts = [frame["customer_id"].astype(str) for frame in (one, other)]
    return one.assign(customer_id=texts[0]), other.assign(customer_id=texts[1])
