"""A stored model in MLflow's form: a readable script, the model's data, a signature."""

import re
import shutil
import warnings
from importlib.metadata import requires, version
from pathlib import Path, PurePath

import mlflow.pyfunc
import pandas as pd
from mlflow.entities import LoggedModel, LoggedModelOutput
from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema
from pandas.api.types import is_integer_dtype, is_numeric_dtype

from tiercast.artifacts.model_folder import load_model
from tiercast.config.plugins import packages_of
from tiercast.modeling.tiered_model import TieredModel
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.runs import TrainingRun

SCRIPT = Path(__file__).with_name("pyfunc_model.py")
PACKAGE = Path(__file__).parents[1]
NAME = re.compile(r"([A-Za-z0-9._-]+)(\[[^]]*\])?")  # of a requirement, with its extras
ARTIFACT = "model"  # the name that `pyfunc_model` looks up
FILES = "artifacts/customer_model"  # where MLflow puts the model's folder
EXAMPLE_ROWS = 5


def log_model(run: TrainingRun, folder: Path, features: pd.DataFrame) -> LoggedModel:
    """Store the model in `folder` with its run; return MLflow's record of it.

    Parameters
    ----------
    run
        The run of the training.
    folder
        What `save_model` wrote.
    features
        A feature frame; its first rows, under made-up customer ids, become the input example.
    """
    model = load_model(folder)
    example = served(features[model.input_columns].head(EXAMPLE_ROWS))
    created = run.client.create_logged_model(
        run.experiment,
        name=ARTIFACT,
        source_run_id=run.run_id,
        tags=run.tags,
        params=run.params,
        model_type="tiercast",
    )
    described = Model(
        artifact_path=created.artifact_location,
        run_id=run.run_id,
        model_uuid=created.model_id,
        model_id=created.model_id,
    )
    with scratch_folder() as scratch:
        target, source = scratch / "logged", scratch / PurePath(FILES).name
        shutil.copytree(folder, source)
        mlflow.pyfunc.save_model(
            target,
            mlflow_model=described,
            python_model=str(SCRIPT),
            artifacts={ARTIFACT: str(source)},
            signature=signature(model, example),
            input_example=example,
            pip_requirements=requirements(model),
            code_paths=[str(PACKAGE)],
        )
        run.client.log_model_artifacts(created.model_id, str(target))
    run.client.log_outputs(run.run_id, [LoggedModelOutput(created.model_id, step=0)])
    run.model_id = created.model_id
    return run.client.finalize_logged_model(created.model_id, "READY")


def requirements(model: TieredModel) -> list[str]:
    """Return the packages that an environment needs to serve the model, in their versions here.

    The model carries tiercast's own code, which is in no package index; packages of plugins must
    be installed where the model is served.
    """
    needed = (one for one in requires("tiercast") or () if "extra ==" not in one)
    names = (NAME.match(one) for one in needed)
    pinned = [f"{name[0]}=={version(name[1])}" for name in names if name is not None]
    return [*pinned, *packages_of(model.facts.plugins)]


def served(features: pd.DataFrame) -> pd.DataFrame:
    """Return feature columns in the types of a request: numbers as floats, dates as times.

    Customers get new numbers, so that an example of real features names no one.
    """
    numbers = range(1, len(features) + 1)
    ids = features["customer_id"]
    columns = {name: _wire(features[name]) for name in features.columns}
    columns["customer_id"] = pd.Series(
        list(numbers) if is_integer_dtype(ids) else [f"customer-{n}" for n in numbers],
        index=features.index,
    )
    columns["as_of"] = pd.to_datetime(features["as_of"])
    return pd.DataFrame(columns)


def signature(model: TieredModel, example: pd.DataFrame) -> ModelSignature:
    """Return the columns and types of inputs and outputs; each column is required."""
    inputs = Schema([ColSpec(_kind(example[name]), name) for name in example.columns])
    with warnings.catch_warnings():
        # The warning is on missing values in integer columns: scores and ids have none.
        warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer")
        outputs = infer_signature(model.predict(example)).inputs
    return ModelSignature(inputs, outputs)


def _wire(values: pd.Series) -> pd.Series:
    if is_numeric_dtype(values):
        return values.astype("float64")
    return values.astype(object).where(values.notna(), None)


def _kind(values: pd.Series) -> DataType:
    if values.dtype.kind == "M":
        return DataType.datetime
    if is_integer_dtype(values):
        return DataType.long
    return DataType.double if is_numeric_dtype(values) else DataType.string
