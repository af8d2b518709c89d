"""An object store as an output: runs, scores and grades, in the layout of the output folder."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from tiercast.artifacts.output_folder import DAY, LEDGER, SCORES, OutputFolder
from tiercast.artifacts.run_log import KILLED, RUNNING, Run
from tiercast.artifacts.text_file import plain_json, to_json
from tiercast.config.environment import public_text
from tiercast.config.errors import InputError, OutputError
from tiercast.config.schema import Config
from tiercast.sinks.publication import Publication
from tiercast.sinks.remote_folder import RemoteFolder
from tiercast.sinks.sink import hiding_secrets

OWNER = "tiercast.json"  # names the base whose results lie there


@dataclass(frozen=True)
class ObjectStore:
    """The folder of a store that holds one base's results."""

    config: Config
    place: RemoteFolder
    label: str = "the object store"

    @property
    def where(self) -> str:
        """The folder's URL, without any secret."""
        return public_text(self.config.output.url or "")

    def prepare(self) -> None:
        """Make the folder this base's own, or check that it is.

        Raises
        ------
        OutputError
            The store cannot be reached or refuses.
        InputError
            Another customer base writes there.
        """
        with self.output_errors("cannot be used"):
            stored = self.place.read(OWNER)
            if stored is None:
                content = to_json({"name": self.config.name})
                self.place.put_whole(OWNER, content.encode())
        owner = self.config.name if stored is None else _owner(stored)
        if owner != self.config.name:
            raise InputError(
                f"output.url holds the results of {owner}, and those of {self.config.name} would "
                "mix with them; name another folder."
            )

    def record_run(self, run: Run) -> None:
        """Write a run's line; one that is recorded as ended is never marked as killed."""
        name = f"runs/{run.id}.jsonl"
        with self.output_errors("has no record of the run"):
            if run.outcome != KILLED or not _has_ended(self.place.read(name)):
                self.place.put_whole(name, f"{plain_json(asdict(run))}\n".encode())

    def replace_grades(self, files: Sequence[Path]) -> None:
        """Put grades, in files of local datasets, in the place of those of the same days."""
        with self.output_errors("has no grades of past scores"):
            for folder in dict.fromkeys(file.parent for file in files):
                day = Publication(self.place, f"{LEDGER}/{folder.name}")
                if day.shows(folder):
                    continue
                day.put([file for file in files if file.parent == folder])
                day.publish(folder)
                day.tidy_up()

    @contextmanager
    def replacing(self) -> Iterator["Upload"]:
        """Hand out an upload of a day's scores; readers see them once the block has ended."""
        upload = Upload(self)
        yield upload
        upload.commit()

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn what the store refuses into an OutputError about `what`, without any password."""
        with hiding_secrets(self.config), self.place.output_errors(what):
            yield


class Upload:
    """A day's scores on their way: first the parts, which no reader sees; then the manifest."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._run: Run | None = None

    def load(self, files: Sequence[Path], rows: pa.Schema, run: Run) -> None:
        """Copy the parts of the run's day; their local folder is not finished yet."""
        self._run = run
        with self._store.output_errors("was not written"):
            self._publication(run).put(files)

    def commit(self) -> None:
        """Show the scores, whose local folder is finished by now, and record the run."""
        run = self._run
        if run is None or run.as_of is None:
            return
        publication, store = self._publication(run), self._store
        with store.output_errors("does not show the new scores yet (the files here are whole)"):
            publication.publish(OutputFolder.of(store.config).scores(run.as_of))
        with store.output_errors("shows the new scores, but still has old parts beside them"):
            publication.tidy_up()
        store.record_run(run)

    def _publication(self, run: Run) -> Publication:
        return Publication(self._store.place, f"{SCORES}/{DAY}{run.as_of}")


def open_object_store(config: Config) -> ObjectStore | None:
    """Return the object store that the config's output names; None where it names none.

    Raises
    ------
    OutputError
        The store cannot be reached or refuses.
    InputError
        Another customer base writes there, or a package is missing.
    """
    if config.output.url is None:
        return None
    store = ObjectStore(config, RemoteFolder(config.output.url))
    store.prepare()
    return store


def _owner(content: bytes) -> str:
    try:
        return str(json.loads(content)["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{OWNER} below output.url is damaged ({error}); remove it, or name another folder."
        ) from error


def _has_ended(line: bytes | None) -> bool:
    return line is not None and json.loads(line)["outcome"] != RUNNING
