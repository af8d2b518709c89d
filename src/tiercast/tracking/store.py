"""The MLflow store of runs and models: the embedded one, or the server that the user names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from tiercast.config.errors import InputError, OutputError
from tiercast.config.hiding import HIDDEN, masked, passwords, remember
from tiercast.sources.file_lock import locked

MODELS_FOLDER = Path("models")
DATABASE_FILE = "mlflow.db"
ARTIFACTS_FOLDER = "artifacts"
URI_VARIABLE = "MLFLOW_TRACKING_URI"


def store_uri() -> str:
    """Return the URI of the store of runs and models.

    It is `MLFLOW_TRACKING_URI` if that is set, else `models/mlflow.db` below the working
    directory.
    """
    embedded = MODELS_FOLDER.absolute() / DATABASE_FILE
    return os.environ.get(URI_VARIABLE) or f"sqlite:///{embedded}"


def local_folder() -> Path:
    """Return the folder of this machine that belongs to the store.

    It is the folder of an SQLite database, or with a server `models/` below the working
    directory.
    """
    database = _database_file(store_uri())
    return MODELS_FOLDER if database is None else database.parent


def ui_command() -> str:
    """Return how to open the store in a browser: a command, or the server's address."""
    given = os.environ.get(URI_VARIABLE)
    if not given:
        return f"mlflow ui --backend-store-uri sqlite:///{MODELS_FOLDER / DATABASE_FILE}"
    if given.startswith(("http://", "https://")):
        return shown(given)
    return f'mlflow ui --backend-store-uri "${URI_VARIABLE}"'


def shown(uri: str) -> str:
    """Return the URI with `***` for a password in it.

    Examples
    --------
    >>> shown("postgresql://ann:secret@host/db")
    'postgresql://ann:***@host/db'
    >>> shown("models")
    'models'
    """
    try:
        return masked(sqlalchemy.make_url(uri).render_as_string(hide_password=True))
    except sqlalchemy.exc.ArgumentError:
        return masked(uri)


def open_client() -> MlflowClient:
    """Open the store, which is created on first use.

    Raises
    ------
    OutputError
        The store can be neither opened nor created.
    """
    uri = store_uri()
    remember(dict.fromkeys(passwords(uri), HIDDEN))  # MLflow's own errors quote the URI
    with using_store(), _alone(uri):
        client = MlflowClient(tracking_uri=uri)
        client.search_experiments(max_results=1)
    return client


@contextmanager
def using_store() -> Iterator[None]:
    """Turn what the store refuses inside the block into an OutputError about it.

    Raises
    ------
    OutputError
        The store cannot be used.
    """
    try:
        yield
    except (OSError, MlflowException, SQLAlchemyError) as error:
        raise OutputError(
            f"The MLflow store {shown(store_uri())} cannot be used: {error}; mend it, or name "
            f"another in {URI_VARIABLE}."
        ) from None


def experiment_id(client: MlflowClient, name: str) -> str:
    """Return the id of the experiment of that name, which is created if it is missing.

    The artifacts of an SQLite store lie beside its database; a server chooses their place.

    Raises
    ------
    InputError
        An experiment of that name was deleted and not yet purged.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        created: str = client.create_experiment(name, artifact_location=_artifacts(name))
        return created
    if experiment.lifecycle_stage == "deleted":
        raise InputError(
            f"The MLflow experiment {name!r} is deleted; bring it back with `mlflow experiments "
            f"restore --experiment-id {experiment.experiment_id}`, or choose another name."
        )
    existing: str = experiment.experiment_id
    return existing


def _artifacts(experiment: str) -> str | None:
    database = _database_file(store_uri())
    if database is None:
        return None
    return (database.parent.absolute() / ARTIFACTS_FOLDER / experiment).as_uri()


@contextmanager
def _alone(uri: str) -> Iterator[None]:
    """Let one process at a time make the tables of a database file."""
    database = _database_file(uri)
    if database is None:
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    # MLflow would try for minutes to open what it cannot write.
    if not os.access(database if database.exists() else database.parent, os.W_OK):
        raise PermissionError(f"{database} is not writable")
    with locked(database.parent):
        yield


def _database_file(uri: str) -> Path | None:
    if not uri.startswith("sqlite:///"):
        return None
    return Path(uri.removeprefix("sqlite:///"))
