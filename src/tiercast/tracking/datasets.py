"""The data of a run, as MLflow's datasets: the base's tables, and past cutoffs."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pandas as pd
from mlflow.entities import Dataset, DatasetInput, InputTag

from tiercast.config.public_settings import public_settings
from tiercast.config.schema import Config
from tiercast.contract.report import DataReport

CONTEXT = "mlflow.data.context"
LONGEST_DIGEST = 36  # that MLflow takes
SHORT_DIGEST = 16
# By the beginning of a path: MLflow's name of the place, and the key of the path.
PLACES = {
    "s3://": ("s3", "uri"),
    "https://": ("http", "url"),
    "http://": ("http", "url"),
    "": ("local", "uri"),
}


def source_datasets(
    config: Config, report: DataReport, fingerprint: Mapping[str, str]
) -> list[DatasetInput]:
    """Return a dataset per table of the base, with its fingerprint as the digest."""
    sources = public_settings(config)["sources"]
    assert isinstance(sources, dict)
    return [
        _input(_table(config.name, sources[one.table], report, one.table, digest), "training")
        for one in report.tables
        if one.table in sources and (digest := fingerprint.get(one.table)) is not None
    ]


def cutoff_dataset(name: str, cutoff: object, rows: pd.DataFrame) -> Dataset:
    """Return the customers of a past cutoff and their actual outcome, for an evaluation."""
    kind, source = "code", {"tags": {"base": name, "as_of": str(cutoff)}}
    columns = rows[["customer_id", "ordered", "value"]]
    profile = {"num_rows": len(rows), "num_elements": int(columns.size)}
    rows_hashed = pd.util.hash_pandas_object(columns, index=False).to_numpy()
    digest = sha256(rows_hashed.tobytes()).hexdigest()[:SHORT_DIGEST]
    return Dataset(
        f"{name} at {cutoff}", digest, kind, json.dumps(source), profile=json.dumps(profile)
    )


def judged_on(dataset: Dataset) -> DatasetInput:
    """Return a dataset in the role of an evaluation."""
    return _input(dataset, "evaluation")


def _input(dataset: Dataset, context: str) -> DatasetInput:
    return DatasetInput(dataset, [InputTag(CONTEXT, context)])


def _table(
    name: str, source: Mapping[str, Any], report: DataReport, table: str, fingerprint: str
) -> Dataset:
    about = report.table(table)
    profile = {
        "num_rows": about.rows_used,
        "rows_quarantined": about.rows_quarantined,
        "customers": about.customers,
        "first": None if about.first is None else about.first.isoformat(),
        "last": None if about.last is None else about.last.isoformat(),
        "fingerprint": fingerprint,
    }
    kind, place = _place(source)
    digest = _digest(fingerprint)
    return Dataset(f"{name}.{table}", digest, kind, json.dumps(place), profile=json.dumps(profile))


def _place(source: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    """Return MLflow's kind of source and its place, from the config."""
    path = source.get("path")
    if not isinstance(path, str) or ("://" in path and not path.startswith(tuple(PLACES)[:-1])):
        return "code", {"tags": {key: value for key, value in source.items() if value}}
    kind, key = next(place for start, place in PLACES.items() if path.startswith(start))
    return kind, {key: path}


def _digest(fingerprint: str) -> str:
    if len(fingerprint) <= LONGEST_DIGEST:
        return fingerprint
    return sha256(fingerprint.encode()).hexdigest()[:LONGEST_DIGEST]
