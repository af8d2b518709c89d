"""One run per training, with its tuning trials nested below it."""

import datetime as dt
import html
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path, PurePath

import pandas as pd
import yaml
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag
from plotly.graph_objects import Figure

from tiercast.artifacts.text_file import to_json
from tiercast.config.hiding import hide
from tiercast.config.plugins import versions_of
from tiercast.config.public_settings import public_settings
from tiercast.config.schema import Config
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.git_commit import git_tags
from tiercast.tracking.store import experiment_id, open_client

PARENT_TAG = "mlflow.parentRunId"
CONFIG_FILE = "config.yaml"
SHOWN_ID = 8  # characters of a run's id that identify it
EPOCH = dt.date(1970, 1, 1)
TUNING = "tuning"
SNAPSHOT = "snapshot"  # MLflow shows metrics of one prefix in one section
MOST_PARAMS = 100  # MLflow takes so many at once
LONGEST_PARAM = 6000
PAGE = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{}\n</body></html>\n'

TABLE_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], object]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".json": lambda frame, path: frame.to_json(path, orient="records", date_format="iso"),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


class TrainingRun:
    """An open run, to which a training logs parameters, metrics and files."""

    def __init__(self, client: MlflowClient, experiment: str, run_id: str) -> None:
        self.client = client
        self.experiment = experiment
        self.run_id = run_id
        self.model_id: str | None = None  # the model that it logged: metrics belong to it, too
        self.params: dict[str, str] = {}
        self.tags: dict[str, str] = {}

    def log_trial(
        self,
        number: int,
        question: str,
        loss: str,
        params: Mapping[str, object],
        value: float | None,
    ) -> None:
        """Record one tuning trial as a nested run; `value` None: it was pruned.

        Its metric is named for its loss (`log loss` is `log_loss`); the step is its number.
        """
        metric = loss.lower().replace(" ", "_")
        run = self.client.create_run(
            self.experiment,
            tags={PARENT_TAG: self.run_id},
            run_name=f"{question} trial {number} {self.run_id[:SHOWN_ID]}",
        )
        trial = TrainingRun(self.client, self.experiment, run.info.run_id)
        trial._log(params, {} if value is None else {metric: value}, step=number)
        trial._end("KILLED" if value is None else "FINISHED")

    def log_inputs(self, datasets: Sequence[DatasetInput]) -> None:
        """Record the run's datasets."""
        self.client.log_inputs(self.run_id, list(datasets))

    def log_trials_curve(self, question: str, loss: str, losses: Mapping[int, float]) -> None:
        """Record the losses of a question's trials as a curve, such as `tuning/order_log_loss`.

        The step is the trial's number.
        """
        metric = f"{TUNING}/{question}_{loss.lower().replace(' ', '_')}"
        for number, value in losses.items():
            self._log({}, {metric: value}, step=number)

    def log_params(self, params: Mapping[str, object]) -> None:
        """Record settings or findings that are not metrics; nested ones get dotted names."""
        self._log(params, {})

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Record figures by name, for example `{"auc": 0.84}`."""
        self._log({}, metrics, step=step)

    def log_snapshot(
        self, cutoff: dt.date, metrics: Mapping[str, float], dataset: Dataset | None = None
    ) -> None:
        """Record figures of one cutoff: `auc` becomes a point of the curve `snapshot/auc`.

        The step is the cutoff in days since 1970-01-01 and the time is the cutoff's, so that
        MLflow's charts show true distances on both axes. The figures were measured on `dataset`.
        """
        midnight = dt.datetime.combine(cutoff, dt.time(), dt.UTC)
        self._log(
            {},
            {f"{SNAPSHOT}/{name}": value for name, value in metrics.items()},
            step=(cutoff - EPOCH).days,
            at=midnight.timestamp(),
            dataset=dataset,
        )

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set labels that may change later."""
        self.tags |= {key: str(value) for key, value in tags.items()}
        self.client.log_batch(self.run_id, tags=[RunTag(k, str(v)) for k, v in tags.items()])

    def log_text(self, text: str, path: str) -> None:
        """Store a text file, for example `model_card.md`."""
        self.client.log_text(self.run_id, text, path)

    def log_dict(self, content: Mapping[str, object], path: str) -> None:
        """Store a JSON file; see `tiercast.artifacts.text_file.to_json` for what is allowed."""
        self.log_text(to_json(content), path)

    def log_table(self, frame: pd.DataFrame, path: str) -> None:
        """Store a table as `.parquet`, `.json` (records) or `.csv`, which MLflow shows as a table.

        Raises
        ------
        ValueError
            The path has another ending.
        """
        ending = PurePath(path).suffix
        if ending not in TABLE_WRITERS:
            known = ", ".join(TABLE_WRITERS)
            raise ValueError(f"a table's path must end in one of {known}, but got {path!r}")
        with scratch_folder() as folder:
            file = folder / PurePath(path).name
            TABLE_WRITERS[ending](frame, file)
            parent = str(PurePath(path).parent)
            self.client.log_artifact(self.run_id, str(file), None if parent == "." else parent)

    def log_figures(self, figures: Mapping[str, Figure], path: str) -> None:
        """Store figures under their titles as one page that needs no network.

        Plotly's own 5 MB of script are in it once, which is why figures share a page.
        """
        parts = [
            f"<h2>{html.escape(title)}</h2>"
            + figure.to_html(full_html=False, include_plotlyjs=number == 0)
            for number, (title, figure) in enumerate(figures.items())
        ]
        self.log_text(PAGE.format("\n".join(parts)), path)

    def _log(
        self,
        params: Mapping[str, object],
        metrics: Mapping[str, float],
        *,
        step: int = 0,
        at: float | None = None,
        dataset: Dataset | None = None,
    ) -> None:
        stamp = int(1000 * (time.time() if at is None else at))
        pairs = [Param(name, text[:LONGEST_PARAM]) for name, text in flat(params).items()]
        self.params |= {pair.key: pair.value for pair in pairs}
        source = (None, None) if dataset is None else (dataset.name, dataset.digest)
        points = [
            Metric(name, float(value), stamp, step, self.model_id, *source, self.run_id)
            for name, value in metrics.items()
        ]
        self.client.log_batch(self.run_id, metrics=points, params=pairs[:MOST_PARAMS])
        for start in range(MOST_PARAMS, len(pairs), MOST_PARAMS):
            self.client.log_batch(self.run_id, params=pairs[start : start + MOST_PARAMS])

    def _end(self, status: str) -> None:
        self.client.set_terminated(self.run_id, status)


