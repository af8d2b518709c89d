import datetime as dt
import shutil

import pytest

from tiercast.artifacts.dataset import manifest_of, parts_of
from tiercast.artifacts.output_folder import OutputFolder

JANUARY, FEBRUARY, MARCH = (dt.date(2024, month, 1) for month in (1, 2, 3))


@pytest.fixture
def output(tmp_path):
    """Return an output with whole scores of January and March; February was cut off."""
    for day in (MARCH, JANUARY, FEBRUARY):
        folder = OutputFolder(tmp_path).scores(day)
        folder.mkdir(parents=True)
        for number in (1, 0):
            (folder / f"part-0000{number}.parquet").touch()
        if day != FEBRUARY:
            (folder / "manifest.json").write_text('{"rows": 2}', encoding="utf-8")
    return OutputFolder(tmp_path)


def test_dates_are_those_with_whole_scores(output):
    assert output.scored_dates() == [JANUARY, MARCH]


@pytest.mark.parametrize("copy", [".bak", " (copy)", "T00:00", "~"])
def test_a_copy_of_a_days_folder_is_no_day(output, copy):
    folder = output.scores(MARCH)
    shutil.copytree(folder, folder.with_name(f"{folder.name}{copy}"))
    shutil.copytree(folder, folder.with_name("as_of=20240302"))
    assert output.scored_dates() == [JANUARY, MARCH]


def test_an_output_without_scores_has_no_dates(tmp_path):
    assert OutputFolder(tmp_path / "nothing").scored_dates() == []


def test_a_days_parts_come_in_order_beside_its_manifest(output):
    folder = output.scores(MARCH)
    assert [part.name for part in parts_of(folder)] == ["part-00000.parquet", "part-00001.parquet"]
    assert manifest_of(folder) == {"rows": 2}
    assert output.features(MARCH).parent.name == "features"
