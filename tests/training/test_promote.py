import re
import zlib
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.utils.file_utils import local_file_uri_to_path

from recorded_progress import RecordedProgress
from tiercast.artifacts.model_folder import save_model
from tiercast.config.errors import InputError, OutputError
from tiercast.config.loading import load_config
from tiercast.tracking.registry import find_version, register, version_of
from tiercast.tracking.runs import training_run
from tiercast.tracking.store import open_client
from tiercast.training import promote as module
from tiercast.training.promote import promote, rollback
from tiercast.training.promotions import CARDS, promotions
from tiercast.training.stored import CARD
from tiny_model import tiny_config, tiny_features, tiny_model
from trained_base import working_in


@pytest.fixture
def config(trained_tenth, tmp_path, request):
    """Return a base with two versions, in a store that is there already."""
    config = tiny_config(f"promoted_{zlib.crc32(request.node.name.encode())}")
    save_model(tiny_model(), tmp_path / "model")
    with working_in(trained_tenth.folder):
        for _ in "12":
            with training_run(config) as run:
                register(run, tmp_path / "model", config, tiny_features())
                run.log_text("# Kept by MLflow\n", CARD)
        yield config


def test_the_champion_is_whom_a_person_names(config):
    assert promote(config, "2").aliases == ("champion",)
    assert promote(config, "1").aliases == ("champion",)
    assert find_version(config, "champion").version == "1"
    assert find_version(config, "2").aliases == ()
    with pytest.raises(InputError, match=r"no model version '9'; there are 1 \(@champion\), 2"):
        promote(config, "9")


def test_going_back_ends_at_the_first_champion_and_everything_is_on_record(config):
    promote(config, "1", why="The first.", by="ann")
    promote(config, "2", why="Better.", by="bob")
    assert rollback(config, why="Odd totals.", by="cem").version == "1"
    assert find_version(config, "champion").version == "1"
    record = [(one.version, one.replaced, one.by, one.why) for one in promotions(config.name)]
    assert record[-3:] == [
        ("1", record[-3][1], "ann", "The first."),
        ("2", "1", "bob", "Better."),
        ("1", "2", "cem", "Odd totals."),
    ]


def test_a_champion_that_replaced_none_cannot_be_rolled_back(config):
    promote(config, "1")
    with pytest.raises(InputError, match="took no other's place, so there is none to go back to"):
        rollback(config)


def test_promoting_the_champion_again_is_no_promotion(config):
    promote(config, "1")
    before = promotions(config.name)
    promote(config, "champion")
    assert promotions(config.name) == before


def test_the_card_of_the_champion_can_be_committed(trained_tenth):
    with working_in(trained_tenth.folder):
        settings = load_config(trained_tenth.config)
        live = find_version(settings, "champion").version
        card = Path("models/cards") / f"{settings.name}.md"
        assert card.read_text("utf-8").splitlines()[0] == (
            f"<!-- @champion of {settings.name}: version {live} -->"
        )
        assert "## Evaluation" in card.read_text("utf-8")
        line = card.read_text("utf-8").rstrip().splitlines()[-1]
        assert line.endswith(f"UTC, by the gate: version {live}. It is the first model.")


def card_of(config):
    return (CARDS / f"{config.name}.md").read_text("utf-8").splitlines()


def test_the_card_of_a_version_without_an_evaluation_tells_that_and_who_is_champion(config):
    for version in ("1", "2"):
        run = open_client().get_run(find_version(config, version).run_id)
        (Path(local_file_uri_to_path(run.info.artifact_uri)) / CARD).unlink()
        progress = RecordedProgress()
        promote(config, version, by="ann", progress=progress)
        assert card_of(config)[0] == f"<!-- @champion of {config.name}: version {version} -->"
        missing = rf"neither .*/model_version={version} nor its run in MLflow has model_card\.md\."
        assert re.fullmatch(rf"The evaluation is not here: {missing}", card_of(config)[3])
        (line,) = progress.lines
        assert re.fullmatch(rf"The card shows no figures of version {version}: {missing}", line)
    assert "by ann: version 2 instead of version 1. By hand." in card_of(config)[-2]


def test_a_card_that_is_not_here_comes_from_mlflow(config):
    progress = RecordedProgress()
    promote(config, "2", progress=progress)
    assert card_of(config)[1] == "# Kept by MLflow"
    assert progress.lines == []


