"""Customer ids as files write them: blanks at the ends, e-mail addresses, words for "none"."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import ibis.expr.types as ir

from tiercast.config.source import Normalisation, SourceConfig

# Texts of exports for no customer; compared without case.
NOBODY = (
    "", "null", "(null)", "<null>", "nan", "none", "nil", "na", "n/a", "#n/a", "<na>", "nat",
    "undefined", "(not set)", "(blank)", "\\n", "-", "--",
)  # fmt: skip
BLANK_ENDS = r"^[\s\p{Z}]+|[\s\p{Z}]+$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
MOSTLY = 0.9  # share of e-mail addresses from which ids are e-mail addresses


@dataclass(frozen=True)
class IdSpelling:
    """How spellings of one customer's id are unified."""

    trim: bool = False
    lower: bool = False

    @classmethod
    def of(cls, table: ir.Table, column: str, source: SourceConfig) -> Self:
        """Return the spelling of a source's ids, by its config or else by the ids themselves."""
        if source.normalise is not None:
            return cls.named(source.normalise)
        ids = table[column]
        if not ids.type().is_string():
            return cls()
        known = ids.re_replace(BLANK_ENDS, "").re_search(EMAIL)
        (seen,) = table.agg(share=known.cast("float64").mean()).to_pyarrow().to_pylist()
        return cls(trim=True, lower=(seen["share"] or 0.0) >= MOSTLY)

    @classmethod
    def named(cls, names: Collection[str]) -> Self:
        """Return the spelling that `names` lists."""
        return cls("trim" in names, "lower" in names)

    @property
    def names(self) -> tuple[Normalisation, ...]:
        """The spelling as the config writes it."""
        names: tuple[Normalisation, ...] = ("trim", "lower")
        return tuple(name for name in names if getattr(self, name))

    def read(self, ids: ir.StringValue) -> ir.StringValue:
        """Return ids in one spelling; null for words that mean no customer."""
        bare = ids.re_replace(BLANK_ENDS, "")
        one = bare if self.trim else ids
        one = one.lower() if self.lower else one
        return bare.lower().isin(NOBODY).ifelse(None, one)

    def changes(self, table: ir.Table, column: str) -> bool:
        """Return whether reading changes any id of a column of text."""
        ids = table[column]
        is_same = (self.read(ids) == ids).fill_null(False) | ids.isnull()
        return bool((~is_same).any().fill_null(False).execute())
