"""Small groups in answers: below `report.small_cells` customers, no figure of them is given."""

from collections.abc import Mapping
from typing import Any


def shown_group(figures: Mapping[str, Any], least: int) -> dict[str, Any]:
    """Return the figures of a group; of a small one, `customers` alone, as `<10`.

    Examples
    --------
    >>> shown_group({"customers": 4, "expected_value": 90.0}, 10)
    {'customers': '<10'}
    >>> shown_group({"customers": 40, "expected_value": 90.0}, 10)
    {'customers': 40, 'expected_value': 90.0}
    """
    if 0 < figures["customers"] < least:
        return {"customers": f"<{least}"}
    return dict(figures)
