"""An object store as an output: runs, scores and grades as they lie in the output's folder."""

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
from tiercast.sinks.sink import keeping_secrets

OWNER = "tiercast.json"  # says whose results lie there


@dataclass(frozen=True)
class ObjectStore:
    """Where one base's results lie: a folder of a store."""

    config: Config
    place: RemoteFolder
    label: str = "the object store"

    @property
    def where(self) -> str:
        """The folder's URL, without any secret."""
        return public_text(self.config.output.url or "")

    def prepare(self) -> None:
        """Make the folder this base's own, or see that it is.

        Raises
        ------
        OutputError
            The store cannot be reached or refuses.
        InputError
            Another customer base writes there.
        """
        with self.telling("cannot be used"):
            kept = self.place.read(OWNER)
            if kept is None:
                told = to_json({"name": self.config.name})
                self.place.put_whole(OWNER, told.encode())
        owner = self.config.name if kept is None else _owner(kept)
        if owner != self.config.name:
            raise InputError(
                f"output.url holds the results of {owner}, and those of {self.config.name} would "
                "mix with them; name another folder."
            )

    def keep_run(self, run: Run) -> None:
        """Write a run's line, or what became of it; one that ended was not killed afterwards.

        Raises
        ------
        OutputError
            The store cannot be reached or refuses.
        """
        name = f"runs/{run.id}.jsonl"
        with self.telling("has no record of the run"):
            if run.outcome != KILLED or not _has_ended(self.place.read(name)):
                self.place.put_whole(name, f"{plain_json(asdict(run))}\n".encode())

    def keep_grades(self, files: Sequence[Path]) -> None:
        """Put the grades of scorings, parts of datasets here, in the place of those of their days.

        Raises
        ------
        OutputError
            The store cannot be reached or refuses: each day's grades are the old or the new ones.
        """
        with self.telling("has no grades of past scores"):
            for folder in dict.fromkeys(file.parent for file in files):
                day = Publication(self.place, f"{LEDGER}/{folder.name}")
                if day.shows(folder):
                    continue
                day.put([file for file in files if file.parent == folder])
                day.publish(folder)
                day.tidy_up()

    @contextmanager
    def replacing(self) -> Iterator["Upload"]:
        """Hand out what brings a day's scores there; they are seen once the block has ended.

        Raises
        ------
        OutputError
            The store cannot be reached, is gone in the middle or refuses: the scores seen there
            are as they were.
        """
        upload = Upload(self)
        yield upload
        upload.commit()

    @contextmanager
    def telling(self, what: str) -> Iterator[None]:
        """Turn what the store refuses into an OutputError that gives no password away."""
        with keeping_secrets(self.config), self.place.telling(what):
            yield


class Upload:
    """A day's scores on their way: parts first, unseen; then the manifest."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._run: Run | None = None

    def load(self, files: Sequence[Path], rows: pa.Schema, run: Run) -> None:
        """Copy the parts of the run's day, which are not finished here yet.

        Raises
        ------
        OutputError
            The store cannot be reached or refuses.
        """
        self._run = run
        with self._store.telling("was not written"):
            self._publication(run).put(files)

    def commit(self) -> None:
        """Let the scores be seen, as they stand here by now, and the run that made them."""
        run = self._run
        if run is None or run.as_of is None:
            return
        publication, store = self._publication(run), self._store
        with store.telling("does not show the new scores yet (the files here are whole)"):
            publication.publish(OutputFolder.of(store.config).scores(run.as_of))
        with store.telling("shows the new scores, but keeps old parts beside them"):
            publication.tidy_up()
        store.keep_run(run)

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


def _owner(kept: bytes) -> str:
    try:
        return str(json.loads(kept)["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{OWNER} below output.url is damaged ({error}); remove it, or name another folder."
        ) from error


def _has_ended(line: bytes | None) -> bool:
    return line is not None and json.loads(line)["outcome"] != RUNNING
