"""One registry says what lies where: every file that the product writes is a row of it."""

import pytest

from tiercast.privacy.erasures import ERASERS
from tiercast.privacy.places import ELSEWHERE, PLACES, files_of, place_of, roots
from tiercast.privacy.search import is_in_file
from tiercast.privacy.trace import Trace

LETTER = Trace("c0003")
# Written by other tests' bases, or by killed runs alone.
NOT_HERE = {"leftovers", "backtest", "erasures", "measurements"}


@pytest.fixture(scope="module")
def listed(written):
    """Return the files of each place of the shop."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(written.folder)
        for place, path in files_of(written.config):
            found.setdefault(place.name, []).append(path.absolute())
    return found


def test_every_written_file_is_of_a_place_in_the_registry(listed):
    assert listed.get(ELSEWHERE.name, []) == []


def test_every_place_of_the_registry_is_written_by_the_product(listed):
    assert {place.name for place in PLACES} - NOT_HERE == set(listed)


def test_no_file_of_the_output_is_left_out_of_the_search(listed, written):
    searched = {path for paths in listed.values() for path in paths}
    there = {path for path in written.output.rglob("*") if path.is_file()}
    assert there <= searched


def test_places_that_hold_nobody_name_nobody(listed):
    silent = [place.name for place in PLACES if place.erase == "nothing"]
    naming = [p for name in silent for p in listed.get(name, []) if is_in_file(p, LETTER)]
    assert naming == []


def test_each_way_to_erase_exists():
    assert {place.erase for place in PLACES} == set(ERASERS)


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("ledger/horizon=30/as_of=2024-01-01/manifest.json", "ledger"),
        ("exports/as_of=2024-01-01/win_back-csv-1/part-00000.parquet", "exports"),
        ("scores/.as_of=2024-01-01.7-aa.partial/part-00000.parquet", "leftovers"),
        ("notes.csv", "elsewhere"),
    ],
)
def test_a_file_is_of_the_first_place_that_fits(file, place):
    assert place_of("output", file, "shop").name == place


def test_the_folders_are_those_of_the_config(shop):
    assert set(roots(shop.config)) == {"output", "models", "feature_store"}
