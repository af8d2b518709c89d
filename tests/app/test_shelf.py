"""Scored days that are read while `score` replaces them."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from tiercast.app.scored_base import TABLE
from tiercast.app.shelf import Shelf
from tiercast.app.whole_day import read_whole
from tiercast.artifacts.dataset import DatasetWriter, manifest_of
from tiercast.artifacts.output_folder import FEATURES, OutputFolder
from tiercast.config.errors import FailedError, InputError
from tiercast.past.past import PAST
from trained_base import read_parts

READERS, SCORINGS = 4, 6
PARTS = 3


@pytest.fixture
def copied(text_ids, tmp_path):
    """Return the config of a copy of the shop's scored day, and the day."""
    shutil.copytree(text_ids.config.output.path, tmp_path / "runs")
    output = text_ids.config.output.model_copy(update={"path": str(tmp_path / "runs")})
    return text_ids.config.model_copy(update={"output": output}), text_ids.scored.as_of


def score_again(config, day, number):
    """Replace a day as `score` does: every expected value and last year's revenue is `number`."""
    output = OutputFolder.of(config)
    with (
        DatasetWriter(output.scores(day)) as scores,
        DatasetWriter(output.features(day)) as features,
    ):
        for writer, column in ((features, "revenue_365d"), (scores, "expected_value")):
            rows = read_parts(writer.folder)
            place, values = rows.column_names.index(column), [float(number)] * rows.num_rows
            changed = rows.set_column(place, column, pa.array(values))
            size = -(-rows.num_rows // PARTS)
            for start in range(0, rows.num_rows, size):
                writer.write(changed.slice(start, size))
        kept = {**manifest_of(output.scores(day)), FEATURES: features.checksums}
        scores.describe({name: one for name, one in kept.items() if name != PAST})


def scorings_in(base):
    """Return the numbers of the scorings that a day's tables are of, and its customers."""
    with base.cursor() as database:
        table = database.table(TABLE)
        columns = (table.expected_value, table.revenue_365d)
        found = table.aggregate(
            **{
                f"{name}{n}": getattr(c, name)()
                for n, c in enumerate(columns)
                for name in ("min", "max")
            },
            customers=table.count(),
        )
        row = found.to_pyarrow().to_pylist()[0]
    return {row.pop("customers"): set(row.values())}


def test_a_day_that_is_scored_again_is_seen_whole_by_every_thread(copied):
    config, day = copied
    score_again(config, day, 0)
    shelf, done = Shelf(config), threading.Event()

    def read():
        seen = []
        while not done.is_set():
            base = shelf.take(day)
            first = scorings_in(base)
            seen += [first, base.once("sums", lambda _, b=base: scorings_in(b))]
            assert scorings_in(base) == first  # also after the day was replaced
        return seen

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read) for _ in range(READERS)]
        for number in range(1, SCORINGS):
            score_again(config, day, number)
        done.set()
        seen = [one for reader in readers for one in reader.result()]
    assert all(len(numbers) == 1 for one in seen for numbers in one.values())
    assert {customers for one in seen for customers in one} == {
        manifest_of(OutputFolder.of(config).scores(day))["rows"]
    }
    assert scorings_in(shelf.take(day)) == {next(iter(seen[0])): {float(SCORINGS - 1)}}


def test_a_replaced_day_stays_open_for_those_who_hold_it(copied):
    config, day = copied
    shelf = Shelf(config)
    held = shelf.take(day)
    before = scorings_in(held)
    for number in range(3):
        score_again(config, day, number)
        assert scorings_in(shelf.take(day)) != before
    shelf.close()
    assert scorings_in(held) == before


def test_a_day_is_loaded_once_for_all_who_ask(copied):
    config, day = copied
    shelf = Shelf(config)
    with ThreadPoolExecutor(READERS) as pool:
        bases = list(pool.map(shelf.take, [day] * READERS))
    assert len({id(base) for base in bases}) == 1


def test_a_day_that_changes_at_every_reading_is_given_up(copied, monkeypatch):
    config, day = copied
    monkeypatch.setattr("tiercast.app.whole_day.PAUSE_SECONDS", 0)
    numbers = iter(range(100))
    with pytest.raises(FailedError, match=f"{day} changed 5 times"):
        read_whole(config, day, lambda _: score_again(config, day, next(numbers)))


def test_features_of_another_scoring_are_not_read(copied, monkeypatch):
    config, day = copied
    monkeypatch.setattr("tiercast.app.whole_day.PAUSE_SECONDS", 0)
    score_again(config, day, 1)
    with DatasetWriter(OutputFolder.of(config).features(day)) as features:
        rows = read_parts(features.folder)
        features.write(rows.slice(0, rows.num_rows - 1))
    with pytest.raises(FailedError, match="changed"):
        Shelf(config).take(day)


def test_trouble_that_is_no_replacement_is_raised_at_once(copied):
    config, day = copied
    shutil.rmtree(OutputFolder.of(config).features(day))
    with pytest.raises(InputError, match="features"):
        Shelf(config).take(day)