# A promotion and its record: both or neither


class PowerCutError(Exception):
    """The machine went down here."""


def power_cut(*_given, **_more):
    raise PowerCutError


def champion_and_record(config):
    return version_of(config, "champion"), [one.version for one in promotions(config.name)]


@pytest.fixture
def first(config):
    """Return the base, version 1 being its champion."""
    promote(config, "1", why="The first.", by="ann")
    return config


def refuse(*_given, **_more):
    raise MlflowException("database or disk is full")


def test_what_cannot_be_recorded_is_not_done(first, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_tag", refuse)
        with pytest.raises(OutputError, match=r"MLflow store .* disk is full; mend it"):
            promote(first, "2")
    assert champion_and_record(first) == ("1", ["1"])
    assert promote(first, "2").aliases == ("champion",)
    assert champion_and_record(first) == ("2", ["1", "2"])


def test_a_store_that_refuses_leaves_champion_and_record_and_the_next_command_says_so(
    first, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_alias", refuse)
        with pytest.raises(OutputError, match=r"MLflow store .* disk is full; mend it"):
            promote(first, "2", why="Better.", by="bob")
    assert champion_and_record(first) == ("1", ["1"])
    progress = RecordedProgress()
    promote(first, "2", why="Once more.", by="cem", progress=progress)
    (line,) = progress.lines
    assert line.startswith("A promotion that was cut off was never made: ")
    assert line.endswith("by bob: version 2 instead of version 1. Better.")
    assert [one.why for one in promotions(first.name)] == ["The first.", "Once more."]


@pytest.fixture
def half_made(first, monkeypatch):
    """Return the base after a machine went down between alias and record of version 2."""
    with monkeypatch.context() as patch:
        patch.setattr(module, "_made", power_cut)
        with pytest.raises(PowerCutError):
            promote(first, "2", why="Better.", by="bob")
    assert champion_and_record(first) == ("2", ["1"])
    return first


def test_a_promotion_cut_off_after_it_was_made_is_recorded_by_the_next_command(half_made):
    progress = RecordedProgress()
    promote(half_made, "2", why="Again.", by="cem", progress=progress)
    (line,) = progress.lines
    assert line.startswith("A promotion that was cut off was made; it is on record now: ")
    record = [(one.version, one.replaced, one.by, one.why) for one in promotions(half_made.name)]
    assert record == [("1", None, "ann", "The first."), ("2", "1", "bob", "Better.")]
    progress.lines.clear()
    promote(half_made, "2", progress=progress)
    assert progress.lines == []


def test_a_step_back_after_one_that_was_cut_off_is_asked_for_twice(half_made):
    with pytest.raises(InputError, match=r"on record now.* The champion is version 2: roll back"):
        rollback(half_made)
    assert rollback(half_made).version == "1"
    assert champion_and_record(half_made) == ("1", ["1", "2", "1"])


def test_a_card_that_cannot_be_written_says_who_is_champion_and_how_to_go_on(first, monkeypatch):
    def full(*_given):
        raise OutputError("No space left on device.")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write_card", full)
        with pytest.raises(
            OutputError, match=r"Version 2 is the champion now, .* `tiercast promote CONFIG 2`"
        ):
            promote(first, "2")
    promote(first, "2")
    assert champion_and_record(first) == ("2", ["1", "2"])


# A record that was damaged


@pytest.mark.parametrize(
    "text", ["<<<<<<< HEAD", "[1]", '{"version": "1", "replaced": null, "by": "a", "why": "b"}']
)
def test_a_damaged_tag_is_shown_and_nothing_moves(first, text):
    open_client().set_model_version_tag(first.name, "1", "promoted.2026", text)
    message = rf"A tag of a promotion .* is damaged .*{re.escape(repr(text))}. Correct or delete"
    for move in (lambda: promote(first, "2"), lambda: rollback(first)):
        with pytest.raises(InputError, match=message):
            move()
    assert version_of(first, "champion") == "1"


def test_a_reason_of_several_lines_is_one_item_of_the_cards_list(config):
    promote(config, "1", why="Odd totals.\n\n# So much for that")
    last = card_of(config)[-1]
    assert last.startswith("- ")
    assert last.endswith("Odd totals. # So much for that")
