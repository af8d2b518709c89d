"""The audit of a trained model by group of the protected columns."""

from pathlib import Path

import pandas as pd

from tiercast.artifacts.text_file import to_json, write_text_atomically
from tiercast.config.schema import Config
from tiercast.config.text_table import markdown_table
from tiercast.fairness.audit import FOUR_FIFTHS
from tiercast.fairness.result import Fairness

FAIRNESS_FILE = "fairness.json"
MEANINGS = {
    "level": "risk forecast less share who left",
    "error": "Brier score",
    "leavers": "share who left",
    "best_tier": "share in the best tier",
}
SHOWN_PROXIES = 5
LIMITS = (
    "A gap says that the groups were treated unlike, not why: groups may differ in what they buy. "
    "A ratio below .8 (the four-fifths rule of US hiring law) is a reason to look, not a verdict, "
    "and one above it is no proof of fairness: it does not see whether the tiers were right, and "
    "in small groups chance alone moves it."
)


def audit_model(
    config: Config, predictions: pd.DataFrame, features: pd.DataFrame, profiles: pd.DataFrame
) -> Fairness | None:
    """Return the audit; None without protected columns or past forecasts."""
    if not config.protected or predictions.empty:
        return None
    best = predictions["tier"] == config.tiers.names[0]
    judged = predictions.assign(is_best=best.to_numpy())
    return Fairness.of(judged, features, profiles, config.train.seed)


def write_audit(found: Fairness | None, folder: Path) -> None:
    """Store the audit beside a version's past forecasts."""
    if found is not None:
        write_text_atomically(folder / FAIRNESS_FILE, to_json(found.to_record()))


def fairness_text(found: Fairness | None) -> str:
    """Return the audit as a part of a model card in Markdown; "" without one."""
    if found is None:
        return ""
    named = ", ".join(f"`{name}`" for name in found.groupings)
    parts = [
        f"## Fairness\n\nProtected columns, which no model sees: {named}. The newest forecast of "
        "each customer by group, with 95 % intervals:\n",
        _table(found),
        *_hidden(found),
        *_ratios(found),
        _proxies(found),
        LIMITS,
    ]
    return "\n".join(parts) + "\n"


def _table(found: Fairness) -> str:
    rows = []
    for (attribute, group), part in found.figures.groupby(["attribute", "group"], sort=True):
        cells = {row.measure: row for row in part.itertuples()}
        figures = (
            f"{cells[m].value:.3f} ({cells[m].low:.3f} to {cells[m].high:.3f})" for m in MEANINGS
        )
        rows.append((attribute, group, f"{part['customers'].iloc[0]:,}", *figures))
    return markdown_table(("column", "group", "customers", *MEANINGS.values()), rows) + "\n"


def _hidden(found: Fairness) -> list[str]:
    small = [f"{count} of `{name}`" for name, count in found.hidden.items() if count]
    return [f"Groups too small to be shown: {', '.join(small)}.\n"] if small else []


def _ratios(found: Fairness) -> list[str]:
    return [
        f"- Best tier by `{row.attribute}`: {row.lowest} has {row.ratio:.2f} of the rate of "
        f"{row.highest}, {'below' if row.is_below else 'not below'} {FOUR_FIFTHS}"
        f"{'' if row.is_sure else '; the intervals meet, so it may be chance'}."
        for row in found.ratios.itertuples()
    ]


def _proxies(found: Fairness) -> str:
    if found.proxies.empty:
        return "\nNo feature alone guesses a group of a protected column (AUC of .6 or more).\n"
    parts = []
    for attribute, part in found.proxies.groupby("attribute", sort=True):
        names = [f"`{r.feature}` ({r.group}: AUC {r.auc:.2f})" for r in part.itertuples()]
        more = f" and {len(names) - SHOWN_PROXIES} more" if len(names) > SHOWN_PROXIES else ""
        parts.append(f"- Proxies of `{attribute}`: {', '.join(names[:SHOWN_PROXIES])}{more}.")
    more = "Models see these features; `features: {without: [...]}` leaves them out.\n"
    return "\n".join([*parts, "", more])
