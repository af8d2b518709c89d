"""Every place where tiercast keeps files: what of a customer is there, and how it is erased.

`tiercast forget`, its proof, `retention` and docs/privacy.md read this list and no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.schema import Config
from tiercast.tracking.store import local_folder

Root = Literal["output", "feature_store", "models"]
# rows: the customer's rows are removed, texts get a mark in place of the id.
# dataset: the same, in a folder with a manifest, which is replaced whole.
# file: the file is removed; the command that wrote it writes it again.
# nothing: it names nobody; the search proves it.
Erase = Literal["rows", "dataset", "file", "nothing"]
Kept = Literal["scores", "exports", "reports", "quarantine"]


@dataclass(frozen=True)
class Place:
    """A kind of files: where they lie, whose data is in them, and how a customer is erased.

    `files` is a pattern below the root; `{name}` is the base's name and `*` also crosses folders.
    `retention` is the key of `retention:` that says for how long they are stored.
    """

    name: str
    root: Root
    files: str
    holds: str
    erase: Erase
    retention: Kept | None = None


PLACES = (
    Place("leftovers", "output", "*/.*", "parts of what killed runs were writing", "file"),
    Place(
        "features",
        "output",
        "features/as_of=*/*",
        "a row per customer and day: id, features, profile",
        "dataset",
        "scores",
    ),
    Place(
        "scores",
        "output",
        "scores/as_of=*/*",
        "a row per customer and day: id, scores, reasons, action; sums of the base",
        "dataset",
        "scores",
    ),
    Place("ledger", "output", "ledger/*", "grades of groups; no ids", "nothing"),
    Place("monitoring", "output", "monitor/*", "figures of groups and columns; no ids", "rows"),
    Place("backtest", "output", "backtest/*", "past forecasts: id, outcome, forecast", "rows"),
    Place(
        "alerts",
        "output",
        "alerts/as_of=*/*",
        "alerts: id, tier, risk; hashes of those that were sent",
        "rows",
        "scores",
    ),
    Place(
        "lists",
        "output",
        "lists/as_of=*/*",
        "exported lists: id and the columns of the list, such as an e-mail address",
        "file",
        "exports",
    ),
    Place(
        "exports",
        "output",
        "exports/as_of=*/*/*",
        "who was on an exported list: id, list, position",
        "dataset",
        "exports",
    ),
    Place(
        "assignments",
        "output",
        "experiments/*/*",
        "who was drawn into which arm of a campaign: id, arm, scores of that day",
        "dataset",
    ),
    Place(
        "measurements",
        "output",
        "measurements/*",
        "what each arm of a campaign changed; no ids",
        "rows",
    ),
    Place(
        "migration",
        "output",
        "migration/*",
        "a row per customer and pair of days: id, tiers, values",
        "rows",
        "scores",
    ),
    Place(
        "evaluation",
        "output",
        "evaluation/*",
        "past forecasts of a model version: id, outcome, forecast",
        "rows",
    ),
    Place(
        "reports",
        "output",
        "reports/*",
        "customers at risk and others by name: id masked, in pseudonyms or whole",
        "file",
        "reports",
    ),
    Place(
        "check",
        "output",
        "check/*",
        "rows that break a rule, with the values of the source; examples of wrong values",
        "rows",
        "quarantine",
    ),
    Place("runs", "output", "runs/*", "messages of runs, which may quote an id", "rows"),
    Place("owner", "output", "tiercast.json", "the base's name", "nothing"),
    Place("erasures", "output", "erasures/*", "salted hashes of erased ids", "nothing"),
    Place(
        "feature store",
        "feature_store",
        "*",
        "customer-days: id, orders, money, categories, products; quarantined rows",
        "file",
    ),
    Place("studies", "models", "studies/{name}.jsonl", "trials of the tuning; no ids", "nothing"),
    Place("cards", "models", "cards/{name}.md", "the card of the champion; no ids", "rows"),
    Place(
        "models",
        "models",
        "artifacts/{name}/models/*",
        "weights that were learned from customers; five rows of features under made-up ids",
        "nothing",
    ),
    Place(
        "MLflow runs",
        "models",
        "artifacts/{name}/*",
        "figures and reports of trainings, with examples of wrong values",
        "rows",
    ),
    Place("MLflow database", "models", "mlflow.db*", "settings and figures; no ids", "nothing"),
)
ELSEWHERE = Place("elsewhere", "output", "*", "a file that tiercast did not write", "nothing")


def roots(config: Config) -> Mapping[Root, Path]:
    """Return the folders of a base on this machine."""
    found: dict[Root, Path] = {"output": OutputFolder.of(config).path, "models": local_folder()}
    if config.feature_store is not None:
        found["feature_store"] = Path(config.feature_store.path)
    return found


def place_of(root: Root, file: str, name: str) -> Place:
    """Return the place of a file, given by its path below a root; the first that fits.

    Examples
    --------
    >>> place_of("output", "scores/as_of=2024-01-01/manifest.json", "shop").name
    'scores'
    """
    for place in PLACES:
        if place.root == root and fnmatchcase(file, place.files.format(name=name)):
            return place
    return ELSEWHERE


def files_of(config: Config) -> Iterator[tuple[Place, Path]]:
    """Yield every file below the folders of a base, with its place.

    Of the store of models, which other bases share, only this base's files and the database.
    """
    seen = set()
    for root, folder in roots(config).items():
        for path in sorted(folder.rglob("*")):
            place = place_of(root, path.relative_to(folder).as_posix(), config.name)
            is_strange = root == "models" and place is ELSEWHERE
            if path.is_file() and path.resolve() not in seen and not is_strange:
                seen.add(path.resolve())
                yield place, path
