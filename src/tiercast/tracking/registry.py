"""Versions of each customer base's model, and their aliases: one is the champion."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion as MlflowVersion
from mlflow.exceptions import MlflowException

from tiercast.artifacts.model_folder import load_model
from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.config.worth import TERMS
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.label_model import LabelModel
from tiercast.modeling.target import OUTCOME, Target, Value
from tiercast.modeling.tiered_model import TieredModel
from tiercast.sources.scratch import filling, scratch_folder
from tiercast.tracking.logged_model import FILES, log_model
from tiercast.tracking.runs import TrainingRun
from tiercast.tracking.store import open_client, using_store

CHAMPION, CHALLENGER = "champion", "challenger"
Version = str | int  # a number, or an alias
TRAINED_AS_OF, HORIZON_DAYS, VALUE = "trained_as_of", "horizon_days", "value"
REPLACED = "replaced_version"
VERSIONS_TAG = "mlflow.modelVersions"


@dataclass(frozen=True)
class ModelVersion:
    """One registered version; `metrics` are its run's, each at the last step.

    `trained_as_of`, `horizon_days` and `value` (the latter two make its `target`) are None for a
    version that tiercast did not register. `replaced` is the champion before it; None if it was
    never champion, or the first one.
    """

    version: str
    run_id: str
    created: dt.datetime
    trained_as_of: dt.date | None
    horizon_days: int | None
    aliases: tuple[str, ...]
    metrics: Mapping[str, float]
    replaced: str | None = None
    value: Value | None = None
    outcome: str = ""
    return_cost: float = 0.0
    referral_share: float = 0.0

    @property
    def target(self) -> Target | None:
        """What the version forecasts; None where its tags do not say."""
        if self.horizon_days is None or self.value is None:
            return None
        terms = (self.return_cost, self.referral_share)
        return Target(self.horizon_days, self.value, self.outcome, *terms)

    def forecasts(self, target: Target) -> bool:
        """Return whether the version forecasts a target, as far as its tags say.

        Older versions have no tag of the value; any value counts as theirs.
        """
        own = self.target
        return self.horizon_days == target.horizon_days if own is None else own == target


def register(run: TrainingRun, folder: Path, config: Config, features: pd.DataFrame) -> str:
    """Register the model in `folder` as the next version of `config.name`, the new challenger.

    Parameters
    ----------
    run
        Its training, still open.
    folder
        What `save_model` wrote.
    config
        The customer base.
    features
        A feature frame; its first rows become MLflow's input example.

    Returns
    -------
    str
        The version's number, from "1" on.
    """
    model, logged = load_model(folder), log_model(run, folder, features)
    _ensure_name(run.client, config.name)
    facts = {TRAINED_AS_OF: model.trained_as_of.isoformat(), **model.facts.target.to_record()}
    created = run.client.create_model_version(
        config.name,
        # Not `models:/<id>`: MLflow looks that up in the store of its global settings.
        logged.artifact_location,
        run.run_id,
        tags={key: str(value) for key, value in facts.items()},
        model_id=logged.model_id,
    )
    number = str(created.version)
    named = json.dumps([{"name": config.name, "version": number}])
    run.client.set_logged_model_tags(logged.model_id, {VERSIONS_TAG: named})
    set_alias(config, CHALLENGER, number)
    return number


def versions(config: Config) -> list[ModelVersion]:
    """Return the registered versions, oldest first; none where nothing was trained yet."""
    client = open_client()
    found = client.search_model_versions(f"name = '{config.name}'")
    aliases = _aliases(client, config.name) if found else {}
    rows = [_row(client, version, aliases) for version in found]
    return sorted(rows, key=lambda row: int(row.version))


def parameters(version: ModelVersion) -> dict[str, str]:
    """Return the parameters of a version's run; none where the run was purged."""
    try:
        return dict(open_client().get_run(version.run_id).data.params)
    except MlflowException:  # its model is still there
        return {}


def version_of(config: Config, alias: str) -> str | None:
    """Return the version that has an alias, or None."""
    return _aliases(open_client(), config.name).get(alias)


def find_version(config: Config, wanted: Version = CHAMPION) -> ModelVersion:
    """Return the version with a number or alias (3, "3", "champion" or "@champion").

    Raises
    ------
    InputError
        There is none; the message names those there are.
    """
    known = versions(config)
    name = str(wanted).removeprefix("@")
    for row in known:
        if name == row.version or name in row.aliases:
            return row
    if not known:
        raise InputError.of(
            "{name} has no model yet; train one first: `tiercast train CONFIG`.", name=config.name
        )
    raise InputError.of(
        "{name} has no model version {wanted}; there are {known}.",
        name=config.name,
        wanted=repr(wanted),
        known=_list(known),
    )


def set_alias(config: Config, alias: str, version: Version) -> None:
    """Give `version` the alias, which another may have had."""
    open_client().set_registered_model_alias(config.name, alias, str(version))


