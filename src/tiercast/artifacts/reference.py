"""Profiles of the columns that a model was trained on, to compare later batches with."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

from tiercast.config.errors import InputError
from tiercast.modeling.column_profile import NumberProfile, Profile, WordProfile

REFERENCE_FILE = "reference.json"
FORMAT = 1
Kind = Literal["feature", "score"]
# Of the scores: what is known of each customer by itself, and the tier.
SCORE_COLUMNS = (
    "churn_probability",
    "expected_value",
    "value_high",
    "tier",
    "tier_confidence",
    "lifecycle_stage",
    "segment",
    "segment_confidence",
    "rfm_segment",
)


@dataclass(frozen=True)
class Usual:
    """How far a column moved in the training's last horizon: this much is normal."""

    psi: float = 0.0
    ks: float = 0.0
    missing: float = 0.0


@dataclass(frozen=True)
class Tracked:
    """A column at training time, how far it usually moves, and its weight in the model.

    `weight` is a feature's share of the importance of all features; 0 for scores.
    """

    kind: Kind
    name: str
    then: Profile
    usual: Usual = Usual()
    weight: float = 0.0


@dataclass(frozen=True)
class Reference:
    """The customers and columns that a model was trained on, as of a day.

    `usual_days` is the period in which `usual` was measured (None: it was not), `usual_growth`
    the new customers of that period, as a share of those before.
    """

    as_of: dt.date
    customers: int
    columns: tuple[Tracked, ...]
    usual_days: int | None = None
    usual_growth: float = 0.0

    def to_dict(self) -> Mapping[str, object]:
        """Return plain data."""
        return {
            "format": FORMAT,
            "as_of": self.as_of,
            "customers": self.customers,
            "usual_days": self.usual_days,
            "usual_growth": self.usual_growth,
            "columns": [asdict(column) for column in self.columns],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the reference that `to_dict` described."""
        return cls(
            dt.date.fromisoformat(stored["as_of"]),
            stored["customers"],
            tuple(_tracked(column) for column in stored["columns"]),
            stored["usual_days"],
            stored["usual_growth"],
        )


def read_reference(folder: Path) -> Reference | None:
    """Return the reference in a model version's folder; None where it has none.

    Raises
    ------
    InputError
        It is damaged, or a newer tiercast wrote it.
    """
    path = folder / REFERENCE_FILE
    if not path.is_file():
        return None
    try:
        stored = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}; train again.") from error
    if stored.get("format") != FORMAT:
        raise InputError(
            f"{path} must have format {FORMAT}, but has {stored.get('format')!r}: another "
            "tiercast wrote it; use that version or train again."
        )
    return Reference.from_dict(stored)


def _tracked(stored: Mapping[str, Any]) -> Tracked:
    then = dict(stored["then"])
    kind = NumberProfile if "percentiles" in then else WordProfile
    listed = {key: tuple(value) for key, value in then.items() if isinstance(value, list)}
    return Tracked(
        stored["kind"],
        stored["name"],
        kind(**then | listed),
        Usual(**stored["usual"]),
        stored["weight"],
    )
