"""One model on one day: rows of customers in, the score rows of the batch out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.progress import Silent
from tiercast.config.schema import TableName
from tiercast.scoring.assign import AssignmentRules, final_rows
from tiercast.scoring.batches import feature_frame
from tiercast.scoring.boundaries import Boundaries
from tiercast.scoring.columns import to_table
from tiercast.scoring.inputs import ScoringInputs, scoring_inputs
from tiercast.scoring.predict import REASONS, scored_rows, typed
from tiercast.scoring.previous import NAMES, no_previous
from tiercast.scoring.version import ChosenModel
from tiercast.serving.compiled import PANEL, SIGNALS, CompiledFeatures
from tiercast.serving.engine import Engine
from tiercast.serving.stored_day import SCORES, StoredDay

MOST_DAYS_AHEAD = 31


@dataclass(frozen=True)
class LiveModel:
    """The steps of `score`, with what looks at the whole base taken from the stored day.

    `previous` is the table of the scores that changes are counted from; None: there are none.
    """

    stored: StoredDay
    inputs: ScoringInputs
    rules: AssignmentRules
    engine: Engine
    previous: str | None

    @classmethod
    def of(cls, stored: StoredDay, chosen: ChosenModel) -> "LiveModel":
        """Prepare a model for a day, the stored one or a later one.

        Raises
        ------
        InputError
            The model's target or tiers are not those of the stored scores.
        """
        config = stored.history.base.config
        _refuse_other_forecast(stored, chosen)
        output = OutputFolder.of(config)
        inputs = scoring_inputs(stored.history, config, chosen, output, Silent())
        engine = Engine.of(CompiledFeatures.of(inputs))
        return cls(stored, inputs, _rules(stored, inputs), engine, _previous(stored, inputs))

    @property
    def as_of(self) -> dt.date:
        """Rows before this day count."""
        return self.inputs.as_of

    @property
    def version(self) -> str:
        """The model version."""
        return self.inputs.version.version

    def score(
        self, rows: Mapping[TableName, pa.Table], customer_ids: Sequence[int | str]
    ) -> pa.Table:
        """Return the score rows of customers, in the order of their ids.

        Who has no order with a positive amount before the day has none. Rows of others, such as
        of those whom a customer brought, may be among `rows`.
        """
        found = self.engine.run(rows)
        panel = rows_of(found[PANEL], customer_ids)
        inputs, schema = self.inputs, self.engine.compiled.schema
        if not panel.num_rows:
            return inputs.schema.empty_table()
        frame = feature_frame(_with_floats(panel).to_pandas(), schema, self.as_of)
        types = {field.name: field.type for field in schema}
        full = inputs.model.with_clv(frame)
        beside = typed(full[list(inputs.rule_features)], types)
        scored = scored_rows(inputs.model, full, types, beside)
        staged = scored.drop_columns([REASONS]).to_pandas()
        previous = self._previous_of(staged, found.get(SIGNALS))
        final = final_rows(inputs.model, self.rules, staged, previous)
        return to_table(final, scored[REASONS].combine_chunks(), inputs.schema)

    def _previous_of(self, rows: pd.DataFrame, signals: pa.Table | None) -> pd.DataFrame:
        """Return `previous_tier` and the like for each row, as `PreviousScores.of` does."""
        if self.previous is None:
            return no_previous(rows)
        with self.stored.cursor() as own:
            query = f'SELECT * FROM "{self.previous}" WHERE customer_id IN (SELECT unnest(?))'
            known = own.execute(query, [rows["customer_id"].tolist()]).to_arrow_table()
        ids = rows["customer_id"]
        beside = _in_order(known, ids)
        if signals is not None:
            beside = pd.concat([beside, _in_order(signals, ids).fillna(0.0)], axis=1)
        return beside.set_index(rows.index).reindex(columns=[*NAMES])


def _refuse_other_forecast(stored: StoredDay, chosen: ChosenModel) -> None:
    facts = chosen.model.facts
    ours = facts.target, facts.assign, facts.tier_names
    if ours != (stored.target, stored.manifest["assign"], stored.tier_names):
        raise InputError(
            f"Version {chosen.version.version} has another target or other tiers than the stored "
            f"scores of {stored.as_of}; run `tiercast score CONFIG` first."
        )


def rows_of(table: pa.Table, customer_ids: Sequence[int | str]) -> pa.Table:
    """Return the rows of customers."""
    ids = pa.array(list(customer_ids), table.schema.field("customer_id").type)
    return table.filter(pc.is_in(table["customer_id"], ids))


def _with_floats(panel: pa.Table) -> pa.Table:
    """Return rows whose whole numbers are floats, as in a model's frame; Arrow casts faster."""
    fields = [
        field.with_type(pa.float64())
        if pa.types.is_integer(field.type) and field.name != "customer_id"
        else field
        for field in panel.schema
    ]
    return panel.cast(pa.schema(fields), safe=False)


def _in_order(table: pa.Table, ids: pd.Series) -> pd.DataFrame:
    """Return the row of each customer id, missing values for who has none."""
    return table.to_pandas().set_index("customer_id").reindex(ids)


def _rules(stored: StoredDay, inputs: ScoringInputs) -> AssignmentRules:
    """Return the rules of assignment; boundaries of tiers are those of the stored scores."""
    config = inputs.base.config
    if config.by is not None or config.customer == "account":
        key = "by" if config.by is not None else "customer: account"
        raise InputError(f"`tiercast serve` does not serve a base with `{key}`; leave it out.")
    sizes = stored.manifest["matched_sizes"]
    boundaries = None
    if inputs.model.facts.assign == "matched":
        boundaries = Boundaries.of_sizes(stored.connection.table(SCORES), sizes)
    return AssignmentRules.of(inputs, boundaries)


def _previous(stored: StoredDay, inputs: ScoringInputs) -> str | None:
    """Copy the previous scores, sorted, into the stored day's database; return their name."""
    if inputs.previous.folder is None:
        return None
    ids = stored.connection.table(SCORES).customer_id.type()
    rows = inputs.previous.chosen(stored.connection, ids).order_by("customer_id")
    name: str = ibis.util.gen_name("previous")
    stored.connection.create_table(name, rows)
    return name