def promote(config: Config, version: Version, *, forward: bool = True) -> ModelVersion:
    """Make a version (number or alias) the champion; it is no longer the challenger.

    The old champion stays a version. With `forward`, the tag `replaced_version` names it; a
    rollback promotes it again, without `forward`.

    Raises
    ------
    InputError
        There is no such version.
    OutputError
        The store refuses.
    """
    client, chosen = open_client(), find_version(config, version)
    replaced = version_of(config, CHAMPION)
    with using_store():
        if forward and replaced not in (None, chosen.version):
            client.set_model_version_tag(config.name, chosen.version, REPLACED, replaced)
        set_alias(config, CHAMPION, chosen.version)
        if CHALLENGER in chosen.aliases:
            client.delete_registered_model_alias(config.name, CHALLENGER)
    return find_version(config, chosen.version)


@contextmanager
def version_folder(config: Config, version: Version = CHAMPION) -> Iterator[Path]:
    """Hand out a copy of a version's model folder, for the time of the block.

    Raises
    ------
    InputError
        There is no such version, or its files cannot be fetched.
    """
    client = open_client()
    number = find_version(config, version).version
    source = client.get_model_version_download_uri(config.name, number)
    with scratch_folder() as scratch:
        try:
            with filling(scratch, MlflowException):
                fetched = download_artifacts(
                    f"{source}/{FILES}", dst_path=str(scratch), tracking_uri=client.tracking_uri
                )
        except (MlflowException, OSError) as error:
            raise InputError(
                f"The files of {config.name} version {number} cannot be fetched from {source}: "
                f"{error}"
            ) from error
        yield Path(fetched)


def load_version(config: Config, version: Version = CHAMPION) -> CustomerModel:
    """Return the model of a version (number or alias).

    Raises
    ------
    InputError
        There is no such version, its files are missing or changed, or it forecasts a label.
    """
    model = _loaded(config, version)
    if not isinstance(model, CustomerModel):
        raise _other_kind(config, version, model)
    return model


def load_label_version(config: Config, version: Version = CHAMPION) -> LabelModel:
    """Return the model of a version (number or alias) that forecasts a label.

    Raises
    ------
    InputError
        There is no such version, its files are missing or changed, or it forecasts orders.
    """
    model = _loaded(config, version)
    if not isinstance(model, LabelModel):
        raise _other_kind(config, version, model)
    return model


def _loaded(config: Config, version: Version) -> TieredModel:
    with version_folder(config, version) as folder:
        return load_model(folder)


def _other_kind(config: Config, version: Version, model: TieredModel) -> InputError:
    return InputError(
        f"Version {version} of {config.name} forecasts {model.facts.target}, but the config says "
        f"`churn: {config.outlook.churn}`; train again, or give this base another `name`."
    )


def text_of(version: ModelVersion, path: str) -> str | None:
    """Return a text that a version's training stored (`log_text`); None where it is gone.

    Raises
    ------
    OutputError
        The store cannot be read.
    """
    client = open_client()
    try:
        uri = client.get_run(version.run_id).info.artifact_uri
    except MlflowException:  # the run was purged; its model is still there
        return None
    with using_store(), scratch_folder() as scratch:
        if path not in {file.path for file in client.list_artifacts(version.run_id)}:
            return None
        fetched = download_artifacts(
            f"{uri}/{path}", dst_path=str(scratch), tracking_uri=client.tracking_uri
        )
        return Path(fetched).read_text("utf-8")


def _ensure_name(client: MlflowClient, name: str) -> None:
    if not client.search_registered_models(f"name = '{name}'", max_results=1):
        client.create_registered_model(name)


def _aliases(client: MlflowClient, name: str) -> dict[str, str]:
    """Return the version behind each alias."""
    found = client.search_registered_models(f"name = '{name}'", max_results=1)
    return {alias: str(version) for model in found for alias, version in model.aliases.items()}


def _row(client: MlflowClient, version: MlflowVersion, aliases: Mapping[str, str]) -> ModelVersion:
    number = str(version.version)
    as_of, horizon = version.tags.get(TRAINED_AS_OF), version.tags.get(HORIZON_DAYS)
    return ModelVersion(
        number,
        version.run_id,
        dt.datetime.fromtimestamp(version.creation_timestamp / 1000, dt.UTC),
        dt.date.fromisoformat(as_of) if as_of else None,
        int(horizon) if horizon else None,
        tuple(sorted(alias for alias, at in aliases.items() if at == number)),
        _metrics(client, version.run_id),
        version.tags.get(REPLACED),
        cast("Value | None", version.tags.get(VALUE)),
        version.tags.get(OUTCOME, ""),
        **{term: float(version.tags.get(term, 0.0)) for term in TERMS},
    )


def _metrics(client: MlflowClient, run_id: str) -> dict[str, float]:
    try:
        return dict(client.get_run(run_id).data.metrics)
    except MlflowException:  # the run was purged; its model is still there
        return {}


def _list(rows: list[ModelVersion]) -> str:
    return ", ".join(
        row.version + "".join(f" (@{alias})" for alias in row.aliases) for row in rows[-5:]
    )
