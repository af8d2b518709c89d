"""`tiercast export CONFIG --list NAME`: a list of customers as a file for people or tools."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.staging import whole_file, writing
from tiercast.campaigns.arm_list import Arm
from tiercast.config.budget import BudgetConfig
from tiercast.config.errors import InputError
from tiercast.config.export_formats import ExportFormat, formats_of
from tiercast.config.lists import CustomerList, find_row
from tiercast.config.loading import load_config
from tiercast.config.playbook import PLAYBOOK, Play, action_in
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.lists.base import ListBase
from tiercast.lists.budget import PROFIT, contacts_within
from tiercast.lists.cells import Cell, Cells
from tiercast.lists.conditions import known_column
from tiercast.lists.csv_file import write_csv
from tiercast.lists.facts import facts
from tiercast.lists.layout import POSITION, FileColumn, file_columns, rows_to_write
from tiercast.lists.record import BATCH_ROWS, write_record
from tiercast.lists.selection import select
from tiercast.lists.xlsx_file import Sheet, money_decimals, money_format, write_xlsx
from tiercast.measured.records import read_measured
from tiercast.measured.save_rate import SaveRate, save_rate_of
from tiercast.reporting.messages import Language, MessageCatalogue, load_messages
from tiercast.reporting.segment_names import segment_label
from tiercast.scoring.stored import rows_in
from tiercast.sinks.recorded_run import recorded_here
from tiercast.sources.workspace import workspace
from tiercast.verbs.list_summaries import lists as lists  # offered beside the export

LABELS = {
    "tier": "tier",
    "previous_tier": "tier",
    "tier_set": "tier",
    "lifecycle_stage": "stage",
    "rfm_segment": "rfm_segment",
    "alerts": "alert",
}
SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")
SHEET_LENGTH = 31
NO_BUDGET = (
    "The config has no `budget`; say what a contact costs and saves: "
    "`budget: {{save_rate: 0.05, cost: 1.00}}`."
)


@dataclass(frozen=True)
class ExportResult:
    """A written list: the file, the record of who is on it, and how many customers.

    `customers` were written; `left_out` are on the list but lack what the format needs, such as
    an e-mail address. `paying` is the number of contacts that would bring more than they cost,
    whatever the caps of the `budget`; None without one.
    """

    list: str
    title: str
    format: str
    as_of: dt.date
    model_version: str
    file: Path
    record: Path
    customers: int
    left_out: int
    paying: int | None = None

    def frame(self) -> pd.DataFrame:
        """Return who was put on the list, in its order, a row per customer."""
        return rows_in(self.record)


def export(  # noqa: PLR0913  # each is an option of the command
    config: Config | str | Path,
    list: str | CustomerList,  # the option's name
    as_of: dt.date | str | None = None,
    *,
    limit: int | None = None,
    within_budget: bool = False,
    format: str = "csv",  # the option's name
    output: str | Path | None = None,
    campaign: tuple[str, str] | None = None,
    with_holdout: bool = False,
    language: Language | None = None,
    progress: Progress | None = None,
) -> ExportResult:
    """Write a list of a scored day (default: the newest) as a file, and record who is on it.

    The file (`<output>/lists/as_of=.../NAME...` unless `output` names one) appears whole or not
    at all. The record lies in `<output>/exports/as_of=.../`; the same export again changes
    nothing there. With `limit`, the first customers of the list are written. `list` is the name of
    one of `lists`, or a list of one's own. `campaign` (its name and an arm) writes the customers
    who were assigned to that arm, with the scores of that day. Customers of the global holdout
    (`holdout`) are left out unless `with_holdout`.
    `within_budget` keeps the customers whom the config's `budget` reaches: the contacts that pay,
    with its floors and caps.

    Raises
    ------
    InputError
        There is no such list or format, the day was not scored, the format needs a column of
        the profile that is missing, or there is no `budget` to keep within.
    OutputError
        The file cannot be written, or the day was scored again meanwhile.
    """
    settings, shown = _settings(config), progress or Silent()
    wanted = list if isinstance(list, CustomerList) else _named(settings, list)
    form = find_row(formats_of(settings.export_formats), format, "format")
    if limit is not None and limit < 1:
        raise InputError(f"`limit` must be at least 1, but got {limit}.")
    folder = OutputFolder.of(settings)
    refuse_other_base(folder.path, settings.name)
    within = _within(settings, folder) if within_budget else None
    arm = None if campaign is None else Arm.of(folder, *campaign)
    day = folder.scored_day(as_of if arm is None else arm.assigned.scored_on)
    if arm is not None:
        wanted = arm.list_of(wanted)
    path = Path(output) if output else folder.list_file(day, _file_name(wanted, form))
    with recorded_here(settings, "export", shown) as recorded, workspace() as connection:
        shown.stage("choose the customers")
        everybody = with_holdout or arm is not None  # of an arm all who were assigned
        base = ListBase.read(connection, settings, day, with_holdout=everybody)
        if arm is not None:
            base = replace(base, table=arm.customers(connection, base.table))
        written = _Export(settings, wanted, form, base, language or settings.language, within)
        choice = written.choose(connection, limit)
        shown.stage("write the list")
        when = {"exported_at": recorded.run.started_at, "run_id": recorded.run.id}
        with writing(path), whole_file(path) as aside:
            written.write(aside, choice.columns, choice.rows)
            record = write_record(folder, base, choice.rows, written.about(limit), when)
        count = int(choice.rows.count().execute())
        recorded.set_result(
            rows=count,
            model_version=base.model_version,
            data_fingerprint=base.manifest["data"]["fingerprint"],
            as_of=day,
        )
    title = wanted.title.in_language(written.language)
    return ExportResult(
        wanted.name,
        title,
        format,
        day,
        base.model_version,
        path,
        record,
        count,
        choice.customers - count,
        choice.paying,
    )


def _settings(config: Config | str | Path) -> Config:
    settings = load_config(config)
    settings.kind.refuse("export")
    return settings


def _within(settings: Config, output: OutputFolder) -> tuple[BudgetConfig, SaveRate]:
    """Return the budget, and the save rate that it stands on."""
    if settings.budget is None:
        raise InputError.of(NO_BUDGET)
    least = settings.report.small_cells
    return settings.budget, save_rate_of(settings.budget, read_measured(output), least)


def _named(settings: Config, name: str) -> CustomerList:
    return find_row(settings.customer_lists, name, "list")


def _file_name(wanted: CustomerList, form: ExportFormat) -> str:
    middle = "" if form.name == form.file else f".{form.name}"
    return f"{wanted.name}{middle}.{form.file}"


@dataclass(frozen=True)
class _Choice:
    """The columns of a file, its rows, and how many customers were chosen, of how many paying."""

    columns: Sequence[FileColumn]
    rows: ir.Table
    customers: int
    paying: int | None


@dataclass(frozen=True)
class _Export:
    settings: Config
    wanted: CustomerList
    form: ExportFormat
    base: ListBase
    language: Language
    within: tuple[BudgetConfig, SaveRate] | None = None

    @cached_property
    def words(self) -> Callable[[str, str], str]:
        """Return stored names in the reader's language, by column."""
        plays = tuple(map(Play.model_validate, self.base.manifest.get(PLAYBOOK, ())))
        return partial(_words, load_messages(self.language), plays)

    def choose(self, connection: Backend, limit: int | None) -> _Choice:
        """Return what the file holds."""
        columns = file_columns(self.base, self.wanted, self.form, self.language)
        customers, paying = self._chosen(limit)
        chosen = connection.create_table("chosen", customers)
        self.base.refuse_if_scored_again()
        # A stored table has no order of its own: the list's is asked for again.
        ordered = select(chosen, self.wanted)
        rows = connection.create_table("exported", rows_to_write(ordered, columns, self.form))
        return _Choice(columns, rows, int(chosen.count().execute()), paying)

    def _chosen(self, limit: int | None) -> tuple[ir.Table, int | None]:
        if self.within is None:
            return select(self.base.table, self.wanted, limit), None
        budget, rate = self.within
        eligible = select(self.base.table, self.wanted)
        known_column(eligible, "value_at_stake", "`budget`")
        least = [n for n in (limit, budget.contacts) if n is not None]
        most = min(least, default=None)
        found = contacts_within(eligible, budget, rate, most)
        return found.table.drop(PROFIT), found.worth

    def write(self, path: Path, columns: Sequence[FileColumn], rows: ir.Table) -> None:
        """Write the file."""
        cells = self._cells(columns, rows)
        if self.form.file == "csv":
            write_csv(path, columns, cells, bom=self.form.bom)
        else:
            write_xlsx(path, columns, cells, self._sheet(columns, rows))

    def about(self, limit: int | None) -> dict[str, str]:
        """Return what the record says of the list."""
        return {
            "list": self.wanted.name,
            "format": self.form.name,
            "limit": "" if limit is None else str(limit),
            "chooses": self.wanted.model_dump_json(include={"when", "order"}),
            **self._stands_on(),
        }

    def _stands_on(self) -> dict[str, str]:
        """Return the budget of the list, and the save rate that it was chosen by."""
        if self.within is None:
            return {}
        budget, rate = self.within
        return {"budget": budget.model_dump_json(), "save_rate": f"{rate.rate:.6g} ({rate.basis})"}

    def _cells(self, columns: Sequence[FileColumn], rows: ir.Table) -> Iterator[list[Cell]]:
        cells = Cells(
            self.words,
            self.language,
            money_decimals=money_decimals(self.settings.currency),
            currency=self.settings.currency,
        )
        names = [f"c{n}" for n in range(len(columns))]
        ordered = rows.order_by(POSITION).select(*names)
        for batch in ordered.to_pyarrow_batches(chunk_size=BATCH_ROWS):
            named = map(self._called, columns, (one.to_pylist() for one in batch.columns))
            for values in zip(*named, strict=True):
                yield cells.row(values, columns)

    def _called(self, column: FileColumn, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values of a column; of ids the pseudonyms that the config asks for."""
        report = self.settings.report
        if column.map.column != "customer_id" or report.ids != "pseudonymous":
            return values
        return [report.pseudonym(one) for one in values]

    def _sheet(self, columns: Sequence[FileColumn], rows: ir.Table) -> Sheet:
        title = self.wanted.title.in_language(self.language)
        customers = int(rows.count().execute())
        shown = facts(self.base, self.wanted, columns, customers, self.words, self.language)
        return Sheet(
            title=SHEET_SIGNS.sub(" ", title)[:SHEET_LENGTH],
            money=money_format(self.settings.currency, self.language),
            day=self.base.as_of,
            facts=shown if self.form.explained else (),
            facts_title="说明" if self.language == "zh" else "About",
        )


def _words(say: MessageCatalogue, plays: Sequence[Play], column: str, value: str) -> str:
    """Return a stored name or action in the reader's language; other texts as they are."""
    if column == "action":
        return action_in(value, plays, say.language)
    if column == "segment":
        return segment_label(value, say)
    return say.label(LABELS[column], value) if column in LABELS else value
