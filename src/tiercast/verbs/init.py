"""`tiercast init FILE`: look at a data file and write a config with marked guesses."""

import glob
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config
from tiercast.config.progress import Silent
from tiercast.config.schema import SourceConfig
from tiercast.reporting.messages import Language
from tiercast.sinks.recorded_run import recorded_here
from tiercast.sources.guess import MapGuess
from tiercast.sources.label_guess import guess_label
from tiercast.sources.layout_files import known_files
from tiercast.sources.object_store import is_remote
from tiercast.sources.proposal import Proposal, propose
from tiercast.sources.rhythm import SuggestedHorizon
from tiercast.sources.samples import SAMPLE_SCHEME
from tiercast.verbs.config_name import base_name, unique_name
from tiercast.verbs.config_text import Draft, config_text
from tiercast.verbs.label_config_text import CROSS_SECTION, DAY_MISSING, label_config_text

PIPELINES = Path("pipelines")


@dataclass(frozen=True)
class InitResult:
    """The config written, its guesses, and what the user must know and mend."""

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
        """Facts about the file that a user must know."""
        return self.proposal.notes

    @property
    def to_mend(self) -> tuple[str, ...]:
        """Gaps in the config: `check` refuses it until they are filled."""
        return self.proposal.to_mend


def init(
    file: str | Path,
    output: str | Path | None = None,
    *,
    force: bool = False,
    encoding: str | None = None,
    sheet: str | None = None,
    language: Language | None = None,
) -> InitResult:
    """Recognise the layout of an order file, or guess its columns, and write a config.

    A file of customers without dates, with a column that says who left, becomes a label table.

    `file` is a file of any supported kind, or a glob or folder of them. The config is written to
    `output`, or to `pipelines/<name of the file>.yaml`. `encoding` and `sheet` are the source's
    keys of these names. If one of customer, time and amount is not found, the config is written
    with the gap marked, and `to_mend` describes it. With `language`, the config has this key, and
    its comments are in that language.

    Raises
    ------
    InputError
        The config is already there (and not `force`), the file holds no money, or two of
        customer, time and amount are missing.
    """
    data = str(file)
    path = Path(output) if output is not None else PIPELINES / f"{base_name(data)}.yaml"
    if path.exists() and not force:
        there = "{path} is there already; --force replaces it, --output names another."
        raise InputError.of(there, path=path)
    _check_there(data)
    name = unique_name(data, {PIPELINES, path.parent})
    source = _source(data, encoding, sheet)
    label = None if known_files(source) else guess_label(source)
    if label is None:
        proposal = propose(source)
        text = config_text(Draft(name, data, str(path), proposal, language))
    else:
        proposal = Proposal(source, label.map, notes=(CROSS_SECTION,), to_mend=(DAY_MISSING,))
        text = label_config_text(Draft(name, data, str(path), proposal, language), label)
    made = parse_config(yaml.safe_load(text), origin=str(path))
    with recorded_here(made, "init", Silent()):
        write_text_atomically(path, text)
    return InitResult(path, proposal)


def _source(data: str, encoding: str | None, sheet: str | None) -> SourceConfig:
    try:
        return SourceConfig(path=data, encoding=encoding, sheet=sheet)
    except ValidationError as error:
        raise InputError(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.") from None


def _check_there(data: str) -> None:
    is_plain = SAMPLE_SCHEME not in data and not glob.has_magic(data)
    if is_plain and not is_remote(data) and not Path(data).exists():
        raise InputError.of(
            "No such file: {file}. Name a file (csv, xlsx, json, parquet, ...), or several by "
            "a pattern in quotes: 'orders/*.parquet'.",
            file=data,
        )
