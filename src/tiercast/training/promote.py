"""Make a version the champion, and let `models/cards/` say so."""

from pathlib import Path

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.tracking import registry
from tiercast.tracking.registry import ModelVersion
from tiercast.tracking.store import MODELS_FOLDER
from tiercast.training.stored import CARD, evaluation_folder

CARDS = MODELS_FOLDER / "cards"


def promote(config: Config | str | Path, version: str) -> ModelVersion:
    """Let @champion mean this version (a number or an alias) from now on.

    The version's model card becomes `models/cards/<name>.md`, which can be committed: it tells
    what is live and how good it was.

    Raises
    ------
    InputError
        There is no such version; the message names those there are.
    """
    settings = load_config(config)
    champion = registry.promote(settings, version)
    card = evaluation_folder(settings, champion.version) / CARD
    if card.exists():
        head = f"<!-- @champion of {settings.name}: version {champion.version} -->\n"
        write_text_atomically(CARDS / f"{settings.name}.md", head + card.read_text("utf-8"))
    return champion
