"""`tiercast init FILE`: look at a data file and write a config with its guesses marked."""

import glob
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import yaml

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config
from tiercast.sources.guess import MapGuess
from tiercast.sources.object_store import is_remote
from tiercast.sources.proposal import Proposal, propose
from tiercast.sources.rhythm import SuggestedHorizon
from tiercast.sources.samples import SAMPLE_SCHEME
from tiercast.verbs.config_text import Draft, config_text

PIPELINES = Path("pipelines")
FALLBACK_NAME = "orders"


@dataclass(frozen=True)
class InitResult:
    """The config written, the guesses in it, and what the user must know and mend."""

    path: Path
    proposal: Proposal

    @property
    def guess(self) -> MapGuess:
        """The column of each role, with its reason."""
        return self.proposal.guess

    @property
    def layout(self) -> str | None:
        """The export that the file was recognised as."""
        return self.proposal.layout.title if self.proposal.layout else None

    @property
    def horizon(self) -> SuggestedHorizon | None:
        """The days to predict that suit the rhythm of the orders."""
        return self.proposal.horizon

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user must know of the file."""
        return self.proposal.notes

    @property
    def to_mend(self) -> tuple[str, ...]:
        """What is missing: `check` refuses the config until it is there."""
        return self.proposal.to_mend


def init(file: str | Path, output: str | Path | None = None, *, force: bool = False) -> InitResult:
    """Recognise the layout of an order file, or guess its columns, and write a config.

    A file is csv or parquet, or a glob or folder of them. The config goes to `output`, or to
    `pipelines/<name of the file>.yaml`. Where one of customer, time and amount is not found, the
    config is written with the gap marked, and `to_mend` says so.

    Raises
    ------
    InputError
        The config is already there (and not `force`), the file holds no money, or two of
        customer, time and amount are missing.
    """
    data = str(file)
    name = base_name(data)
    path = Path(output) if output is not None else PIPELINES / f"{name}.yaml"
    if path.exists() and not force:
        raise InputError(f"{path} is there already; --force replaces it, --output names another.")
    _check_there(data)
    proposal = propose(data)
    text = config_text(Draft(name, data, str(path), proposal))
    parse_config(yaml.safe_load(text), origin=str(path))
    write_text_atomically(path, text)
    return InitResult(path, proposal)


def base_name(data: str) -> str:
    """Answer a name for the customer base, good for folders and MLflow, from a path or glob.

    Examples
    --------
    >>> base_name("exports/Orders 2024.csv.gz"), base_name("data/shop/*.parquet")
    ('orders_2024', 'shop')
    >>> base_name("店铺一.csv"), base_name("店铺二.csv")  # letters lost: told apart by a digest
    ('orders_3e85f6', 'orders_9d1cde')
    >>> base_name("https://shop.example/sales.parquet?sig=a/b")
    'sales'
    """
    address = data.partition("?")[0] if is_remote(data) else data  # a signature names nothing
    for part in reversed(Path(address).parts):
        plain = unicodedata.normalize("NFKD", part.partition(".")[0].casefold())
        name = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
        if "*" not in part and any(c.isalpha() and not c.isascii() for c in plain):
            return f"{name or FALLBACK_NAME}_{hashlib.sha256(plain.encode()).hexdigest()[:6]}"
        if name and "*" not in part:
            return name
        if "*" not in part:
            break
    return FALLBACK_NAME


def _check_there(data: str) -> None:
    is_plain = SAMPLE_SCHEME not in data and not glob.has_magic(data)
    if is_plain and not is_remote(data) and not Path(data).exists():
        raise InputError(
            f"No such file: {data}. Name a csv or parquet file, or several by a pattern in "
            "quotes: 'orders/*.parquet'."
        )
