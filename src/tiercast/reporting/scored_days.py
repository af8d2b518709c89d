"""Scored days side by side, as their manifests have them: customers, tiers, money, risk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.formats import ratio
from tiercast.modeling.target import Target

MOST = 12  # the newest days
NEEDED = ("customers", "expected_value", "expected_churned", "tiers")


def scored_days(output: OutputFolder, day: date, target: Target) -> pd.DataFrame:
    """Return a row per scored day of a target up to a day, oldest first, the newest `MOST`.

    Columns: as_of, customers, expected_value, value_low, value_high (money), churn (mean risk),
    tiers (customers by tier), model_version. Days whose manifests hold less are left out.
    """
    manifests = ((one, output.manifest(one)) for one in output.scored_dates() if one <= day)
    rows = [_row(one, manifest) for one, manifest in manifests if _is_of(manifest, target)]
    return pd.DataFrame(rows[-MOST:], columns=list(COLUMNS))


COLUMNS = (
    "as_of",
    "customers",
    "expected_value",
    "value_low",
    "value_high",
    "churn",
    "tiers",
    "model_version",
)


def _is_of(manifest: Mapping[str, Any], target: Target) -> bool:
    is_whole = Target.is_in(manifest) and all(name in manifest for name in NEEDED)
    return is_whole and Target.of_record(manifest, "The manifest of scores") == target


def _row(day: date, manifest: Mapping[str, Any]) -> tuple[object, ...]:
    whole = manifest.get("sums", {}).get("base", {})
    return (
        day,
        int(manifest["customers"]),
        float(manifest["expected_value"]),
        float(whole.get("value_low", "nan")),
        float(whole.get("value_high", "nan")),
        ratio(manifest["expected_churned"], manifest["customers"]),
        dict(manifest["tiers"]),
        str(manifest["model"]["version"]),
    )
