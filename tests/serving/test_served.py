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

ASKED = ScoreRequest.model_validate({"customers": [{"customer_id": 10, "stored": True}]})


def manifest_of(served):
    output = OutputFolder.of(served.stored.config)
    return output.scores(served.stored.as_of) / MANIFEST_FILE


@pytest.fixture(scope="module")
def own_service(trained_tenth, tmp_path_factory):
    """Return a service over a copy of CDNOW's tenth, and the copy's folder."""
    folder = tmp_path_factory.mktemp("served") / "tenth"
    shutil.copytree(trained_tenth.folder, folder)
    with working_in(folder):
        yield Service(trained_tenth.config, Silent()), folder


@pytest.fixture
def service(own_service):
    """Return the service, its folder being the working directory."""
    one, folder = own_service
    with working_in(folder):
        yield one


def test_nothing_new_leaves_all_as_it_is(service):
    before = service.take()
    assert not service.refresh()
    assert service.take() is before


def test_what_cannot_be_read_leaves_the_old_in_place(service):
    before = service.take()
    folder = manifest_of(before).parent
    gone = folder.rename(folder.with_name("gone"))
    assert not service.refresh()
    assert "no scores" in (service.trouble or "")
    assert service.take().score(ASKED)["customers"]
    gone.rename(folder)
    assert not service.refresh()
    assert service.trouble is None


def test_a_champion_that_moves_is_taken(service):
    before = service.take()
    object.__setattr__(before, "version", "0")  # as if another version had been the champion
    swaps = service.swaps
    assert service.refresh()
    assert service.take().version == "1"
    assert service.take().stored is before.stored
    assert service.swaps == swaps + 1


def test_no_request_is_lost_while_a_day_scored_again_takes_its_place(service):
    before, done, answers = service.take(), threading.Event(), []
    expected = before.score(ASKED)["customers"]

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
    assert all(answer == expected for answer in answers)
