"""What a page is made of: sections of charts, tables, cards, notes and lists of customers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import pandas as pd

from tiercast.formats import Form
from tiercast.reporting.messages import MessageCatalogue

Grade = Literal["good", "fair", "weak"]
Tone = Literal["", "much_lower", "lower", "higher", "much_higher", "strong", "same"]


@dataclass(frozen=True)
class Cell:
    """One cell: `tone` shades it, `mark` says the same without colour, `detail` explains it.

    `customers` is how many customers a figure is about (None: no group), `is_count` whether the
    figure is their number: small groups are not shown (see `small_cells`).
    """

    text: str
    tone: Tone = ""
    mark: str = ""
    detail: str = ""
    customers: float | None = field(default=None, compare=False)
    is_count: bool = field(default=False, compare=False)


Format = Callable[[float], str]
COUNT = "customers"  # the column of a frame that says how many a row is about
COMMON: Mapping[str, Form | None] = {
    "customers": "count",
    "customers_share": "share",
    "expected_value": "total",
    "interval": None,  # a finished text
    "expected_value_share": "share",
    "expected_each": "money",
    "churn": "share",
    "confidence": "share",
    "past_value": "total",
    "past_value_share": "share",
}


@dataclass(frozen=True)
class Measure:
    """A column of numbers: its title, its name in a frame, its format.

    `about` is the column that says how many customers a number is about.
    """

    title: str
    column: str
    form: Format
    about: str = COUNT


def measures(say: MessageCatalogue, prefix: str, **formats: Form | None) -> list[Measure]:
    """Return the columns of a frame that are titled `<prefix>.<column>`, with their formats."""
    return [
        Measure(say(f"{prefix}.{name}"), name, say.write.named(form) if form else str)
        for name, form in formats.items()
    ]


def about(column: str, columns: Sequence[Measure]) -> list[Measure]:
    """Return columns whose numbers are about as many customers as another column says."""
    return [replace(one, about=column) for one in columns]


def common(say: MessageCatalogue, *names: str) -> list[Measure]:
    """Return columns of a frame that are the same in all chapters, by name."""
    return measures(say, "common", **{name: COMMON[name] for name in names})


@dataclass(frozen=True)
class Table:
    """A table of finished texts: the first column names the row, the others hold numbers.

    `words` says that the other columns hold words instead.
    """

    kind: ClassVar[str] = "table"
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    words: bool = False

    @classmethod
    def of(
        cls,
        title: str,
        frame: pd.DataFrame,
        names: tuple[str, Sequence[str]],
        measures: Sequence[Measure],
        *,
        details: Sequence[str] = (),
        note: str = "",
    ) -> "Table":
        """Build a table of a frame's numbers.

        `names` is the title of the first column and the name of each row; `details` explain
        the names.
        """
        head, rows = names
        first = [
            Cell(name, detail=detail)
            for name, detail in zip(rows, details or [""] * len(rows), strict=True)
        ]
        others = [_cells_of(frame, measure) for measure in measures]
        cells = [list(row) for row in zip(first, *others, strict=True)]
        return cls(title, [head, *(measure.title for measure in measures)], cells, note)


def _cells_of(frame: pd.DataFrame, measure: Measure) -> list[Cell]:
    """Return the cells of a column; each knows how many customers it is about."""
    known = measure.about in frame
    behind = frame[measure.about].tolist() if known else [None] * len(frame)
    is_count = measure.column == measure.about
    return [
        Cell(measure.form(value), customers=customers, is_count=is_count)
        for value, customers in zip(frame[measure.column].tolist(), behind, strict=True)
    ]


@dataclass(frozen=True)
class Chart:
    """A Plotly figure (as plain data), its finding, how to read it, and its numbers.

    `alt` says what the picture shows to those who do not see it; two charts in a row that are
    `half` stand side by side where there is room. `groups` is how many customers each point (or
    box of a grid) is about; left out, the rows of the table say it.
    """

    kind: ClassVar[str] = "chart"
    id: str
    title: str
    figure: dict[str, Any]
    alt: str
    reading: str
    table: Table | None = None
    half: bool = False
    groups: Sequence[float] | Sequence[Sequence[float]] = ()


@dataclass(frozen=True)
class Card:
    """One number at a glance, what it is, and what stands behind it."""

    value: str
    label: str
    detail: str = ""
    grade: Grade | None = None


@dataclass(frozen=True)
class Cards:
    """A row of cards."""

    kind: ClassVar[str] = "cards"
    cards: Sequence[Card]


@dataclass(frozen=True)
class NextStep:
    """Something to do: whose question it answers, what, for whom, how, and the list's name."""

    question: str
    title: str
    text: str
    how: str
    list: str


@dataclass(frozen=True)
class Steps:
    """What to do first; `notes` say why a question has no step, and whom lists leave out."""

    kind: ClassVar[str] = "steps"
    title: str
    steps: Sequence[NextStep]
    notes: Sequence["Note"] = ()


@dataclass(frozen=True)
class Note:
    """A paragraph of plain words."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True)
class Reason:
    """A driver of the churn risk in words; `raises`: above the average customer's, or below."""

    text: str
    raises: bool


@dataclass(frozen=True)
class Person:
    """One customer of a list, every field a finished text."""

    customer: str
    tier: str
    sureness: str
    churn: str
    expected: str
    interval: str
    highlight: str
    segment: str
    action: str
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class PeopleList:
    """Customers to look at first, why these, and what `highlight` in each row is (or "")."""

    kind: ClassVar[str] = "people"
    id: str
    title: str
    lead: str
    highlight: str
    people: Sequence[Person]


@dataclass(frozen=True)
class Glossary:
    """Words and what they mean."""

    kind: ClassVar[str] = "glossary"
    entries: Sequence[tuple[str, str]]


Part = Table | Chart | Cards | Steps | Note | PeopleList | Glossary


@dataclass(frozen=True)
class Section:
    """One chapter of the page: its finding in a sentence, then what shows it."""

    id: str
    title: str
    headline: str
    parts: Sequence[Part]
    grade: Grade | None = None
