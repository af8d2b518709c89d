"""A shop whose results of every kind lie in its folders."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import tiercast
from tiercast.config.schema import Config
from trained_base import working_in


@dataclass(frozen=True)
class Shop:
    """A copy of the stored shop, which tests may change, and its config."""

    folder: Path
    config: Config

    @property
    def output(self):
        return self.folder / self.config.output.path

    def copied(self, folder):
        shutil.copytree(self.folder, folder)
        return Shop(folder, self.config)


@pytest.fixture(scope="session")
def written(trained_shop, tmp_path_factory):
    """Return the shop after every command that writes results; leave it as it is."""
    folder = tmp_path_factory.mktemp("written") / "shop"
    shutil.copytree(trained_shop.folder, folder)
    given = trained_shop.config.model_dump(mode="json", exclude_unset=True)
    more = {"feature_store": {"path": "store"}, "report": {"ids": "full"}}
    config = Config.model_validate(given | more)
    with working_in(folder):
        tiercast.score(config, "2024-05-01", model_version=1)
        tiercast.check(config)
        tiercast.export(config, "likely_to_leave", format="xlsx")
        tiercast.experiment_assign(config, "spring", "likely_to_leave")
        tiercast.report(config)
        tiercast.alerts(config)
        tiercast.migration(config)
        tiercast.monitor(config, "2024-07-01")
    return Shop(folder, config)


@pytest.fixture
def shop(written, tmp_path):
    """Return a copy of the shop, its folder being the working directory."""
    copied = written.copied(tmp_path / "shop")
    with working_in(copied.folder):
        yield copied
