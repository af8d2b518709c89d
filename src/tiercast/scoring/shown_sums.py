"""The sums of a further horizon in a manifest, as they may be shown."""

from collections.abc import Callable, Mapping
from typing import Any

SUMS, BASE, GROUPS = "sums", "base", ("tiers", "segments")


def shown_sums(
    horizon: Mapping[str, Any], shown: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Return the entry of a horizon with what `shown` returns of its base and of each group."""
    sums = horizon.get(SUMS) or {}
    base = {BASE: shown(sums[BASE])} if BASE in sums else {}
    groups = {
        kind: {name: shown(one) for name, one in sums[kind].items()}
        for kind in GROUPS
        if kind in sums
    }
    return {**horizon, SUMS: {**base, **groups}}
