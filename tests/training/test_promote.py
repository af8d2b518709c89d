from pathlib import Path

import pytest

from tiercast.artifacts.model_folder import save_model
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.tracking.registry import find_version, register
from tiercast.tracking.runs import training_run
from tiercast.training.promote import promote
from tiny_model import tiny_config, tiny_features, tiny_model
from trained_base import working_in


@pytest.fixture
def config(trained_tenth, tmp_path):
    """Return a base with two versions, in a store that is there already."""
    config = tiny_config("promoted")
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


def test_the_card_of_the_champion_can_be_committed(trained_tenth):
    with working_in(trained_tenth.folder):
        settings = load_config(trained_tenth.config)
        live = find_version(settings, "champion").version
        card = Path("models/cards") / f"{settings.name}.md"
        assert card.read_text("utf-8").splitlines()[0] == (
            f"<!-- @champion of {settings.name}: version {live} -->"
        )
        assert "## How good it was" in card.read_text("utf-8")
