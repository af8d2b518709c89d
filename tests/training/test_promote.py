from pathlib import Path

import pytest

from tiercast.artifacts.model_folder import save_model
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.tracking.registry import find_version, register
from tiercast.tracking.runs import training_run
from tiercast.training.promote import promote, rollback
from tiercast.training.promotions import promotions
from tiny_model import tiny_config, tiny_features, tiny_model
from trained_base import working_in


@pytest.fixture
def config(trained_tenth, tmp_path, request):
    """Return a base with two versions, in a store that is there already."""
    config = tiny_config(f"promoted_{len(request.node.name)}")
    save_model(tiny_model(), tmp_path / "model")
    with working_in(trained_tenth.folder):
        for _ in "12":
            with training_run(config) as run:
                register(run, tmp_path / "model", config, tiny_features())
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
    told = [(one.version, one.replaced, one.by, one.why) for one in promotions(config.name)]
    assert told[-3:] == [
        ("1", told[-3][1], "ann", "The first."),
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
        assert "## How good it was" in card.read_text("utf-8")
        line = card.read_text("utf-8").rstrip().splitlines()[-1]
        assert line.endswith(f"UTC, by the gate: version {live}. It is the first model.")
