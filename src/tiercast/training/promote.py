"""Promotion and rollback of the champion, and its readable card in `models/cards/`."""

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
    """Make this version (a number or an alias) the champion.

    The version's model card becomes `models/cards/<name>.md`, which can be committed: it shows
    what is live, since when, by whom and why, and how good it was. `by` is by default the user who
    is logged in. A promotion that cannot be recorded is not made; what a killed command left is
    completed or dropped first.

    Raises
    ------
    InputError
        There is no such version (the message names those there are), or the record is damaged.
    OutputError
        The card or the store cannot be written; the message names the champion now.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("promote")
    with recorded_here(settings, "promote", shown) as recorded:
        champion = make_champion(settings, version, why=why, by=by, progress=shown)
        recorded.set_version(champion.version)
        return champion


def make_champion(
    settings: Config, version: Version, *, why: str, by: str | None, progress: Progress
) -> ModelVersion:
    """Promote a version as a step of a recorded run.

    Raises
    ------
    InputError
        As `promote`.
    OutputError
        As `promote`.
    """
    with one_at_a_time(settings.name):
        settle_interrupted(settings, progress)
        return _replace(settings, version, why, by, progress, forward=True)


def rollback(
    config: Config | str | Path,
    *,
    why: str = BACK,
    by: str | None = None,
    progress: Progress | None = None,
) -> ModelVersion:
    """Make the version that the champion replaced the champion again.

    Raises
    ------
    InputError
        There is no champion, or it replaced none; the record is damaged, or a killed command
        had moved the champion already.
    OutputError
        As `promote`.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("rollback")
    with recorded_here(settings, "rollback", shown) as recorded, one_at_a_time(settings.name):
        if settled := settle_interrupted(settings, shown):
            # The interrupted command may have been this very rollback.
            raise InputError(
                f"{' '.join(settled)} The champion is version {version_of(settings, CHAMPION)}: "
                "roll back once more only if that is to be left."
            )
        champion = find_version(settings, CHAMPION)
        if champion.replaced is None:
            raise InputError.of(
                "Version {version} of {name} took no other's place, so there is none to go "
                "back to; name one: `tiercast promote CONFIG VERSION`.",
                version=champion.version,
                name=settings.name,
            )
        champion = _replace(settings, champion.replaced, why, by, shown, forward=False)
        recorded.set_version(champion.version)
        return champion


def settle_interrupted(settings: Config, progress: Progress) -> tuple[str, ...]:
    """Complete or drop what a killed promotion left; show and return it.

    Raises
    ------
    InputError
        The record is damaged; the message shows the tag.
    OutputError
        The store refuses.
    """
    settled = settle(settings.name, version_of(settings, CHAMPION))
    for line in settled:
        progress.say(line)
    return settled


def _replace(
    settings: Config,
    version: Version,
    why: str,
    by: str | None,
    progress: Progress,
    *,
    forward: bool,
) -> ModelVersion:
    """Promote, complete the record, and show it if the champion's target changes."""
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
    """Return notes for readers of scores if the champion forecasts another target."""
    new, wanted = champion.target, Target.of_config(settings)
    lines = []
    if new is None:
        return ()
    if old is not None and old.target not in (None, new):
        lines.append(
            f"Version {champion.version} forecasts {new}, version {old.version} {old.target}: "
            "the next scores are not compared with those so far."
        )
    if new != wanted:
        lines.append(
            f"Version {champion.version} forecasts {new}, the config asks for {wanted}: scores "
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
    """Record a promotion that was made, and write the card."""
    with _made(champion.version):
        settle(settings.name, champion.version)
        _write_card(settings, champion, progress)


@contextmanager
def _made(version: str) -> Iterator[None]:
    """Let an error say that the champion did move, and how to complete the rest."""
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
        progress.say(f"The card shows no figures of version {champion.version}: {missing}")
    lines = [f"- {one.sentence()}" for one in reversed(promotions(settings.name))]
    history = "\n## Promotions, newest first\n\n" + "\n".join(lines) + "\n"
    write_text_atomically(CARDS / f"{settings.name}.md", head + card + history)


def _card(settings: Config, champion: ModelVersion) -> str | None:
    """Return the model card of a version from here or from MLflow; None if it is gone."""
    here = OutputFolder.of(settings).evaluation(champion.version) / CARD
    return here.read_text("utf-8") if here.exists() else text_of(champion, CARD)
