"""A new champion and a new day take their place without a gap."""

import shutil
import threading

import pytest

from tiercast.artifacts.dataset import MANIFEST_FILE
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.progress import Silent
from tiercast.serving.posted import ScoreRequest
from tiercast.serving.served import Service
from trained_base import working_in

ASKED = ScoreRequest.model_validate({"customers": [{"customer_id": "c0001", "stored": True}]})


def manifest_of(served):
    output = OutputFolder.of(served.stored.config)
    return output.scores(served.stored.as_of) / MANIFEST_FILE


@pytest.fixture
def own_shop(trained_shop, tmp_path):
    """Return the config of a copy of the shop, which a test may change."""
    folder = tmp_path / "shop"
    shutil.copytree(trained_shop.folder, folder)
    with working_in(folder):
        yield trained_shop.config


def test_nothing_new_leaves_all_as_it_is(own_shop):
    service = Service(own_shop, Silent())
    before = service.take()
    assert not service.refresh()
    assert service.take() is before


def test_a_day_scored_again_takes_its_place_while_requests_run(own_shop):
    service = Service(own_shop, Silent())
    before, answers, done = service.take(), [], threading.Event()

    def ask() -> None:
        while not done.is_set():
            answers.append(service.take().score(ASKED)["customers"])

    asking = threading.Thread(target=ask)
    asking.start()
    manifest = manifest_of(before)
    manifest.write_bytes(manifest.read_bytes() + b"\n")  # another run wrote the same rows
    assert service.refresh()
    done.set()
    asking.join()
    assert service.take() is not before
    assert answers
    assert all(answer == answers[0] for answer in answers)


def test_what_cannot_be_read_leaves_the_old_in_place(own_shop):
    service = Service(own_shop, Silent())
    before = service.take()
    manifest_of(before).parent.rename("gone")
    assert not service.refresh()
    assert "no scores" in (service.trouble or "")
    assert service.take() is before
    assert service.take().score(ASKED)["customers"]


def test_a_champion_that_moves_is_taken(own_shop):
    service = Service(own_shop, Silent())
    old = service.take()
    object.__setattr__(old, "version", "0")  # as if another version had been the champion
    assert service.refresh()
    assert service.take().version == "1"
    assert service.swaps == 1
