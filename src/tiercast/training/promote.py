"""Make a version the champion, or go back to the one before, and let `models/cards/` say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError, OutputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.modeling.target import Target
from tiercast.sinks.recorded_run import recorded_here
from tiercast.tracking import registry
from tiercast.tracking.registry import (
    CHAMPION,
    ModelVersion,
    Version,
    find_version,
    text_of,
    version_of,
)
from tiercast.training.promotions import (
    CARDS,
    Promotion,
    announce,
    one_at_a_time,
    promotions,
    settle,
)
from tiercast.training.stored import CARD

BY_HAND = "By hand."
BACK = "Rolled back."


def promote(
    config: Config | str | Path,
    version: Version,
    *,
    why: str = BY_HAND,
    by: str | None = None,
    progress: Progress | None = None,
) -> ModelVersion:
    """Let @champion mean this version (a number or an alias) from now on.

    The version's model card becomes `models/cards/<name>.md`, which can be committed: it tells
    what is live, since when, by whom and why, and how good it was. `by` is by default whoever is
    logged in. What cannot be recorded is not done; what a killed command left is set right first.

    Raises
    ------
    InputError
        There is no such version (the message names those there are), or the record is damaged.
    OutputError
        The record, the card or the store cannot be written; the message says what is so now.
    """
    settings, shown = load_config(config), progress or Silent()
    with recorded_here(settings, "promote", shown) as recorded:
        champion = make_champion(settings, version, why=why, by=by, progress=shown)
        recorded.set_version(champion.version)
        return champion


def make_champion(
    settings: Config, version: Version, *, why: str, by: str | None, progress: Progress
) -> ModelVersion:
    """Do what `promote` does, as a step of a run that is recorded already."""
    with one_at_a_time(settings.name):
        set_right(settings, progress)
        return _replace(settings, version, why, by, progress, forward=True)


def rollback(
    config: Config | str | Path,
    *,
    why: str = BACK,
    by: str | None = None,
    progress: Progress | None = None,
) -> ModelVersion:
    """Let @champion mean the version that the champion replaced.

    Raises
    ------
    InputError
        There is no champion, or it replaced none; the record is damaged, or a command that was
        killed had moved the champion already.
    OutputError
        As `promote`.
    """
    settings, shown = load_config(config), progress or Silent()
    with recorded_here(settings, "rollback", shown) as recorded, one_at_a_time(settings.name):
        if mended := set_right(settings, shown):
            # The one that was cut off may have been this very step back.
            raise InputError(
                f"{' '.join(mended)} The champion is version {version_of(settings, CHAMPION)}: "
                "roll back once more only if that is to be left."
            )
        champion = find_version(settings, CHAMPION)
        if champion.replaced is None:
            raise InputError(
                f"Version {champion.version} of {settings.name} took no other's place, so there "
                "is none to go back to; name one: `tiercast promote CONFIG VERSION`."
            )
        champion = _replace(settings, champion.replaced, why, by, shown, forward=False)
        recorded.set_version(champion.version)
        return champion


def set_right(settings: Config, progress: Progress) -> tuple[str, ...]:
    """Finish or drop what a killed promotion left; answers, and says, what that was.

    Raises
    ------
    InputError
        The record is damaged; the message names file, line and remedy.
    """
    mended = settle(settings.name, version_of(settings, CHAMPION))
    for line in mended:
        progress.say(line)
    return mended


def _replace(
    settings: Config,
    version: Version,
    why: str,
    by: str | None,
    progress: Progress,
    *,
    forward: bool,
) -> ModelVersion:
    """Promote, complete the record, and say where the champion's target is another now."""
    before = version_of(settings, CHAMPION)
    old = None if before is None else find_version(settings, before)
    champion = _promote(settings, version, why, by, forward=forward)
    _complete(settings, champion, progress)
    for line in _about_target(settings, old, champion):
        progress.say(line)
    return champion


def _about_target(
    settings: Config, old: ModelVersion | None, champion: ModelVersion
) -> tuple[str, ...]:
    """Return what changes for readers of scores where the champion forecasts another target."""
    new, asked = champion.target, Target.of_config(settings)
    lines = []
    if new is None:
        return ()
    if old is not None and old.target not in (None, new):
        lines.append(
            f"Version {champion.version} forecasts {new}, version {old.version} {old.target}: "
            "the next scores are not compared with those so far."
        )
    if new != asked:
        lines.append(
            f"Version {champion.version} forecasts {new}, the config asks for {asked}: scores "
            "go by the version."
        )
    return tuple(lines)


def _promote(
    settings: Config, version: Version, why: str, by: str | None, *, forward: bool
) -> ModelVersion:
    before = version_of(settings, CHAMPION)
    chosen = find_version(settings, version).version
    if chosen != before:
        announce(settings.name, Promotion.now(chosen, before, by, why))
    return registry.promote(settings, chosen, forward=forward)


def _complete(settings: Config, champion: ModelVersion, progress: Progress) -> None:
    """Record a promotion that was made, and let the card tell of it."""
    with _made(champion.version):
        settle(settings.name, champion.version)
        _write_card(settings, champion, progress)


@contextmanager
def _made(version: str) -> Iterator[None]:
    """Let an error say that the champion moved all the same, and how to complete the rest."""
    try:
        yield
    except OutputError as error:
        raise OutputError(
            f"Version {version} is the champion now, but its record is not complete: {error} "
            f"Then run `tiercast promote CONFIG {version}`, which completes it."
        ) from error


def _write_card(settings: Config, champion: ModelVersion, progress: Progress) -> None:
    head = f"<!-- @champion of {settings.name}: version {champion.version} -->\n"
    card = _card(settings, champion)
    if card is None:
        place = OutputFolder.of(settings).evaluation(champion.version)
        missing = f"neither {place} nor its run in MLflow has {CARD}."
        card = f"# {settings.name}\n\nThe evaluation is not here: {missing}\n"
        progress.say(f"The card tells no figures of version {champion.version}: {missing}")
    lines = [f"- {one.sentence()}" for one in reversed(promotions(settings.name))]
    history = "\n## Promotions, newest first\n\n" + "\n".join(lines) + "\n"
    write_text_atomically(CARDS / f"{settings.name}.md", head + card + history)


def _card(settings: Config, champion: ModelVersion) -> str | None:
    """Return what a training told of a version, kept here or by MLflow; None: it is nowhere."""
    here = OutputFolder.of(settings).evaluation(champion.version) / CARD
    return here.read_text("utf-8") if here.exists() else text_of(champion, CARD)
