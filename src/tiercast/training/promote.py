"""Make a version the champion, or go back to the one before, and let `models/cards/` say so."""

from pathlib import Path

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.tracking import registry
from tiercast.tracking.registry import CHAMPION, ModelVersion, find_version, version_of
from tiercast.training.promotions import CARDS, Promotion, promotions, record
from tiercast.training.stored import CARD, evaluation_folder

BY_HAND = "By hand."
BACK = "Rolled back."


def promote(
    config: Config | str | Path, version: str, *, why: str = BY_HAND, by: str | None = None
) -> ModelVersion:
    """Let @champion mean this version (a number or an alias) from now on.

    The version's model card becomes `models/cards/<name>.md`, which can be committed: it tells
    what is live, since when, by whom and why, and how good it was. `by` is by default whoever is
    logged in.

    Raises
    ------
    InputError
        There is no such version; the message names those there are.
    """
    return _promote(load_config(config), version, why, by, forward=True)


def rollback(
    config: Config | str | Path, *, why: str = BACK, by: str | None = None
) -> ModelVersion:
    """Let @champion mean the version that the champion replaced.

    Raises
    ------
    InputError
        There is no champion, or it replaced none.
    """
    settings = load_config(config)
    champion = find_version(settings, CHAMPION)
    if champion.replaced is None:
        raise InputError(
            f"Version {champion.version} of {settings.name} took no other's place, so there is "
            "none to go back to; name one: `tiercast promote CONFIG VERSION`."
        )
    return _promote(settings, champion.replaced, why, by, forward=False)


def _promote(
    settings: Config, version: str, why: str, by: str | None, *, forward: bool
) -> ModelVersion:
    before = version_of(settings, CHAMPION)
    made = Promotion.now(find_version(settings, version).version, before, by, why)
    champion = registry.promote(settings, version, forward=forward)
    if champion.version != before:
        record(settings.name, made)
    _write_card(settings, champion.version)
    return champion


def _write_card(settings: Config, version: str) -> None:
    card = evaluation_folder(settings, version) / CARD
    if not card.exists():
        return
    head = f"<!-- @champion of {settings.name}: version {version} -->\n"
    lines = [f"- {one.sentence()}" for one in reversed(promotions(settings.name))]
    history = "\n## Promotions, newest first\n\n" + "\n".join(lines) + "\n"
    write_text_atomically(CARDS / f"{settings.name}.md", head + card.read_text("utf-8") + history)
