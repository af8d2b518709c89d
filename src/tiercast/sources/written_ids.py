"""Customer ids as files write them: blanks at the ends, addresses, `1.0`, words for "none"."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

import ibis.expr.types as ir

from tiercast.config.source import Normalisation, SourceConfig
from tiercast.sources.file_notes import READ, FileNote

# Texts of exports for no customer; compared without case.
NOBODY = (
    "", "null", "(null)", "<null>", "nan", "none", "nil", "na", "n/a", "#n/a", "<na>", "nat",
    "undefined", "(not set)", "(blank)", "\\n", "-", "--",
)  # fmt: skip
BLANK_ENDS = r"^[\s\p{Z}]+|[\s\p{Z}]+$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
WHOLE = r"^(0|[1-9][0-9]*)(\.0)?$"
POINT = r"\.0$"  # pandas writes whole numbers so where some are missing
MOSTLY = 0.9  # share of e-mail addresses from which ids are e-mail addresses


@dataclass(frozen=True)
class IdSpelling:
    """How spellings of one customer's id are unified.

    `points` is the number of rows with an id such as `12.0` among whole numbers without a point,
    where the config does not say whether `12` is the same customer.
    """

    trim: bool = False
    lower: bool = False
    whole: bool = False
    points: int = field(default=0, compare=False)

    @classmethod
    def of(cls, table: ir.Table, column: str, source: SourceConfig) -> Self:
        """Return the spelling of a source's ids, by its config or else by the ids themselves."""
        if source.normalise is not None:
            return cls.named(source.normalise)
        ids = table[column]
        if not ids.type().is_string():
            return cls()
        bare = ids.re_replace(BLANK_ENDS, "")
        known = bare.lower().isin(NOBODY).ifelse(None, bare)
        (seen,) = (
            table.agg(
                share=bare.re_search(EMAIL).cast("float64").mean(),
                numbers=known.re_search(WHOLE).all(),
                points=known.endswith(".0").sum(),
                rows=known.count(),
            )
            .to_pyarrow()
            .to_pylist()
        )
        is_open = seen["numbers"] and 0 < seen["points"] < seen["rows"]
        lower = (seen["share"] or 0.0) >= MOSTLY
        return cls(trim=True, lower=lower, points=int(seen["points"]) if is_open else 0)

    @classmethod
    def named(cls, names: Collection[str]) -> Self:
        """Return the spelling that `names` lists."""
        return cls("trim" in names, "lower" in names, "whole" in names)

    @property
    def names(self) -> tuple[Normalisation, ...]:
        """The spelling as the config writes it."""
        names: tuple[Normalisation, ...] = ("trim", "lower", "whole")
        return tuple(name for name in names if getattr(self, name))

    def notes(self, source: str) -> tuple[FileNote, ...]:
        """Return a note on ids that may be spellings of others."""
        if not self.points:
            return ()
        handling = "12.0 and 12 read as two customers"
        remedy = "write `normalise: [trim, whole]` for the source if they are one"
        return (FileNote(source, "point_in_id", self.points, READ, handling, remedy),)

    def read(self, ids: ir.StringValue) -> ir.StringValue:
        """Return ids in one spelling; null for words that mean no customer."""
        bare = ids.re_replace(BLANK_ENDS, "")
        one = bare if self.trim else ids
        one = one.lower() if self.lower else one
        one = one.re_replace(POINT, "") if self.whole else one
        return bare.lower().isin(NOBODY).ifelse(None, one)

    def changes(self, table: ir.Table, column: str) -> bool:
        """Return whether reading changes any id of a column of text."""
        ids = table[column]
        is_same = (self.read(ids) == ids).fill_null(False) | ids.isnull()
        return bool((~is_same).any().fill_null(False).execute())
