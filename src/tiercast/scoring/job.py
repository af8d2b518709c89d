"""A scoring at work: both passes over the customers, then the other places that get the scores."""

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.artifacts.scored_days import features_folder, scores_folder
from tiercast.artifacts.targets import PREVIOUS
from tiercast.config.errors import InputError
from tiercast.config.progress import Progress
from tiercast.feature_store.history import History
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.batches import Batches, count_customers
from tiercast.scoring.boundaries import Boundaries
from tiercast.scoring.columns import score_schema
from tiercast.scoring.finishing import Finish, Terms
from tiercast.scoring.manifest import manifest
from tiercast.scoring.outlying import outlying_entry
from tiercast.scoring.passes import Passes, PassesHere
from tiercast.scoring.previous import PreviousScores
from tiercast.scoring.staging import Staged
from tiercast.scoring.totals import Totals
from tiercast.scoring.watch import Watch, watch
from tiercast.sinks.recorded_run import RecordedRun
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.grid import GridAhead
from tiercast.snapshots.outlying import OutlyingOrders, held
from tiercast.sources.canonical import CustomerBase
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.registry import ModelVersion


@dataclass(frozen=True)
class Job:
    """One scoring: who is scored, by what, as of when, where to; `notes` go into the manifest.

    `last` are the scores of before that changes are counted against. `grid` holds the days that
    can have orders; None: any can. `outlying` orders lie beyond the model's limit.
    """

    history: History
    model: CustomerModel
    version: ModelVersion
    as_of: dt.date
    output: Path
    notes: tuple[str, ...]
    recorded: RecordedRun
    last: PreviousScores
    grid: GridAhead | None = None
    outlying: OutlyingOrders | None = None

    @property
    def base(self) -> CustomerBase:
        """The customers."""
        return self.history.base

    @cached_property
    def activity(self) -> CustomerActivity:
        """What they did; orders beyond the model's limit count as large ordinary ones."""
        return held(self.base.connection, self.history.activity, self.outlying)

    @cached_property
    def previous(self) -> PreviousScores:
        """What was said of them before, with the signals that rules of alerts ask for."""
        if self._watched.with_signals:
            return self.last.watching(self.base.connection, self.activity.orders, self.as_of)
        return self.last

    def run(self, progress: Progress) -> Totals:
        """Stage all batches, find where tiers end, write the final rows, copy them elsewhere."""
        passes = self._passes()
        with (
            self._scratch() as scratch,
            ExitStack() as elsewhere,  # outermost, so that others show the scores last
            DatasetWriter(scores_folder(self.output, self.as_of)) as scores,
            DatasetWriter(features_folder(self.output, self.as_of)) as features,
        ):
            staged = passes.stage(scratch, features, progress)
            totals = self._write(passes, staged, scores, progress)
            self._describe(totals, scores, features)
            self._copy(scores, elsewhere, progress)
        return totals

    @cached_property
    def _watched(self) -> Watch:
        return watch(self.base.config.alert_rules, self.model, self.activity, self.as_of)

    def _passes(self) -> Passes:
        carried = self._watched.features
        if self.base.config.on_spark:
            from tiercast.scoring.spark_passes import PassesOnSpark

            customers = count_customers(self.activity, self.as_of)
            _check_anyone(customers, self.as_of)
            where = self.base.connection, self.model, self.activity, self.as_of
            return PassesOnSpark(*where, customers, self.previous, carried)
        setting = self.model.facts.setting
        batches = Batches.of(self.base.connection, self.activity, self.as_of, setting)
        _check_anyone(batches.customers, self.as_of)
        return PassesHere(self.base, self.model, batches, self.previous, carried)

    def _scratch(self) -> AbstractContextManager[Path]:
        """Make a folder for staged rows; on Spark, where executors see it."""
        shared = self.base.connection.folder if self.base.config.on_spark else None
        return scratch_folder(shared)

    def _write(
        self, passes: Passes, staged: Staged, scores: DatasetWriter, progress: Progress
    ) -> Totals:
        progress.stage("assign tiers and write", len(staged.parts))
        boundaries = self._boundaries(staged)
        totals = passes.finish(staged, self._finish(boundaries), self._schema(), scores, progress)
        scores.describe(
            {
                "assign": self.model.facts.assign,
                "matched_sizes": None if boundaries is None else list(boundaries.sizes),
                "hysteresis": self.base.config.tiers.hysteresis,
                "tier_flips": totals.flips,
            }
        )
        return totals

    def _boundaries(self, staged: Staged) -> Boundaries | None:
        if self.model.facts.assign != "matched":
            return None
        return Boundaries.find(staged.table(self.base.connection), staged.probability_sums)

    def _finish(self, boundaries: Boundaries | None) -> Finish:
        version, config = self.version, self.base.config
        rules, hysteresis = config.alert_rules, config.tiers.hysteresis
        terms = Terms(version.version, version.run_id, boundaries, rules, hysteresis)
        return Finish(self.model, terms)

    def _schema(self) -> pa.Schema:
        ids = self.base.transactions.customer_id.type().to_pyarrow()
        return score_schema(ids, self.model.facts.tier_names)

    def _describe(self, totals: Totals, scores: DatasetWriter, features: DatasetWriter) -> None:
        told = manifest(self.base, self.model, self.version, self.as_of, totals, self.notes)
        odd = {"grid": self._grid, "outlying_orders": outlying_entry(self.outlying, scores.files)}
        scores.describe({**told, **odd, PREVIOUS: self.previous.as_of})
        features.describe({"as_of": self.as_of.isoformat()})
        self._record(totals, told["data"])

    @property
    def _grid(self) -> dict[str, object] | None:
        """The calendar grid of the orders and its days in the horizon, for the manifest."""
        return None if self.grid is None else self.grid.to_dict()

    def _record(self, totals: Totals, data: object) -> None:
        assert isinstance(data, Mapping)
        self.recorded.found(
            rows=totals.rows,
            model_version=self.version.version,
            data_fingerprint=data["fingerprint"],
        )

    def _copy(self, scores: DatasetWriter, elsewhere: ExitStack, progress: Progress) -> None:
        """Bring the scores to the other places, which show them as `elsewhere` closes."""
        for sink in self.recorded.sinks:
            progress.stage(f"write into {sink.label}")
            replacement = elsewhere.enter_context(sink.replacing())
            replacement.load(scores.files, self._schema(), self.recorded.done())


def _check_anyone(customers: int, as_of: dt.date) -> None:
    if customers == 0:
        raise InputError(
            f"Nobody has an order with a positive amount before as_of {as_of}, so there is "
            "nobody to score; check the sign of `amount`, or use a later as_of."
        )