@contextmanager
def training_run(
    config: Config,
    *,
    name: str = "train",
    params: Mapping[str, object] | None = None,
    tags: Mapping[str, object] | None = None,
) -> Iterator[TrainingRun]:
    """Open a run in the experiment `config.name`, with the settings as its parameters.

    Parameters
    ----------
    config
        The customer base; settings that may hold a secret (sources, output) are not recorded.
    name
        Its name in MLflow, for example `train 1998-04-01`; the beginning of its id
        is added, so that no two runs have one name.
    params
        More parameters; nested ones get dotted names.
    tags
        Labels of the run.

    Raises
    ------
    OutputError
        The store can be neither opened nor created.
    """
    client = open_client()
    experiment = experiment_id(client, config.name)
    created = client.create_run(experiment, run_name=name)
    run = TrainingRun(client, experiment, created.info.run_id)
    client.update_run(run.run_id, name=f"{name} {run.run_id[:SHOWN_ID]}")
    status = "FAILED"
    try:
        run.set_tags({**_labels(config, name), **(tags or {})})
        run.log_params({**settings(config), **(params or {})})
        run.log_text(_config_text(config), CONFIG_FILE)
        yield run
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        run._end(status)


def _labels(config: Config, name: str) -> dict[str, object]:
    """Return the tags to look runs up by."""
    return {
        "tiercast.version": version("tiercast"),
        "horizon_days": config.outlook.horizon_days,
        **{k: v for k, v in asdict(config.outlook.worth).items() if v},
        **{f"plugin.{plugin}": at for plugin, at in versions_of(config.plugins).items()},
        "mlflow.source.name": f"tiercast {name.partition(' ')[0]}",
        "mlflow.source.type": "JOB",
        **git_tags(),
    }


def _config_text(config: Config) -> str:
    """Return the config as YAML, with `${NAME}` for values from the environment."""
    return hide(yaml.safe_dump(public_settings(config), sort_keys=False, allow_unicode=True))


def settings(config: Config) -> dict[str, str]:
    """Return the settings that shape a model, by dotted name."""
    exclude = {"name", "sources", "output", "monitor", "feature_store"}
    return flat(config.model_dump(mode="json", exclude=exclude))


def flat(content: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Return nested settings as one level of dotted names.

    Examples
    --------
    >>> flat({"train": {"trials": 30, "seed": 7}})
    {'train.trials': '30', 'train.seed': '7'}
    """
    pairs: dict[str, str] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            pairs |= flat(value, f"{prefix}{key}.")
        else:
            pairs[f"{prefix}{key}"] = str(value)
    return pairs
